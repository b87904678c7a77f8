import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import type { PrivatePostgres } from "../../src/postgres/index.js";
import { isAlive, processesOf } from "../../src/postgres/processes.js";
import {
  ask,
  clusterDirOf,
  initializedDir,
  postgresBelow,
  serverPid,
  start,
  waitFor,
} from "./helpers.js";

function record(postgres: PrivatePostgres) {
  const events: { state: string; at_ms: number }[] = [];
  postgres.onStateChange((state) => void events.push({ state, at_ms: performance.now() }));
  const states = () => events.map(({ state }) => state);
  return { events, states, up: () => states().at(-1) === "up" };
}

let dataDir: string;
let clusterDir: string;
beforeAll(async () => {
  dataDir = await initializedDir({ keep: true });
  clusterDir = clusterDirOf(dataDir);
});

describe("a PostgreSQL that dies under its Paymaster", () => {
  it("is started again within 5 s, with every acknowledged row", async () => {
    const postgres = await start(dataDir);
    await ask(postgres.connection, "CREATE TABLE t (x int)");
    for (let round = 1; round <= 3; round++) {
      const seen = record(postgres);
      await ask(postgres.connection, "INSERT INTO t VALUES (1)");
      const killed_ms = performance.now();
      process.kill(serverPid(clusterDir), "SIGKILL");
      await waitFor("the server", seen.up);
      expect(seen.states()).toEqual(["down", "up"]);
      expect(performance.now() - killed_ms).toBeLessThan(5_000);
      expect(await ask(postgres.connection, "SELECT count(*)::int FROM t")).toEqual([[round]]);
    }
  });

  it("is told apart from one whose worker crashed", async () => {
    const postgres = await start(dataDir);
    const pid = serverPid(clusterDir);
    const seen = record(postgres);
    const client = new pg.Client(postgres.connection);
    client.on("error", () => {});
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    process.kill(rows[0]?.pid ?? 0, "SIGKILL");
    await waitFor("the server", seen.up);
    expect(seen.states()).toEqual(["down", "up"]);
    expect(serverPid(clusterDir)).toBe(pid); // PostgreSQL recovered by itself
    expect(await ask(postgres.connection, "SELECT 1")).toEqual([[1]]);
  });

  it("is replaced also when a worker of it goes on", async () => {
    const postgres = await start(dataDir);
    const seen = record(postgres);
    const client = new pg.Client(postgres.connection);
    client.on("error", () => {});
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const worker = rows[0]?.pid ?? 0;
    // Counts for minutes without looking up: it does not notice that its server died.
    client.query("SELECT count(*) FROM generate_series(1, 1000000000)").catch(() => {});
    await waitFor("the query", () => processesOf(clusterDir).includes(worker));
    process.kill(serverPid(clusterDir), "SIGKILL");
    await waitFor("the server", seen.up);
    expect(isAlive(worker)).toBe(false);
    expect(await ask(postgres.connection, "SELECT 1")).toEqual([[1]]);
    expect(postgres.said.join("\n")).toMatch(/ended \d+ processes of a PostgreSQL that died/);
  });

  it("starts beside a stale postmaster.pid whose process id is now another's", async () => {
    const first = await start(dataDir);
    const pid = serverPid(clusterDir);
    await first.stop();
    const line = `${process.pid}\n${clusterDir}\n1700000000\n5432\n${first.connection.host}\n\n 1 2\nready\n`;
    writeFileSync(join(clusterDir, "postmaster.pid"), line);
    writeFileSync(join(first.connection.host, ".s.PGSQL.5432.lock"), line);
    const second = await start(dataDir);
    expect(second.said[0]).toContain(`process ${process.pid} is not a live PostgreSQL of it`);
    expect(serverPid(clusterDir)).not.toBe(pid);
    expect(await ask(second.connection, "SELECT 1")).toEqual([[1]]);
  });

  it("is given up after some attempts if it keeps dying, with one clear message", async () => {
    const postgres = await start(dataDir, { restartDelays_ms: [0, 50, 100] });
    const seen = record(postgres);
    const failure = { told: false };
    void postgres.failure.then(() => {
      failure.told = true;
    });
    for (let deaths = 0; deaths < 3; deaths++) {
      process.kill(serverPid(clusterDir), "SIGKILL");
      await waitFor("the server", () => seen.up() && seen.events.length === 2 * (deaths + 1));
    }
    expect(failure.told).toBe(false);
    process.kill(serverPid(clusterDir), "SIGKILL");
    const error = await postgres.failure;
    expect(error.message).toBe(
      `PostgreSQL in ${clusterDir} died and was not brought back in 3 attempts: it kept dying soon ` +
        "after its start. Restart Paymaster when the cause is mended; PostgreSQL's log is in " +
        `${join(dataDir, "postgres", "server", "log")}.`,
    );
    expect(seen.states().at(-1)).toBe("down");
    expect(postgresBelow(dataDir)).toEqual([]);
    await postgres.stop();
  });

  it("is not replaced by an empty one when its files were taken away", async () => {
    const postgres = await start(dataDir);
    const pid = serverPid(clusterDir);
    renameSync(clusterDir, `${clusterDir}.taken`);
    process.kill(pid, "SIGKILL");
    const error = await postgres.failure;
    expect(error.message).toContain("was removed while it was in use");
    await postgres.stop();
    await expect(start(dataDir)).rejects.toThrow(/is missing: it was in .*Put it back, or delete/);
    renameSync(`${clusterDir}.taken`, clusterDir);
    expect(await ask((await start(dataDir)).connection, "SELECT 1")).toEqual([[1]]);
  });

  it("can be stopped while it is being started again", async () => {
    const postgres = await start(dataDir, { restartDelays_ms: [5_000] });
    const seen = record(postgres);
    process.kill(serverPid(clusterDir), "SIGKILL");
    await waitFor("the loss", () => seen.states().includes("down"));
    await postgres.stop();
    expect(seen.states()).toEqual(["down"]);
    expect(postgresBelow(dataDir)).toEqual([]);
    await (await start(dataDir)).stop(); // also frees the shared memory of the one killed
  });
});
