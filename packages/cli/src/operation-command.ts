/** A command for each operation: its words from the path, its flags from the schemas. */
import { readFileSync } from "node:fs";
import type { WriteOptions } from "@paymaster/client";
import { type Operation, operations, plans } from "@paymaster/contract";
import { type BodyFlag, bodyFlags, bodyFromFlags } from "./body-flags.js";
import {
  type Argument,
  type Command,
  type CommandContext,
  type CommandLine,
  type Flag,
  type FlagValues,
  JSON_FLAG,
  SERVICE_FLAGS,
} from "./command.js";
import { commandArguments, commandWords } from "./command-names.js";
import { isDownload, saveDownload } from "./download.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { withService } from "./service.js";
import { renderForPeople } from "./table.js";

export interface OperationCommand extends Command {
  /** Names of the operation in the contract: `get_plan_usage`, `getPlanUsage`. */
  readonly operationNames: readonly string[];
}

/** All commands, in the contract's order. */
export function operationCommands(): readonly OperationCommand[] {
  return Object.entries<Operation>(operations).map(([tool, operation]) => {
    const bodyMembers = bodyFlags(operation.body["2021"]).concat(newFlags(operation));
    const query = Object.keys(
      (operation.query as { properties?: object } | null)?.properties ?? {},
    );
    const command: OperationCommand = {
      operationNames: [tool, operation.id],
      words: commandWords(operation),
      arguments: commandArguments(operation).map(argumentOf),
      flags: [
        ...query.map((name) => ({ name, value: "VALUE", description: "query parameter" })),
        ...bodyMembers.map(flagOf),
        ...sharedFlags(operation),
      ],
      summary: operation.title,
      details: `${operation.title}. ${operation.method} ${operation.path}
Also: paymaster ${operation.id}, paymaster ${tool}
Scopes: ${[...operation.scopes.classic, ...operation.scopes.granular].join(", ")}`,
      run(line, context) {
        const input = readInput(command, query, bodyMembers, line);
        return runOperation(tool, operation, input, line.flags, context);
      },
    };
    return command;
  });
}

/** Flags for what the 2026 generation added to the body. */
function newFlags(operation: Operation): readonly BodyFlag[] {
  const known = new Set(bodyFlags(operation.body["2021"]).map((flag) => flag.name));
  return bodyFlags(operation.body["2026"]).filter((flag) => !known.has(flag.name));
}

function argumentOf(name: string): Argument {
  return name === "accountId" ? { name, offers: ["me"] } : { name };
}

function flagOf({ name, type, description }: BodyFlag): Flag {
  const isPlan = name === "type" || name.endsWith(".type") || name === "plan_recording";
  const offers = isPlan ? plans.map((plan) => plan.type) : undefined;
  return { name, value: type.toUpperCase(), description, offers };
}

/** What commands take besides the operation's own parameters. */
function sharedFlags(operation: Operation): readonly Flag[] {
  const flags: Flag[] = [JSON_FLAG];
  const takesBody = operation.body["2021"] !== null || operation.body["2026"] !== null;
  if (takesBody) {
    const description = "request body as JSON; - reads standard input";
    flags.push({ name: "data", value: "FILE", description, offers: "file" });
  }
  if (operation.effect !== "read") {
    flags.push(
      {
        name: "preview",
        description: "show what it would change and cost; change nothing (Paymaster only)",
      },
      {
        name: "idempotency-key",
        value: "KEY",
        description: "carry a repeated write out once (Paymaster only)",
      },
    );
  }
  if (operation.response.contentType === "application/pdf") {
    const description = "where the PDF goes; - is standard output";
    flags.push({ name: "output", short: "o", value: "FILE", description, offers: "file" });
  }
  flags.push({
    name: "timeout",
    value: "SECONDS",
    description: "for the answer; default 30",
  });
  return [...flags, ...SERVICE_FLAGS];
}

function runOperation(
  tool: string,
  operation: Operation,
  input: Record<string, unknown>,
  flags: FlagValues,
  context: CommandContext,
): Promise<number> {
  const { signal } = context;
  const options = { ...writeOptions(operation, flags), signal };
  return withService(flags, context, {}, async ({ client }) => {
    const { data, status } = await client.request(tool, input, options);
    await show(data, status, flags, context);
    return EXIT.done;
  });
}

function readInput(
  command: Command,
  query: readonly string[],
  bodyMembers: readonly BodyFlag[],
  line: CommandLine,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [index, { name }] of command.arguments.entries()) input[name] = line.arguments[index];
  for (const name of query) input[name] = line.flags.text(name);
  const body = readBody(bodyMembers, line.flags);
  if (body !== undefined) input.body = body;
  return input;
}

/** Members given as flags win over those of `--data`. */
function readBody(members: readonly BodyFlag[], flags: FlagValues): unknown {
  const fromFlags = bodyFromFlags(members, (name) => flags.text(name));
  const file = flags.text("data");
  if (file === undefined) return fromFlags;
  if (file === "-" && flags.text("credentials") === "-") {
    throw new UsageError("--data and --credentials cannot both come from standard input");
  }
  const data = readData(file);
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

function writeOptions(operation: Operation, flags: FlagValues): WriteOptions {
  const seconds = flags.positive("timeout");
  const timeoutMs = seconds === undefined ? undefined : seconds * 1_000;
  if (operation.effect === "read") return { timeoutMs };
  return {
    timeoutMs,
    idempotencyKey: flags.text("idempotency-key"),
    ...(flags.has("preview") ? { preview: true } : {}),
  };
}

async function show(
  data: unknown,
  status: number,
  flags: FlagValues,
  { output }: CommandContext,
): Promise<void> {
  if (isDownload(data)) {
    await saveDownload(data, flags.text("output"), output);
    return;
  }
  if (flags.has("json")) {
    if (data !== undefined) output.printJson(data);
  } else if (data === undefined) output.say(`Done (HTTP ${status}).`);
  else output.print(renderForPeople(data, output.paint));
}
