/** `paymaster invariants`: asks a running server to recompute its books, and says what does not hold. */
import { NetworkError } from "@paymaster/client";
import { type Command, JSON_FLAG, SERVICE_FLAGS } from "./command.js";
import { findOperator } from "./credentials.js";
import { EXIT } from "./exit-codes.js";
import type { Paint } from "./output.js";

/** The checks read every row there is. */
const TIMEOUT_MS = 10 * 60_000;

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export const invariantsCommand: Command = {
  words: ["invariants"],
  arguments: [],
  flags: [JSON_FLAG, ...SERVICE_FLAGS],
  summary: "recompute the books of a running server, with the operator's key",
  details: `Asks the server that the credentials file or profile names to recompute its books, with the
operator's key from there. Read-only. Exit code 0: every rule holds; 1: one is broken.`,
  async run(line, { environment, output }) {
    const choice = { profile: line.flags.text("as"), file: line.flags.text("credentials") };
    const { adminUrl, adminKey } = findOperator(environment, choice);
    const answer = await ask(`${adminUrl}/invariants`, adminKey);
    if (line.flags.has("json")) output.printJson(answer);
    else output.print(asText(answer.checks, output.paint));
    return answer.ok ? EXIT.done : EXIT.failed;
  },
};

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

function asText(checks: readonly Check[], paint: Paint): string {
  const lines = checks.map(
    ({ ok, name, detail }) =>
      `${ok ? paint("green", "ok    ") : paint("red", "BROKEN")} ${name}: ${detail}`,
  );
  const broken = checks.filter(({ ok }) => !ok).length;
  lines.push(
    broken === 0
      ? `All ${checks.length} rules hold.`
      : `${broken} of ${checks.length} rules are broken.`,
  );
  return `${lines.join("\n")}\n`;
}
