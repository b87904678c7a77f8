/** All commands there are: help, completion and the finding of a command go by this table. */
import { billingCodeCommands } from "./billing-code/commands.js";
import {
  assertArguments,
  type Command,
  type CommandContext,
  type ForeignCommand,
  parseLine,
  takes,
} from "./command.js";
import { completionCommand } from "./completion-command.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { FLEET_COMMANDS } from "./fleet/commands.js";
import { commandHelp } from "./help.js";
import { invariantsCommand } from "./invariants.js";
import { operationCommands } from "./operation-command.js";
import { profileCommands } from "./profiles.js";

/** Loaded on demand: the server and the MCP library take longer to load than a call takes. */
const serveCommand: ForeignCommand = {
  words: ["serve"],
  summary: "start the server",
  help: async () => (await import("@paymaster/server")).SERVE_HELP,
  main: async (args) => (await import("./serve.js")).serve(args),
};

const mcpCommand: ForeignCommand = {
  words: ["mcp"],
  summary: "start the MCP server on standard input and output",
  help: async () => (await import("./mcp.js")).MCP_HELP,
  main: async (args) => (await import("./mcp.js")).mcp(args),
};

/** Commands that are not operations of the API. */
export const OWN_COMMANDS: readonly (Command | ForeignCommand)[] = [
  serveCommand,
  mcpCommand,
  invariantsCommand,
  ...FLEET_COMMANDS,
  ...billingCodeCommands,
  ...profileCommands,
  completionCommand,
];

export const OPERATION_COMMANDS = operationCommands();

export const ALL_COMMANDS: readonly (Command | ForeignCommand)[] = [
  ...OWN_COMMANDS,
  ...OPERATION_COMMANDS,
];

export function isForeign(command: Command | ForeignCommand): command is ForeignCommand {
  return "main" in command;
}

/** Those with the most words that begin the line; several operations can have the same words. */
export function matchingCommands(args: readonly string[]): readonly (Command | ForeignCommand)[] {
  const matching = ALL_COMMANDS.filter(({ words }) =>
    words.every((word, index) => args[index] === word),
  );
  const length = Math.max(0, ...matching.map(({ words }) => words.length));
  return matching.filter(({ words }) => words.length === length);
}

/**
 * Of operations with the same words, the one that takes so many arguments: `billing invoices ACCOUNT`
 * lists, with an INVOICE besides it shows one. An operation is also found by its name in the API.
 */
export function findCommand(
  args: readonly string[],
): { readonly command: Command | ForeignCommand; readonly rest: readonly string[] } | undefined {
  const candidates = matchingCommands(args);
  const [first] = candidates;
  if (first === undefined) {
    const [name = ""] = args;
    const named = OPERATION_COMMANDS.find((command) => command.operationNames.includes(name));
    return named === undefined ? undefined : { command: named, rest: args.slice(1) };
  }
  const rest = args.slice(first.words.length);
  return { command: candidates.find((candidate) => fits(candidate, rest)) ?? first, rest };
}

/** @returns the exit code. @throws UsageError */
export async function runCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const found = findCommand(args);
  if (found === undefined) throw unknownCommand(args);
  const { command, rest } = found;
  if (isForeign(command)) return command.main(rest, context);
  const line = parseLine(command, rest);
  if (line.flags.has("help")) {
    context.output.print(commandHelp(command));
    return EXIT.done;
  }
  assertArguments(command, line);
  return command.run(line, context);
}

function fits(command: Command | ForeignCommand, rest: readonly string[]): boolean {
  if (isForeign(command)) return true;
  try {
    return takes(command, parseLine(command, rest).arguments.length);
  } catch {
    return false;
  }
}

function unknownCommand(args: readonly string[]): UsageError {
  const flag = args.findIndex((arg) => arg.startsWith("-"));
  const words = flag === -1 ? args : args.slice(0, flag);
  const longer = ALL_COMMANDS.filter((command) =>
    words.every((word, index) => command.words[index] === word),
  );
  // `paymaster profiles`: half a command is answered with the whole ones.
  const lines = longer.map(
    (command) => `  paymaster ${command.words.join(" ")}  ${command.summary}`,
  );
  const hint = lines.length === 0 ? "Try: paymaster --help" : `Commands:\n${lines.join("\n")}`;
  return new UsageError(`unknown command: ${words.join(" ")}\n${hint}`);
}
