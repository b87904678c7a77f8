/** A command for each operation: found by its words, parsed by its schemas, carried out, shown. */
import { readFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { createClient, type WriteOptions } from "@paymaster/client";
import { type Operation, operations } from "@paymaster/contract";
import { type BodyFlag, bodyFlags, bodyFromFlags } from "./body-flags.js";
import { commandArguments, commandWords } from "./command-names.js";
import { findConnection } from "./credentials.js";
import { isDownload, saveDownload } from "./download.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { commandHelp } from "./help.js";
import { renderForPeople } from "./table.js";

export interface OperationCommand {
  /** Tool name: the key in the contract. */
  readonly tool: string;
  readonly operation: Operation;
  /** E.g. `["plans", "usage"]`. */
  readonly words: readonly string[];
  /** Names of the positional arguments. */
  readonly arguments: readonly string[];
  /** Names of the query parameters. */
  readonly query: readonly string[];
  readonly flags: readonly BodyFlag[];
}

/** All commands, in the contract's order. */
export function operationCommands(): readonly OperationCommand[] {
  return Object.entries<Operation>(operations).map(([tool, operation]) => ({
    tool,
    operation,
    words: commandWords(operation),
    arguments: commandArguments(operation),
    query: Object.keys((operation.query as { properties?: object } | null)?.properties ?? {}),
    flags: bodyFlags(operation.body["2021"]).concat(newFlags(operation)),
  }));
}

/** Flags for what the 2026 generation added to the body. */
function newFlags(operation: Operation): readonly BodyFlag[] {
  const known = new Set(bodyFlags(operation.body["2021"]).map((flag) => flag.name));
  return bodyFlags(operation.body["2026"]).filter((flag) => !known.has(flag.name));
}

/**
 * The command with the most words that begin the line; of those with the same words, the one whose
 * number of arguments fits (`billing invoices ACCOUNT` lists, with an INVOICE besides it shows one).
 */
export function findOperationCommand(
  args: readonly string[],
): { readonly command: OperationCommand; readonly rest: readonly string[] } | undefined {
  const matching = operationCommands().filter(({ words }) =>
    words.every((word, index) => args[index] === word),
  );
  const length = Math.max(0, ...matching.map(({ words }) => words.length));
  if (length === 0) return undefined;
  const rest = args.slice(length);
  const candidates = matching.filter(({ words }) => words.length === length);
  const firstFlag = rest.findIndex((arg) => arg.startsWith("-"));
  const given = firstFlag === -1 ? rest.length : firstFlag;
  const command =
    candidates.find((candidate) => candidate.arguments.length === given) ?? candidates[0];
  return command === undefined ? undefined : { command, rest };
}

/** Flags that every operation takes; the documentation is in `help.ts`. */
const COMMON_FLAGS = {
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  data: { type: "string" },
  output: { type: "string", short: "o" },
  preview: { type: "boolean" },
  "idempotency-key": { type: "string" },
  timeout: { type: "string" },
} as const satisfies ParseArgsConfig["options"];

type Values = Readonly<Record<string, string | boolean | undefined>>;

interface ParsedLine {
  readonly positionals: readonly string[];
  readonly values: Values;
}

/** @throws UsageError with the command's usage line */
function parseLine(command: OperationCommand, rest: readonly string[]): ParsedLine {
  const names = [...command.query, ...command.flags.map((flag) => flag.name)];
  const own = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const options: ParseArgsConfig["options"] = { ...own, ...COMMON_FLAGS };
  try {
    const parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
    return { positionals: parsed.positionals, values: parsed.values as Values };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message}\nTry: paymaster ${command.words.join(" ")} --help`);
  }
}

/** @returns the exit code */
export async function runOperation(
  command: OperationCommand,
  rest: readonly string[],
): Promise<number> {
  const { positionals, values } = parseLine(command, rest);
  if (values.help === true) {
    process.stdout.write(commandHelp(command));
    return EXIT.done;
  }
  const input = readInput(command, positionals, values);
  const connection = findConnection(process.env);
  const client = createClient({
    baseUrl: connection.baseUrl,
    authentication: connection.authentication,
  });
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error("SIGINT"));
  process.once("SIGINT", interrupt);
  try {
    const options = { ...writeOptions(values), signal: abort.signal };
    const { data, status } = await client.request(command.tool, input, options);
    await show(data, status, values);
    return EXIT.done;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

function readInput(
  command: OperationCommand,
  positionals: readonly string[],
  values: Values,
): Record<string, unknown> {
  const expected = command.arguments;
  if (positionals.length !== expected.length) {
    const usage = ["paymaster", ...command.words, ...expected.map((name) => `<${name}>`)];
    throw new UsageError(
      `expected ${expected.length} argument(s), got ${positionals.length}: ${usage.join(" ")}`,
    );
  }
  const input: Record<string, unknown> = {};
  for (const [index, name] of expected.entries()) input[name] = positionals[index];
  for (const name of command.query) input[name] = values[name];
  const body = readBody(command, values);
  if (body !== undefined) input.body = body;
  return input;
}

/** Members given as flags win over those of `--data`. */
function readBody(command: OperationCommand, values: Values): unknown {
  const fromFlags = bodyFromFlags(command.flags, values);
  if (typeof values.data !== "string") return fromFlags;
  if (command.operation.body["2021"] === null && command.operation.body["2026"] === null) {
    throw new UsageError("--data: this operation takes no body");
  }
  const data = readData(values.data);
  if (fromFlags === undefined) return data;
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new UsageError("--data: expected a JSON object, since flags add members to it");
  }
  return { ...data, ...fromFlags };
}

const MAX_DATA_BYTES = 4 * 1024 * 1024;

function readData(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UsageError(`--data: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (text.length > MAX_DATA_BYTES) throw new UsageError("--data: more than 4 MiB");
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--data: ${file === "-" ? "standard input" : file}: ${message}`);
  }
}

function writeOptions(values: Values): WriteOptions {
  const seconds = values.timeout === undefined ? undefined : Number(values.timeout);
  if (seconds !== undefined && !(seconds > 0)) {
    throw new UsageError("--timeout: expected a number of seconds above 0");
  }
  return {
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
    idempotencyKey: text(values["idempotency-key"]),
    ...(values.preview === true ? { preview: true } : {}),
  };
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function show(data: unknown, status: number, values: Values): Promise<void> {
  if (isDownload(data)) {
    await saveDownload(data, text(values.output));
    return;
  }
  if (data === undefined) {
    if (values.json !== true) process.stderr.write(`Done (HTTP ${status}).\n`);
    return;
  }
  const shown = values.json === true ? `${JSON.stringify(data, null, 2)}\n` : renderForPeople(data);
  process.stdout.write(shown);
}
