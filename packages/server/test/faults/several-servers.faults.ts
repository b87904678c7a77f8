/**
 * Three servers on one PostgreSQL under load. One is killed with SIGKILL and another one started: no read
 * fails after a retry, no change is lost or made twice, and the quotas hold.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";
import { expectKept, makeCustomers, startLoad } from "./support/load.js";
import { type Serving, serve } from "./support/serving.js";

const ROUNDS = 3;
const HEAVY_A_SECOND = 40;

const databases: TestDatabase[] = [];
afterAll(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

async function threeServers(): Promise<{ databaseUrl: string; servers: Serving[] }> {
  const database = await (await startTestPostgres()).createDatabase();
  databases.push(database);
  const databaseUrl = database.url;
  const first = await serve({ databaseUrl });
  const others = await Promise.all([serve({ databaseUrl }), serve({ databaseUrl })]);
  return { databaseUrl, servers: [first, ...others] };
}

describe("three servers under load", () => {
  let servers: Serving[];
  let databaseUrl: string;
  beforeAll(async () => {
    ({ servers, databaseUrl } = await threeServers());
  });
  afterAll(async () => {
    for (const server of servers) await server.kill();
  });

  it("lose no read and no change while one is killed and another started", async () => {
    const [first] = servers;
    if (first === undefined) throw new Error("a server");
    const customers = await makeCustomers(first, 6, 2);
    const load = startLoad({ servers: () => servers, customers, readers: 24, tries: 2 });
    for (let round = 0; round < ROUNDS; round += 1) {
      await sleep(3_000);
      // Killed while the balancer still sends calls to it; then it is taken out, and the new one in.
      await servers[0]?.kill();
      servers = servers.slice(1);
      servers = [...servers, await serve({ databaseUrl })];
    }
    await sleep(3_000);
    const tally = await load.stop();
    const writes = [...tally.acknowledged.values()].reduce((sum, count) => sum + count, 0);
    console.log(
      `${tally.reads} reads (${tally.retriedReads} tried again), ${writes} changes (${tally.retriedWrites} tried again), longest gap ${tally.longestGapMs.toFixed(0)} ms`,
    );
    expect(tally.failedReads).toEqual([]);
    expect(tally.wrongAnswers).toEqual([]);
    expect(tally.retriedReads + tally.retriedWrites).toBeGreaterThan(0);
    expect(Math.min(...tally.acknowledged.values())).toBeGreaterThan(0);
    const [alive] = servers;
    if (alive === undefined) throw new Error("a server");
    await expectKept(alive, customers, tally);
  });
});

describe("three servers with one quota", () => {
  let servers: Serving[];
  let databaseUrl: string;
  beforeAll(async () => {
    ({ servers, databaseUrl } = await threeServers());
  });
  afterAll(async () => {
    for (const server of servers) await server.kill();
  });

  /** Calls to all servers at once, in turn; how many were admitted, as far as there was an answer. */
  async function admitted(calls: number, path: string): Promise<number> {
    const answers = await Promise.all(
      Array.from({ length: calls }, async (_, call) => {
        const server = servers[call % servers.length];
        const token = servers[1]?.credentials.api_key ?? "";
        return server?.wire("GET", path, { token }).catch(() => null);
      }),
    );
    const statuses = answers.flatMap((answer) => answer?.status ?? []);
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    return statuses.filter((status) => status === 200).length;
  }

  it("admit a second's calls at most once while one is killed and another started", async () => {
    // The clock stands: however long a round takes, it is the same second.
    await servers[1]?.admin("PUT", "/clock", { ticking: false });
    const counts: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      await servers[1]?.admin("POST", "/clock/advance", { seconds: 1 });
      // Until every server has heard of the move, which is a heartbeat.
      await sleep(1_200);
      const calling = admitted(300, "/accounts/me/plans/usage");
      if (round % 4 === 1) {
        await sleep(30);
        await servers[2]?.kill();
        servers = [...servers.slice(0, 2), await serve({ databaseUrl })];
      }
      counts.push(await calling);
    }
    console.log(`admitted of ${HEAVY_A_SECOND} a second: ${counts.join(", ")}`);
    expect(Math.max(...counts)).toBeLessThanOrEqual(HEAVY_A_SECOND);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(HEAVY_A_SECOND - 5);
  });

  it("list the invoices once in five minutes and six times a day, over a kill as well", async () => {
    let total = 0;
    for (let round = 0; round < 8; round += 1) {
      await servers[1]?.admin("POST", "/clock/advance", { minutes: 5 });
      await sleep(1_200);
      const once = await admitted(12, "/accounts/me/billing/invoices");
      expect(once).toBe(round < 6 ? 1 : 0);
      total += once;
      if (round === 2) {
        await servers[2]?.kill();
        servers = [...servers.slice(0, 2), await serve({ databaseUrl })];
      }
    }
    expect(total).toBe(6);
  });
});
