import { beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../src/postgres/processes.js";
import { startChild } from "./child.js";
import {
  ask,
  clusterDirOf,
  initializedDir,
  messageOf,
  postgresBelow,
  serverPid,
  start,
  waitFor,
} from "./helpers.js";

/** Starts a child, writes a row through its server, and kills the child alone with SIGKILL. */
async function orphan(dataDir: string, transport: "socket" | "tcp" = "socket") {
  const child = await startChild({ dataDir, transport });
  const { connection, pid } = await child.ready;
  await ask(connection, "CREATE TABLE IF NOT EXISTS t (x int)");
  await ask(connection, "INSERT INTO t VALUES (1)");
  child.process.kill("SIGKILL");
  await child.ended;
  return { connection, pid };
}

const rows = "SELECT count(*)::int FROM t";

describe("a PostgreSQL that outlived its Paymaster", () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await initializedDir({ keep: true });
  });

  it("is taken over by the next start, which also stops it", async () => {
    const { pid } = await orphan(dataDir);
    expect(isAlive(pid)).toBe(true);
    const postgres = await start(dataDir);
    expect(serverPid(clusterDirOf(dataDir))).toBe(pid);
    expect(postgres.said).toEqual([expect.stringContaining("attached to the running PostgreSQL")]);
    expect(await ask(postgres.connection, rows)).toEqual([[1]]);
    await postgres.stop();
    expect(isAlive(pid)).toBe(false);
    expect(postgresBelow(dataDir)).toEqual([]);
  });

  it("is watched after that, and started again when it dies", async () => {
    const { pid } = await orphan(dataDir);
    const postgres = await start(dataDir);
    const states: string[] = [];
    postgres.onStateChange((state) => void states.push(state));
    process.kill(pid, "SIGKILL");
    await waitFor("the server", () => states.includes("up"));
    expect(states).toEqual(["down", "up"]);
    expect(await ask(postgres.connection, rows)).toEqual([[2]]);
  });

  it("is replaced when it runs with other settings", async () => {
    const { connection, pid } = await orphan(dataDir);
    const postgres = await start(dataDir, { settings: { work_mem: "9MB" } });
    expect(postgres.said[0]).toContain(`(process ${pid}): it has other settings`);
    expect(isAlive(pid)).toBe(false);
    expect(postgres.connection).toEqual(connection);
    expect(await ask(connection, "SHOW work_mem")).toEqual([["9MB"]]);
    expect(await ask(connection, rows)).toEqual([[3]]);
  });

  it("is ended and replaced when it does not answer", async () => {
    const { pid } = await orphan(dataDir);
    process.kill(pid, "SIGSTOP");
    const postgres = await start(dataDir);
    expect(isAlive(pid)).toBe(false);
    expect(postgres.said.join("\n")).toContain("does not answer: stopping it");
    expect(await ask(postgres.connection, rows)).toEqual([[4]]);
  });

  it("is waited for when it is shutting down", async () => {
    const { pid } = await orphan(dataDir);
    process.kill(pid, "SIGINT");
    const postgres = await start(dataDir);
    expect(serverPid(clusterDirOf(dataDir))).not.toBe(pid);
    expect(await ask(postgres.connection, rows)).toEqual([[5]]);
  });

  it("recovers when both were killed, whoever died first", async () => {
    const { pid } = await orphan(dataDir);
    for (const process_ of postgresBelow(dataDir)) process.kill(process_, "SIGKILL");
    await waitFor("its end", () => !isAlive(pid));
    const postgres = await start(dataDir);
    expect(await ask(postgres.connection, rows)).toEqual([[6]]);
  });
});

describe("a Paymaster that ends", () => {
  it("takes its PostgreSQL along on SIGTERM, and after an uncaught end", async () => {
    const dataDir = await initializedDir();
    const child = await startChild({ dataDir });
    await child.ready;
    child.process.kill("SIGTERM");
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(postgresBelow(dataDir)).toEqual([]);

    const failing = await startChild({ dataDir, exitWhenReady: true });
    expect(await failing.ended).toEqual({ code: 3, signal: null });
    await waitFor("its PostgreSQL's end", () => postgresBelow(dataDir).length === 0);
  });

  it("is survived by its PostgreSQL when its whole process group is killed", async () => {
    const dataDir = await initializedDir();
    const child = await startChild({ dataDir });
    const { pid } = await child.ready;
    process.kill(-(child.process.pid ?? 0), "SIGKILL");
    expect(await child.ended).toEqual({ code: null, signal: "SIGKILL" });
    const postgres = await start(dataDir);
    expect(serverPid(clusterDirOf(dataDir))).toBe(pid);
    await postgres.stop();
  });
});

describe("a second Paymaster on the data directory", () => {
  it("gets one clear error, and the first goes on", async () => {
    const dataDir = await initializedDir();
    const first = await start(dataDir);
    const child = await startChild({ dataDir });
    expect(await messageOf(child.ready)).toBe(
      `The data directory ${dataDir} is in use by another Paymaster (process ${process.pid}): ` +
        "stop that one first, or choose another data directory (PAYMASTER_DATA_DIR).",
    );
    expect(await messageOf(start(dataDir))).toContain("is in use by another Paymaster");
    expect(await ask(first.connection, "SELECT 1")).toEqual([[1]]);
  });
});
