/**
 * The PostgreSQL below a server under load is killed, shut down and frozen; the server is killed, alone
 * and with its PostgreSQL. What was acknowledged is there afterwards, once, and everything goes on by itself.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { processesOf } from "../../src/postgres/processes.js";
import { clusterDirOf, initializedDir, serverPid, start } from "../postgres/helpers.js";
import { send } from "../support/server.js";
import { expectKept, type Load, makeCustomers, startLoad, type Tally } from "./support/load.js";
import { begin, type Serving, serve, temporaryDirectory } from "./support/serving.js";
import { signalAll } from "./support/signals.js";

/** Tries of one call: more than any of these faults takes. */
const PATIENT = 600;

async function underLoad(server: Serving, fault: (load: Load) => Promise<Serving>): Promise<Tally> {
  const customers = await makeCustomers(server, 4, 2);
  let servers = [server];
  const options = { customers, readers: 12, tries: PATIENT };
  const load = startLoad({ servers: () => servers, ...options });
  await sleep(2_000);
  const alive = await fault(load);
  servers = [alive];
  await goesOn(load);
  const tally = await load.stop();
  expect(tally.failedReads).toEqual([]);
  expect(tally.wrongAnswers).toEqual([]);
  expect(Math.min(...tally.acknowledged.values())).toBeGreaterThan(0);
  await expectKept(alive, customers, tally);
  const writes = [...tally.acknowledged.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${tally.reads} reads, ${writes} changes (${tally.retriedWrites} tried again), longest gap ${tally.longestGapMs.toFixed(0)} ms`,
  );
  return tally;
}

/** Resolves when there were a hundred more answers. */
async function goesOn(load: Load): Promise<void> {
  const before = load.answers();
  const deadlineMs = performance.now() + 60_000;
  while (load.answers() < before + 100) {
    if (performance.now() > deadlineMs) throw new Error("it does not go on");
    await sleep(50);
  }
}

describe("a private PostgreSQL", () => {
  it("killed three times under load, is started again and has every change", async () => {
    const server = await serve({ databaseUrl: null });
    const clusterDir = clusterDirOf(server.dataDir);
    const tally = await underLoad(server, async (load) => {
      for (let round = 0; round < 3; round += 1) {
        process.kill(serverPid(clusterDir), "SIGKILL");
        await sleep(500);
        await goesOn(load);
      }
      return server;
    });
    expect(tally.longestGapMs).toBeLessThan(10_000);
    await server.kill("SIGTERM");
  });

  it("outlives its server, killed and started again", async () => {
    const server = await serve({ databaseUrl: null });
    let last = server;
    await underLoad(server, async () => {
      await server.kill();
      last = await serve({ databaseUrl: null, dataDir: server.dataDir });
      return last;
    });
    await last.kill("SIGTERM");
  });

  it("killed together with its server, as when the power fails", async () => {
    const server = await serve({ databaseUrl: null });
    let last = server;
    await underLoad(server, async () => {
      signalAll(processesOf(clusterDirOf(server.dataDir)), "SIGKILL");
      await server.kill();
      last = await serve({ databaseUrl: null, dataDir: server.dataDir });
      return last;
    });
    await last.kill("SIGTERM");
  });
});

describe("a PostgreSQL of DATABASE_URL", () => {
  async function serverOnOwn() {
    const dataDir = await initializedDir();
    const postgres = await start(dataDir);
    const { host, port, user, database } = postgres.connection;
    const databaseUrl = `postgresql://${user}@${encodeURIComponent(host)}:${port}/${database}`;
    const server = await serve({ databaseUrl, dataDir: temporaryDirectory() });
    return { server, postgres, clusterDir: clusterDirOf(dataDir) };
  }

  it("shut down and started again", async () => {
    const { server, clusterDir } = await serverOnOwn();
    await underLoad(server, async (load) => {
      // A fast shutdown: sessions are told that the administrator ends them.
      process.kill(serverPid(clusterDir), "SIGINT");
      await sleep(1_000);
      await goesOn(load);
      return server;
    });
    await server.kill("SIGTERM");
  });

  it("silent for 30 s: 503 within 20 s, although its connections stand, then all goes on", async () => {
    const { server, clusterDir } = await serverOnOwn();
    await underLoad(server, async (load) => {
      const frozen = processesOf(clusterDir);
      signalAll(frozen, "SIGSTOP");
      const begunMs = performance.now();
      const answers = await Promise.all([
        server.wire("GET", "/accounts/me/plans"),
        server.admin("GET", "/bill-runs"),
        send("POST", `${server.origin}/mcp`, server.credentials.api_key, { body: {} }),
        send("POST", `${server.origin}/oauth/token?grant_type=account_credentials`, null, {
          headers: { authorization: `Basic ${btoa("some:client")}` },
        }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
      for (const { headers } of answers) expect(headers.get("retry-after")).toMatch(/^\d+$/);
      expect(performance.now() - begunMs).toBeLessThan(20_000);
      await sleep(30_000 - (performance.now() - begunMs));
      signalAll(frozen, "SIGCONT");
      await goesOn(load);
      return server;
    });
    expect(server.output()).toContain("The database does not answer");
    expect(server.output()).toContain("The database answers again");
    await server.kill("SIGTERM");
  });
});

describe("a start", () => {
  it("without its database ends with one clear line", async () => {
    const started = begin({ databaseUrl: "postgresql://nobody@127.0.0.1:1/nothing" });
    expect(await started.ended).toBe(1);
    expect(started.output().trim()).toMatch(/^paymaster serve: DATABASE_URL: .*ECONNREFUSED.*$/);
  });

  it("without a host that takes writes names each and what is wrong with it", async () => {
    const databaseUrl = "postgresql://nobody@127.0.0.1:1,127.0.0.1:2/nothing";
    const started = begin({ databaseUrl });
    expect(await started.ended).toBe(1);
    expect(started.output().trim()).toBe(
      "paymaster serve: DATABASE_URL: No database that takes writes: " +
        "127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; 127.0.0.1:2: connect ECONNREFUSED 127.0.0.1:2.",
    );
  });
});
