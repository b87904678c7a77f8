/** `paymaster diff FILE` and `paymaster apply FILE`: billing as code. */
import { type Command, type Flag, JSON_FLAG, SERVICE_FLAGS } from "../command.js";
import { EXIT } from "../exit-codes.js";

const FILE = { name: "file", offers: "file" } as const;

const SURVEY_FLAGS: readonly Flag[] = [
  JSON_FLAG,
  { name: "timeout", value: "SECONDS", description: "for each answer; default 30" },
  {
    name: "no-preview",
    description:
      "costs by the price book, though the service previews: one call less for each write",
  },
  {
    name: "price-book",
    value: "FILE",
    description: "prices in place of the shipped ones, which are assumed for the most part",
    offers: "file",
  },
];

export const billingCodeCommands: readonly Command[] = [
  {
    words: ["diff"],
    arguments: [FILE],
    flags: [
      ...SURVEY_FLAGS,
      { name: "exit-code", description: `${EXIT.differs} when something would change` },
      ...SERVICE_FLAGS,
    ],
    summary: "what a billing file (YAML or CSV) would change, and what that costs",
    details: `Reads which plans each sub account is to have, and shows what would change, what it costs now and at
the next renewal. Changes nothing. Accounts that the file does not name are left alone; plans of a named
account that the file does not name are cancelled. The file is refused whole when anything in it is wrong.`,
    // Loaded on demand: the readers of files and prices are of no use to other commands.
    run: async (line, context) => (await import("./run.js")).diff(line, context),
  },
  {
    words: ["apply"],
    arguments: [FILE],
    flags: [
      ...SURVEY_FLAGS,
      { name: "yes", short: "y", description: "do not ask; needed where there is no terminal" },
      ...SERVICE_FLAGS,
    ],
    summary: "make it so: base plans before add-ons, cancellations last",
    details: `Shows what diff shows, asks, and does it under the quota. It can be interrupted or killed at any
moment: the same command goes on where it was, and nothing is bought twice. When everything is as the
file says, it changes nothing. The exit code is 0 only then.`,
    run: async (line, context) => (await import("./run.js")).apply(line, context),
  },
];
