/** The `paymaster` command: `serve`, `mcp`, and a command for each operation of the contract. */
import { ApiError, RateLimitError } from "@paymaster/client";
import { exitCodeOf, UsageError } from "./exit-codes.js";
import { helpText } from "./help.js";
import { invariants } from "./invariants.js";
import { findOperationCommand, runOperation } from "./operation-command.js";
import { packageVersion } from "./version.js";

/**
 * @param args the command line without node and script
 * @returns the exit code; undefined: the command goes on running and sets it itself
 */
async function run(args: readonly string[]): Promise<number | undefined> {
  const [command, ...rest] = args;
  if (command === undefined || command === "--help" || command === "-h" || command === "help") {
    process.stdout.write(helpText());
    return 0;
  }
  if (command === "--version" || command === "-v") {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  // Loaded on demand: the server and the MCP library take longer to load than a call takes.
  if (command === "serve") return (await import("./serve.js")).serve(rest);
  if (command === "mcp") return (await import("./mcp.js")).mcp(rest);
  if (command === "invariants") return invariants(rest, process.env);
  const found = findOperationCommand(args);
  if (found === undefined) {
    throw new UsageError(`unknown command: ${args.join(" ")}\nTry: paymaster --help`);
  }
  return runOperation(found.command, found.rest);
}

function describeError(error: unknown): string {
  if (error instanceof RateLimitError && error.retryAt !== undefined) {
    const instant = error.retryAt.toISOString().replace(".000Z", "Z");
    return `${error.message} It reopens at ${instant}.`;
  }
  if (error instanceof ApiError) {
    const fields = error.errors.map(({ field, message }) => `\n  ${field}: ${message}`);
    return `${error.message} (code ${error.code}, HTTP ${error.status})${fields.join("")}`;
  }
  return error instanceof Error ? error.message : String(error);
}

try {
  const exitCode = await run(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`paymaster: ${describeError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
