/** Help texts, derived from the contract. */
import { EXIT, EXIT_MEANINGS } from "./exit-codes.js";
import { type OperationCommand, operationCommands } from "./operation-command.js";

export function helpText(): string {
  const commands = operationCommands().map((command): [string, string] => [
    usage(command),
    command.operation.title,
  ]);
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  const codes = names.map((name): [string, string] => [
    String(EXIT[name]).padStart(3),
    EXIT_MEANINGS[name],
  ]);
  return `Usage: paymaster <command> [arguments] [flags]

Commands
${columns([
  ["serve", "start the server (paymaster serve --help)"],
  ["mcp", "start the MCP server on standard input and output (paymaster mcp --help)"],
  ["invariants [--json]", "recompute the books of a running server, with the operator's key"],
])}

Operations of the API (\`me\` is the caller's own account)
${columns(commands)}

Flags of every operation
${columns(COMMON_FLAG_HELP)}

Credentials come from the environment, never from an argument
${columns([
  ["PAYMASTER_TOKEN", "a bearer token or API key; needs PAYMASTER_BASE_URL"],
  ["PAYMASTER_BASE_URL", "e.g. https://api.zoom.us/v2"],
  ["PAYMASTER_CREDENTIALS", "credentials file; default ./.paymaster/credentials.json"],
])}

Exit codes
${columns(codes)}
`;
}

const COMMON_FLAG_HELP: readonly (readonly [string, string])[] = [
  ["--json", "print the answer as JSON; a table for people otherwise"],
  ["--data FILE", "request body as JSON; - reads standard input"],
  ["--preview", "show what a write would change and cost; change nothing (Paymaster only)"],
  ["--idempotency-key KEY", "carry a repeated write out once (Paymaster only)"],
  ["--output FILE", "where a PDF goes; - is standard output"],
  ["--timeout SECONDS", "for the answer; default 30"],
];

/** Help of one command: usage, what it does, its flags. */
export function commandHelp(command: OperationCommand): string {
  const { operation } = command;
  const flags = [
    ...command.query.map((name): [string, string] => [`--${name} VALUE`, "query parameter"]),
    ...command.flags.map(({ name, type, description }): [string, string] => [
      `--${name} ${type.toUpperCase()}`,
      description,
    ]),
  ];
  const own = flags.length === 0 ? "" : `\nFlags\n${columns(flags)}\n`;
  return `Usage: ${usage(command)} [flags]

${operation.title}. ${operation.method} ${operation.path}
Scopes: ${[...operation.scopes.classic, ...operation.scopes.granular].join(", ")}
${own}
Flags of every operation
${columns(COMMON_FLAG_HELP)}
`;
}

function usage(command: OperationCommand): string {
  return ["paymaster", ...command.words, ...command.arguments.map((name) => `<${name}>`)].join(" ");
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`.trimEnd()).join("\n");
}
