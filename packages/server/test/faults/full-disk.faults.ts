/**
 * The disk below a private PostgreSQL fills up under load, and has room again: a small file system of its
 * own, which only root may mount.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { expectKept, type Load, makeCustomers, startLoad } from "./support/load.js";
import { begin, type Serving, serve, temporaryDirectory } from "./support/serving.js";

const SIZE_MEGABYTES = 256;
const LIMIT_MS = 90_000;
const mounted: string[] = [];
const mountProblem = whyNoMount();
if (mountProblem !== null) console.warn(`Skipped, no file system of its own: ${mountProblem}`);

afterEach(() => {
  for (const dir of mounted.splice(0)) execFileSync("umount", ["-l", dir]);
});

function smallDisk(): string {
  const dir = temporaryDirectory();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MEGABYTES}m,mode=755`, "none", dir], {
    stdio: "pipe",
  });
  mounted.push(dir);
  return dir;
}

function whyNoMount(): string | null {
  if (process.geteuid?.() !== 0) return "only root may mount one.";
  try {
    execFileSync("umount", [smallDisk()]);
    mounted.pop();
    return null;
  } catch (error) {
    return String(error).split("\n")[0] ?? "";
  }
}

/** Takes all room that is left; returns how to give it back. */
function fill(dir: string): () => void {
  const file = join(dir, "filler");
  const descriptor = openSync(file, "w");
  for (const block of [2 ** 20, 4_096]) {
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(block));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
  closeSync(descriptor);
  return () => rmSync(file);
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + LIMIT_MS;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
}

describe.skipIf(mountProblem !== null)("a full disk", () => {
  it("under load: 503 while there is no room, and every acknowledged change afterwards", async () => {
    const disk = smallDisk();
    const server = await serve({ databaseUrl: null, dataDir: join(disk, "data") });
    const customers = await makeCustomers(server, 4, 2);
    const load = startLoad({ servers: () => [server], customers, readers: 8, tries: 2_000 });
    await until("changes", () => load.changes() > 20);
    const free = fill(disk);
    await refusedForAWhile(load);
    free();
    const before = load.changes();
    await until("changes after there was room again", () => load.changes() > before + 20);
    const tally = await load.stop();
    expect(tally.wrongAnswers).toEqual([]);
    expect(tally.failedReads).toEqual([]);
    await expectKept(server, customers, tally);
    console.log(`${load.changes()} changes, ${tally.retriedWrites} tried again`);
    await server.kill("SIGTERM");
  });

  it("at a start: one clear line; with room again it starts", async () => {
    const disk = smallDisk();
    const dataDir = join(disk, "data");
    let server: Serving = await serve({ databaseUrl: null, dataDir });
    await server.kill("SIGTERM");
    chmodSync(disk, 0o755);
    const free = fill(disk);
    const started = begin({ databaseUrl: null, dataDir });
    await Promise.race([
      started.ended,
      until("a start", () => /is ready at/.test(started.output())),
    ]);
    if (started.isRunning()) {
      // It needed no room: then it must serve.
      await started.kill("SIGTERM");
    } else {
      expect(await started.ended).toBe(1);
      const complaints = started.output().trim().split("\n");
      expect(complaints.at(-1)).toMatch(/^paymaster serve: .*(space|room|full|ENOSPC)/i);
    }
    free();
    server = await serve({ databaseUrl: null, dataDir });
    expect((await server.wire("GET", "/accounts/me/plans")).status).toBe(200);
    await server.kill("SIGTERM");
  });
});

async function refusedForAWhile(load: Load): Promise<void> {
  const before = load.retriedWrites();
  await until("a refused change", () => load.retriedWrites() > before + 8);
  await sleep(5_000);
}
