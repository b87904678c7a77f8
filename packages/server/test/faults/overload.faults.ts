/** More calls than the server can answer: those beyond its bound get 503 at once, and memory does not grow. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { processesOf } from "../../src/postgres/processes.js";
import { clusterDirOf } from "../postgres/helpers.js";
import { type Serving, serve } from "./support/serving.js";
import { signalAll } from "./support/signals.js";

const IN_FLIGHT = 1_000;
const SECONDS = 10;
const RETRY_MS = 1_000;
const MEGABYTE = 2 ** 20;

interface Seen {
  readonly statuses: Map<number, number>;
  /** 503 without Retry-After. */
  unexplained: number;
  quickest503Ms: number;
}

/** One caller after the other call returns, until told to stop. */
async function keepCalling(
  server: Serving,
  seen: Seen,
  isOver: () => boolean,
  body: string | null,
) {
  const path = body === null ? "/accounts/me/plans" : "/accounts/me/plans/base";
  while (!isOver()) {
    const begunMs = performance.now();
    const call = body === null ? {} : { body };
    const answer = await server.wire(body === null ? "GET" : "PUT", path, call).catch(() => null);
    if (answer === null) continue;
    seen.statuses.set(answer.status, (seen.statuses.get(answer.status) ?? 0) + 1);
    if (answer.status !== 503) continue;
    seen.quickest503Ms = Math.min(seen.quickest503Ms, performance.now() - begunMs);
    if (!answer.headers.has("retry-after")) seen.unexplained += 1;
    await sleep(RETRY_MS);
  }
}

describe("a server whose database answers nobody", () => {
  it.each([
    [3_000, "reads", null],
    [
      1_500,
      "changes with bodies of 200 kB",
      `{"type": "monthly", "hosts": 2${" ".repeat(200_000)}}`,
    ],
  ])("%i callers: %s", async (count, _name, body) => {
    const server = await serve({ databaseUrl: null, args: ["--rate-limits", "off"] });
    const before = server.memory();
    const frozen = processesOf(clusterDirOf(server.dataDir));
    signalAll(frozen, "SIGSTOP");
    const seen: Seen = { statuses: new Map(), unexplained: 0, quickest503Ms: Infinity };
    let over = false;
    const callers = Array.from({ length: count }, () =>
      keepCalling(server, seen, () => over, body),
    );
    let most = before;
    for (let second = 0; second < SECONDS; second += 1) {
      await sleep(1_000);
      most = Math.max(most, server.memory());
      expect((await fetch(`${server.origin}/healthz`)).status).toBe(200);
    }
    over = true;
    signalAll(frozen, "SIGCONT");
    await Promise.all(callers);
    const refused = seen.statuses.get(503) ?? 0;
    const grown = (most - before) / MEGABYTE;
    console.log(
      `${refused} of ${[...seen.statuses.values()].reduce((a, b) => a + b, 0)} calls refused, the quickest in ${seen.quickest503Ms.toFixed(0)} ms; memory grew by ${grown.toFixed(0)} MB to ${(most / MEGABYTE).toFixed(0)} MB`,
    );
    expect(refused).toBeGreaterThan(count - IN_FLIGHT);
    expect(seen.unexplained).toBe(0);
    expect(seen.quickest503Ms).toBeLessThan(1_000);
    const linesWith = (text: string) =>
      server
        .output()
        .split("\n")
        .filter((line) => line.includes(text));
    expect(linesWith("A request failed").slice(0, 3)).toEqual([]);
    // Refusals do not flood the log: one line a second for all of them.
    expect(linesWith("503 ").length).toBeLessThan(2 * SECONDS);
    expect(linesWith("Requests were refused with 503")).not.toEqual([]);
    expect(grown).toBeLessThan(300);
    expect((await server.wire("GET", "/accounts/me/plans")).status).toBe(200);
    await server.kill("SIGTERM");
  });
});
