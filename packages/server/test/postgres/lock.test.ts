import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { takeLock } from "../../src/postgres/lock.js";
import { isAlive, processNamespace, startTime } from "../../src/postgres/processes.js";
import { type Child, startChild } from "./child.js";
import { messageOf, temporaryDir } from "./helpers.js";

const placeOf = (dir: string) => {
  const { dev, ino } = statSync(dir, { bigint: true });
  return `${dev}:${ino}`;
};
const held = (dir: string) => takeLock(dir, "/the/data");

describe("the lock of a data directory", () => {
  it("is held by one, until released", async () => {
    const dir = temporaryDir();
    const lock = await held(dir);
    expect(await messageOf(held(dir))).toContain(`another Paymaster (process ${process.pid})`);
    lock.release();
    (await held(dir)).release();
    expect(readdirSync(dir)).toEqual(["lock.2"]);
  });

  it("is free when its holder was killed", async () => {
    const dir = temporaryDir();
    const child = await startChild({ dataDir: dir, lockOnly: true });
    await child.ready;
    expect(await messageOf(held(dir))).toContain(`(process ${child.process.pid})`);
    child.process.kill("SIGKILL");
    await child.ended;
    (await held(dir)).release();
  });

  it("is free when the holder's process id is now another's", async () => {
    const dir = temporaryDir();
    const where = { namespace: processNamespace(), place: placeOf(dir) };
    const other = { pid: process.ppid, started: "long ago", ...where };
    writeFileSync(join(dir, "lock.7"), JSON.stringify(other));
    (await held(dir)).release();
    expect(readdirSync(dir)).toEqual(["lock.8"]);
    const live = { ...other, started: startTime(process.ppid) };
    writeFileSync(join(dir, "lock.9"), JSON.stringify(live));
    expect(await messageOf(held(dir))).toContain(`(process ${process.ppid})`);
  });

  it("stays with the directory when that is moved, and is free in a copy", async () => {
    const dir = temporaryDir();
    mkdirSync(join(dir, "one"));
    const lock = await held(join(dir, "one"));
    renameSync(join(dir, "one"), join(dir, "two"));
    expect(await messageOf(held(join(dir, "two")))).toContain(`(process ${process.pid})`);
    cpSync(join(dir, "two"), join(dir, "three"), { recursive: true });
    (await held(join(dir, "three"))).release();
    lock.release(); // its directory is gone: nothing to do
  });

  it("is free when its file was never written whole", async () => {
    const dir = temporaryDir();
    writeFileSync(join(dir, "lock.1"), '{"pid":');
    (await held(dir)).release();
  });

  it("goes to exactly one of many that find a dead holder at the same time", async () => {
    const dir = temporaryDir();
    const where = { namespace: processNamespace(), place: placeOf(dir) };
    const dead = { pid: 2 ** 22 + 1, started: "never", ...where };
    writeFileSync(join(dir, "lock.1"), JSON.stringify(dead));
    const children: Child[] = [];
    for (let n = 0; n < 6; n++) children.push(await startChild({ dataDir: dir, lockOnly: true }));
    const outcomes = await Promise.allSettled(children.map((child) => child.ready));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const child of children) child.process.kill("SIGKILL");
    await Promise.all(children.map((child) => child.ended));
  });
});

describe("processes", () => {
  it("have a start time that differs from that of a later process", async () => {
    const child = spawn("sleep", ["60"]);
    const pid = child.pid ?? 0;
    expect(startTime(pid)).not.toBe(startTime(process.pid));
    expect(startTime(pid)).toBe(startTime(pid));
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
    expect(startTime(pid)).toBeUndefined();
  });

  it.skipIf(!existsSync("/proc/self/stat"))("are not alive as zombies", async () => {
    // A shell that starts a child, becomes another program before the child ends, and so never waits for it.
    const parent = spawn("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"]);
    const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
    const begun_ms = performance.now();
    while (isAlive(pid) && performance.now() - begun_ms < 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(existsSync(`/proc/${pid}/stat`)).toBe(true);
    expect(isAlive(pid)).toBe(false);
    parent.kill();
  });
});
