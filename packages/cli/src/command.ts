/** What a command is: help, completion and the reading of its line follow from this description. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Environment } from "./credentials.js";
import { UsageError } from "./exit-codes.js";
import type { Output } from "./output.js";

/** What a shell may offer for a value: files, folders, the profiles' names, or these words. */
export type Offer = "file" | "folder" | "profile" | readonly string[];

export interface Flag {
  readonly name: string;
  readonly short?: string | undefined;
  /** What help calls its value, e.g. `FILE`; undefined: it takes none. */
  readonly value?: string | undefined;
  readonly description: string;
  readonly offers?: Offer | undefined;
}

export interface Argument {
  readonly name: string;
  readonly optional?: boolean | undefined;
  readonly offers?: Offer | undefined;
}

/** What a command works with, besides its line. */
export interface CommandContext {
  readonly environment: Environment;
  readonly output: Output;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface CommandLine {
  readonly arguments: readonly string[];
  readonly flags: FlagValues;
}

export class FlagValues {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** @throws UsageError unless it is a number above 0 */
  positive(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
    throw new UsageError(`--${name}: expected a number above 0, got ${JSON.stringify(text)}`);
  }
}

export interface Command {
  /** E.g. `["plans", "usage"]`. */
  readonly words: readonly string[];
  readonly arguments: readonly Argument[];
  readonly flags: readonly Flag[];
  /** One line. */
  readonly summary: string;
  /** More for the command's own help. */
  readonly details?: string | undefined;
  /** @returns the exit code */
  run(line: CommandLine, context: CommandContext): Promise<number>;
}

/** A command whose line and help are another package's. */
export interface ForeignCommand {
  readonly words: readonly string[];
  readonly summary: string;
  help(): Promise<string>;
  main(args: readonly string[], context: CommandContext): Promise<number>;
}

/** Of every command that talks to a service. */
export const SERVICE_FLAGS: readonly Flag[] = [
  { name: "as", value: "NAME", description: "the profile to use", offers: "profile" },
  {
    name: "credentials",
    value: "FILE",
    description: "the credentials file to use; - reads standard input",
    offers: "file",
  },
];

export const JSON_FLAG: Flag = {
  name: "json",
  description: "print JSON; a table for people otherwise",
};

export const HELP_FLAG: Flag = { name: "help", short: "h", description: "show this help" };

export function usageOf(command: Pick<Command, "words" | "arguments">): string {
  const names = command.arguments.map(({ name, optional }) =>
    optional === true ? `[${name}]` : `<${name}>`,
  );
  return ["paymaster", ...command.words, ...names].join(" ");
}

/** @throws UsageError for a flag that the command does not have */
export function parseLine(command: Command, rest: readonly string[]): CommandLine {
  const options: ParseArgsConfig["options"] = {};
  for (const { name, short, value } of [...command.flags, HELP_FLAG]) {
    const type = value === undefined ? "boolean" : "string";
    options[name] = short === undefined ? { type } : { type, short };
  }
  try {
    const parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
    return { arguments: parsed.positionals, flags: new FlagValues(parsed.values) };
  } catch (error) {
    // Node goes on with advice that few need.
    const [message] = (error instanceof Error ? error.message : String(error)).split(
      ". To specify",
    );
    throw new UsageError(`${message}\nTry: paymaster ${command.words.join(" ")} --help`);
  }
}

/** Whether the command takes so many arguments. */
export function takes(command: Command, count: number): boolean {
  const required = command.arguments.filter(({ optional }) => optional !== true).length;
  return count >= required && count <= command.arguments.length;
}

/** @throws UsageError with the command's usage */
export function assertArguments(command: Command, line: CommandLine): void {
  if (takes(command, line.arguments.length)) return;
  const expected = command.arguments.length;
  throw new UsageError(
    `expected ${expected} argument(s), got ${line.arguments.length}: ${usageOf(command)}`,
  );
}
