/** `paymaster profiles`: credentials of several masters, each under a name. */
import { readFileSync } from "node:fs";
import { type Command, type CommandContext, type CommandLine, JSON_FLAG } from "./command.js";
import { connectionOf, findSource, sourceOf } from "./credentials.js";
import { CREDENTIAL_MEMBERS, parseCredentials, readCredentialsFile } from "./credentials-file.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { ProfileStore } from "./profile-store.js";
import { ask } from "./prompt.js";
import { renderTable } from "./table.js";

const NAME = { name: "name", offers: "profile" } as const;

export const profileCommands: readonly Command[] = [
  {
    words: ["profiles", "add"],
    arguments: [{ name: "name" }],
    flags: [
      {
        name: "from",
        value: "FILE",
        description: "a credentials file to copy, e.g. ./.paymaster/credentials.json",
        offers: "file",
      },
      { name: "replace", description: "in place of the profile that has this name" },
    ],
    summary: "keep a master's credentials under a name",
    details: `Keeps a master's credentials under a name, in a file of mode 0600. They come from --from FILE, from
questions on a terminal, or as JSON on standard input:
${CREDENTIAL_MEMBERS.slice(0, 6).join(", ")}; token_url may be left out, and either the client or api_key.`,
    run: add,
  },
  {
    words: ["profiles", "list"],
    arguments: [],
    flags: [JSON_FLAG],
    summary: "all profiles, and which credentials a command would use now",
    run: list,
  },
  {
    words: ["profiles", "use"],
    arguments: [{ ...NAME, optional: true }],
    flags: [],
    summary: "the profile of commands that name none; without a name: none",
    run: use,
  },
  {
    words: ["profiles", "remove"],
    arguments: [NAME],
    flags: [],
    summary: "forget a profile and its credentials",
    run: remove,
  },
];

async function add(line: CommandLine, { environment, output }: CommandContext): Promise<number> {
  const [name = ""] = line.arguments;
  const profiles = new ProfileStore(environment);
  if (profiles.has(name) && !line.flags.has("replace")) {
    throw new UsageError(`there is a profile ${name} already; add --replace to write it anew`);
  }
  const members = await newCredentials(line.flags.text("from"));
  // What could not be used is not kept.
  connectionOf(sourceOf(`profile ${name}`, "what was given", members));
  profiles.write(name, members);
  output.say(`Kept ${name}. Use it with --as ${name}, or always: paymaster profiles use ${name}`);
  return EXIT.done;
}

async function newCredentials(file: string | undefined) {
  if (file !== undefined && file !== "-") {
    const members = readCredentialsFile(file);
    if (members === undefined) throw new UsageError(`there is no file ${file}`);
    return members;
  }
  if (file === undefined && process.stdin.isTTY) {
    return {
      base_url: await ask("Base URL", { preset: "https://api.zoom.us/v2" }),
      account_id: await ask("Account id"),
      client_id: await ask("Client id"),
      client_secret: await ask("Client secret", { isHidden: true }),
    };
  }
  return parseCredentials(readFileSync(0, "utf8"), "standard input");
}

async function list(line: CommandLine, { environment, output }: CommandContext): Promise<number> {
  const profiles = new ProfileStore(environment);
  const used = sourceNow(environment);
  const rows = profiles.names().map((name) => {
    const { base_url, account_id, client_id } = profiles.read(name);
    return {
      profile: name,
      used: used === `profile ${name}`,
      base_url,
      account_id,
      credential: client_id === undefined ? "api_key" : "client",
    };
  });
  if (line.flags.has("json")) output.printJson({ used, profiles: rows });
  else {
    const shown = rows.map((row) => ({ ...row, used: row.used ? "*" : "" }));
    output.print(renderTable(shown, output.paint));
    output.say(used === null ? "No command has credentials now." : `Used now: ${used}`);
  }
  return EXIT.done;
}

/** null: there is none, or not a usable one. */
function sourceNow(environment: CommandContext["environment"]): string | null {
  try {
    return findSource(environment, {}).name;
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

async function use(line: CommandLine, { environment, output }: CommandContext): Promise<number> {
  const [name] = line.arguments;
  new ProfileStore(environment).use(name);
  output.say(name === undefined ? "No profile is in use now." : `${name} is in use now.`);
  return EXIT.done;
}

async function remove(line: CommandLine, { environment, output }: CommandContext): Promise<number> {
  const [name = ""] = line.arguments;
  new ProfileStore(environment).remove(name);
  output.say(`Removed ${name}.`);
  return EXIT.done;
}
