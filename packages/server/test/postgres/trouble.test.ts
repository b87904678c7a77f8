import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresError } from "../../src/postgres/index.js";
import {
  ask,
  clusterDirOf,
  initializedDir,
  isRoot,
  messageOf,
  postgresBelow,
  start,
  temporaryDir,
} from "./helpers.js";

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof PostgresError ? error.code : String(error);
}

/** A small file system of its own, if this machine lets us have one. */
function mount(dir: string, size: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", dir], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

function mountable(): boolean {
  if (!isRoot || process.platform !== "linux") return false;
  const dir = temporaryDir();
  if (!mount(dir, "1m")) return false;
  execFileSync("umount", [dir]);
  return true;
}

// A full disk needs a disk: only root can mount one, and in some containers not even root.
describe.skipIf(!mountable())("a full disk", () => {
  let disk: string;
  beforeAll(() => {
    disk = temporaryDir({ keep: true });
  });

  it("is named at the first start, wherever it hits, and room is all that a retry needs", async () => {
    const dataDir = join(disk, "data");
    const messages = new Set<string>();
    mount(disk, "20m");
    try {
      // Making the cluster fails early or late; with a little more, starting it or what follows.
      for (const size of ["20m", "40m", "41m"]) {
        execFileSync("mount", ["-o", `remount,size=${size}`, disk]);
        const error = await start(dataDir).then(
          (postgres) => postgres.stop(), // there was room after all
          (reason: unknown) => reason,
        );
        if (error === undefined) continue;
        if (!(error instanceof PostgresError)) throw error;
        expect([size, error.code]).toEqual([size, "disk_full"]);
        messages.add(error.message.replace(dataDir, "DIR"));
        expect(postgresBelow(dataDir)).toEqual([]);
      }
      expect([...messages][0]).toBe(
        "Cannot create the database in DIR/postgres/server/data: no space left on the device. " +
          "Free some space, then start again.",
      );
      execFileSync("mount", ["-o", "remount,size=300m", disk]);
      const postgres = await start(dataDir);
      expect(await ask(postgres.connection, "SELECT 1")).toEqual([[1]]);
      await postgres.stop();
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  it("is named at a later start, which loses nothing", async () => {
    mount(disk, "300m");
    try {
      const dataDir = join(disk, "data");
      const first = await start(dataDir);
      await ask(first.connection, "CREATE TABLE t AS SELECT 42 AS x");
      await first.stop();
      const { bavail, bsize } = statfsSync(disk);
      const filler = join(disk, "filler");
      execFileSync("fallocate", ["-l", String(bavail * bsize), filler]);
      expect(await codeOf(start(dataDir))).toBe("disk_full");
      expect(await messageOf(start(dataDir))).toContain("no space left on the device");
      expect(postgresBelow(dataDir)).toEqual([]);
      rmSync(filler);
      const second = await start(dataDir);
      expect(await ask(second.connection, "SELECT x FROM t")).toEqual([[42]]);
      await second.stop();
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

describe("a data directory that cannot be used", () => {
  let dataDir: string;
  let clusterDir: string;
  beforeAll(async () => {
    dataDir = await initializedDir({ keep: true });
    clusterDir = clusterDirOf(dataDir);
  });
  afterAll(() => expect(postgresBelow(dataDir)).toEqual([]));

  it("of another major version is refused, and left as it is", async () => {
    const file = join(clusterDir, "PG_VERSION");
    const version = readFileSync(file);
    writeFileSync(file, "16\n");
    expect(await codeOf(start(dataDir))).toBe("version_mismatch");
    expect(await messageOf(start(dataDir))).toBe(
      `The database in ${clusterDir} was made by PostgreSQL 16, and this Paymaster carries ` +
        "PostgreSQL 18: use the Paymaster that made it, dump it there and load the dump here, " +
        "or set DATABASE_URL.",
    );
    expect(readFileSync(file, "utf8")).toBe("16\n");
    writeFileSync(file, version);
  });

  it("with a path that initdb's shell would change is refused, with the reason", async () => {
    const folder = join(temporaryDir(), "pay$master");
    expect(await messageOf(start(folder))).toContain('characters $ " ` \\ confuses it');
  });

  it("with damaged files is refused with PostgreSQL's reason", async () => {
    const file = join(clusterDir, "global", "pg_control");
    const control = readFileSync(file);
    writeFileSync(file, Buffer.alloc(control.length));
    expect(await codeOf(start(dataDir))).toBe("start_failed");
    expect(await messageOf(start(dataDir))).toMatch(
      /^PostgreSQL does not start in .* \((FATAL|PANIC): .*\): see .*log\.$/,
    );
    writeFileSync(file, control);
    expect(await ask((await start(dataDir)).connection, "SELECT 1")).toEqual([[1]]);
  });

  it("that is a file is refused", async () => {
    const file = join(temporaryDir(), "data");
    writeFileSync(file, "");
    expect(await codeOf(start(file))).toBe("no_access");
    expect(await messageOf(start(file))).toContain(`Cannot use the data directory ${file}`);
  });

  it("whose database cannot be entered any more is refused", async () => {
    const other = await initializedDir({ path: "data" });
    const home = dirname(other);
    chmodSync(home, isRoot ? 0o700 : 0o000);
    const message = await messageOf(start(other));
    chmodSync(home, 0o755);
    expect(message).toMatch(isRoot ? /cannot enter that directory any more/ : /EACCES/);
  });
});
