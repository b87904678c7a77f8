/** `paymaster invariants`: asks a running server to recompute its books, and says what does not hold. */
import { parseArgs } from "node:util";
import { NetworkError } from "@paymaster/client";
import { type Environment, findOperator } from "./credentials.js";
import { EXIT, UsageError } from "./exit-codes.js";

const HELP = `Usage: paymaster invariants [--json]

Recomputes the books of the server that ./.paymaster/credentials.json (or PAYMASTER_CREDENTIALS) names,
with the operator's key from there. Read-only. Exit code 0: every rule holds; 1: one is broken.
`;

/** The checks read every row there is. */
const TIMEOUT_MS = 10 * 60_000;

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** @returns the exit code */
export async function invariants(
  args: readonly string[],
  environment: Environment,
): Promise<number> {
  const { json, help } = readFlags(args);
  if (help) {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  const { adminUrl, adminKey } = findOperator(environment);
  const answer = await ask(`${adminUrl}/invariants`, adminKey);
  if (json) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else process.stdout.write(asText(answer.checks));
  return answer.ok ? EXIT.done : EXIT.failed;
}

function readFlags(args: readonly string[]): { json: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: "boolean" }, help: { type: "boolean" } },
      strict: true,
    });
    return { json: values.json === true, help: values.help === true };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function ask(url: string, key: string): Promise<{ ok: boolean; checks: readonly Check[] }> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const reason = error instanceof Error ? ((error.cause as Error)?.message ?? error.message) : "";
    throw new NetworkError(`no answer from ${url}: ${reason}`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { ok: boolean; checks: readonly Check[] };
}

function asText(checks: readonly Check[]): string {
  const lines = checks.map(
    ({ ok, name, detail }) => `${ok ? "ok    " : "BROKEN"} ${name}: ${detail}`,
  );
  const broken = checks.filter(({ ok }) => !ok).length;
  lines.push(
    broken === 0
      ? `All ${checks.length} rules hold.`
      : `${broken} of ${checks.length} rules are broken.`,
  );
  return `${lines.join("\n")}\n`;
}
