/** Help texts, derived from the command table. */
import {
  type Command,
  type Flag,
  type ForeignCommand,
  HELP_FLAG,
  SERVICE_FLAGS,
  usageOf,
} from "./command.js";
import { EXIT, EXIT_MEANINGS } from "./exit-codes.js";

/** @param own commands that are not operations of the API */
export function helpText(
  own: readonly (Command | ForeignCommand)[],
  operations: readonly Command[],
): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  const codes = names.map((name): [string, string] => [
    String(EXIT[name]).padStart(3),
    EXIT_MEANINGS[name],
  ]);
  return `Usage: paymaster <command> [arguments] [flags]

Commands
${columns(own.map((command) => [usage(command), command.summary]))}

Operations of the API (\`me\` is the caller's own account)
${columns(operations.map((command) => [usageOf(command), command.summary]))}

Every command has --help; those that talk to a service also have
${flagTable([{ name: "json", description: "print JSON; a table for people otherwise" }, ...SERVICE_FLAGS])}

Credentials are never an argument. The first of these counts
${columns(CREDENTIAL_HELP)}

Environment
${columns(ENVIRONMENT_HELP)}

Exit codes
${columns(codes)}
`;
}

const CREDENTIAL_HELP: readonly (readonly [string, string])[] = [
  ["--as NAME", "a profile (paymaster profiles add NAME)"],
  ["--credentials FILE", "a file of mode 0600 as `paymaster serve` writes it; - is standard input"],
  ["PAYMASTER_TOKEN", "a bearer token or API key; needs PAYMASTER_BASE_URL"],
  [
    "PAYMASTER_CLIENT_ID",
    "with PAYMASTER_CLIENT_SECRET, PAYMASTER_ACCOUNT_ID, PAYMASTER_BASE_URL and, where it is not\n/oauth/token of that host, PAYMASTER_TOKEN_URL",
  ],
  ["PAYMASTER_CREDENTIALS", "as --credentials"],
  ["PAYMASTER_AS", "as --as"],
  ["(none of these)", "the profile in use, else ./.paymaster/credentials.json"],
];

const ENVIRONMENT_HELP: readonly (readonly [string, string])[] = [
  ["PAYMASTER_BASE_URL", "e.g. https://api.zoom.us/v2; overrides a file's address"],
  ["PAYMASTER_CONFIG_DIR", "profiles; default ~/.config/paymaster"],
  ["PAYMASTER_STATE_DIR", "counted quotas and unfinished work; default ~/.local/state/paymaster"],
  ["NO_COLOR", "no colours, on terminals either"],
];

/** Help of one command: usage, what it does, its flags. */
export function commandHelp(command: Command): string {
  const details = command.details ?? `${command.summary}.`;
  return `Usage: ${usageOf(command)} [flags]

${details}

Flags
${flagTable([...command.flags, HELP_FLAG])}
`;
}

function usage(command: Command | ForeignCommand): string {
  return "arguments" in command ? usageOf(command) : ["paymaster", ...command.words].join(" ");
}

function flagTable(flags: readonly Flag[]): string {
  return columns(
    flags.map(({ name, short, value, description }) => {
      const long = value === undefined ? `--${name}` : `--${name} ${value}`;
      return [short === undefined ? long : `-${short}, ${long}`, description];
    }),
  );
}

/** Later lines of a text stand under its first. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows
    .map(([first, second]) => {
      const text = second.replaceAll("\n", `\n${" ".repeat(width + 4)}`);
      return `  ${first.padEnd(width)}  ${text}`.trimEnd();
    })
    .join("\n");
}
