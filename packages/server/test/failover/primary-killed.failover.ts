/**
 * The primary of two PostgreSQL servers is killed under load: the service answers again within 30 s, and
 * no change that was acknowledged is missing or made twice.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectKept, makeCustomers, startLoad } from "../faults/support/load.js";
import { type Serving, serve } from "../faults/support/serving.js";
import { type Cluster, startCluster, whyNot } from "./cluster.js";

const reason = whyNot();
if (reason !== null) console.warn(`Skipped, ${reason}`);

describe.skipIf(reason !== null)("two PostgreSQL servers under Patroni", () => {
  let cluster: Cluster;
  let servers: Serving[];
  beforeAll(async () => {
    cluster = await startCluster();
    const { databaseUrl } = cluster;
    const first = await serve({ databaseUrl });
    servers = [first, await serve({ databaseUrl })];
  });
  afterAll(async () => {
    for (const server of servers ?? []) await server.kill();
    await cluster?.stop();
  });

  it("lose their primary under load: the service answers again within 30 s, nothing is lost", async () => {
    const [first] = servers;
    if (first === undefined) throw new Error("a server");
    const customers = await makeCustomers(first, 4, 2);
    const patient = { readers: 12, tries: 1_000, pauseMs: 100 };
    const load = startLoad({ servers: () => servers, customers, ...patient });
    await sleep(4_000);
    const primary = await cluster.primary();
    primary.kill();
    const before = load.answers();
    await sleep(35_000);
    expect(load.answers(), cluster.logs()).toBeGreaterThan(before + 50);
    const tally = await load.stop();
    const writes = [...tally.acknowledged.values()].reduce((sum, count) => sum + count, 0);
    console.log(
      `${tally.reads} reads, ${writes} changes (${tally.retriedWrites} tried again); away for ${(tally.longestGapMs / 1_000).toFixed(1)} s`,
    );
    expect(tally.failedReads).toEqual([]);
    expect(tally.wrongAnswers).toEqual([]);
    expect(tally.longestGapMs).toBeLessThan(30_000);
    expect((await cluster.primary()).name).not.toBe(primary.name);
    await expectKept(first, customers, tally);
  });
});
