/** The run of `npm run test:fuzz`; see README.md here. */
import { WIRE_PROFILES, type WireProfile } from "@paymaster/contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemOf, World } from "../errors/fuzz-world.js";
import { exchange } from "../errors/raw.js";
import { Stage } from "../errors/stage.js";
import { type ServerProcess, startServerProcess } from "../support/server-process.js";
import type { SentRequest } from "./distortions.js";
import { operationsOfDocument, operationsOfOperator } from "./operations.js";
import { fuzzedRequests, type Keys, sentRequest } from "./requests.js";

const { env } = process;
const SEED = Number(env.PAYMASTER_FUZZ_SEED ?? 20_260_131);
const REQUESTS = Number(env.PAYMASTER_FUZZ_REQUESTS ?? 100_000);
const AT_ONCE = Number(env.PAYMASTER_FUZZ_AT_ONCE ?? 8);
const PROFILES = WIRE_PROFILES.filter((name) =>
  [undefined, name].includes(env.PAYMASTER_FUZZ_PROFILE),
);
/** Drawn together; then the clock moves on, so that plans renew and expire, and new accounts come. */
const STEP = 2_500;
const DAYS_A_STEP = 17;
const TIMEOUT_MS = 24 * 3_600_000;
/** Of the server, at the end of a run of any length. */
const MAX_MEMORY_BYTES = 600 * 2 ** 20;

const MASTER_FLAGS = {
  may_add_sub_accounts: true,
  bulk_licenses: false,
  vip: false,
  tier: "business",
};

const each = Math.ceil(REQUESTS / PROFILES.length);

describe.each(PROFILES)("in the %s generation", (profile: WireProfile) => {
  let server: ServerProcess;
  let stage: Stage;
  let world: World;
  const statuses = new Map<number, number>();

  beforeAll(async () => {
    server = await startServerProcess(profile);
    stage = Stage.on(server);
    world = new World(stage);
  });
  afterAll(() => server.stop());

  it(`answers ${each} requests of seed ${SEED}`, { timeout: TIMEOUT_MS }, async () => {
    const operations = [
      ...(await operationsOfDocument(server.server.origin)),
      ...(await operationsOfOperator()),
    ];
    const { places, ids } = await world.begin();
    const keys: Keys = {
      ...server.credentials,
      subAccountKey: await stage.key(["billing:master", "account:master"], world.all[0]),
    };
    const run = await stage.operate("POST", "/bill-runs", {
      target_date: "2026-02-28",
      mode: "preview",
    });
    const targets = { places, ids: { ...ids, billRunId: [String(run.id)] } };
    const requests = fuzzedRequests(operations, targets, keys);
    const begunMs = performance.now();
    for (let from = 0; from < each; from += STEP) {
      const drawn = fc.sample(requests, {
        seed: SEED + from,
        numRuns: Math.min(STEP, each - from),
      });
      let next = 0;
      const worker = async () => {
        while (next < drawn.length) {
          const at = next++;
          const one = drawn[at];
          if (one === undefined) return;
          await tryOne(from + at, sentRequest(one, world.accounts, keys));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      await stage.operate("POST", "/clock/advance", { days: DAYS_A_STEP });
      // Requests to the operator's API may have changed what the master is allowed to do.
      await stage.operate("PATCH", `/accounts/${keys.account_id}`, MASTER_FLAGS);
      await world.renew();
      report(from + drawn.length, begunMs);
    }
    // It is worth something only if much of it went through, and much did not.
    for (const status of [200, 201, 204, 400, 401, 404]) {
      expect([status, (statuses.get(status) ?? 0) > each / 1_000]).toEqual([status, true]);
    }
  });

  async function tryOne(number: number, sent: SentRequest): Promise<void> {
    const { method, path, headers, body, mayBreak = false } = sent;
    const named = () => `seed ${SEED}, request ${number}: ${described(sent)}`;
    const request = { method, path, headers, token: null, ...(body === null ? {} : { body }) };
    const answer = await exchange(stage, request).catch((error: NodeJS.ErrnoException) => {
      if (mayBreak && ["EPIPE", "ECONNRESET"].includes(error.code ?? "")) return null;
      // What is refused before it was parsed gets a body whatever its method, and the connection ends.
      if (method === "HEAD" && error.code === "HPE_CLOSED_CONNECTION") return null;
      throw new Error(named(), { cause: error });
    });
    if (!server.isRunning()) throw new Error(`${named()}: the server ended`);
    if (answer === null) return;
    const problem = problemOf(answer);
    if (problem !== null) throw new Error(`${named()}: ${problem}`);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  }

  function report(count: number, begunMs: number): void {
    const rate = Math.round(count / ((performance.now() - begunMs) / 1_000));
    const seen = [...statuses].sort(([a], [b]) => a - b).map((pair) => pair.join(": "));
    console.log(`${profile}: ${count} of ${each}, ${rate}/s; ${seen.join(", ")}`);
  }

  it("leaves a server that logged no error, in little memory, and books that hold", async () => {
    expect(server.logged.filter(({ level }) => level !== "info")).toEqual([]);
    const metrics = await fetch(`${server.server.origin}/metrics`, {
      headers: { authorization: `Bearer ${server.credentials.admin_key}` },
    });
    const memory = /^process_resident_memory_bytes (\d+)/m.exec(await metrics.text())?.[1];
    expect(Number(memory)).toBeLessThan(MAX_MEMORY_BYTES);
    expect(await stage.operate("GET", "/invariants")).toMatchObject({ ok: true });
  }, 600_000);
});

function described({ method, path, headers, body }: SentRequest): string {
  const shown = { ...headers, authorization: String(headers.authorization).slice(0, 12) };
  return `${method} ${path.slice(0, 500)} ${JSON.stringify(shown)} ${String(body).slice(0, 1_000)}`;
}
