import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canEnter, chooseUser } from "../../src/postgres/run-as.js";
import { startChild } from "./child.js";
import {
  ask,
  basesOf,
  clusterDirOf,
  isRoot,
  linkNative,
  messageOf,
  ordinaryUser,
  postgresBelow,
  readLocation,
  serverPid,
  start,
  temporaryDir,
  waitFor,
} from "./helpers.js";

const uidOf = (pid: number) => lstatSync(`/proc/${pid}`).uid;

// Root's part cannot be played by anybody else; the ordinary user's part runs either way.
describe.skipIf(!isRoot)("started as root", () => {
  it("runs PostgreSQL as an unprivileged user, who owns its files", async () => {
    const dataDir = temporaryDir();
    const postgres = await start(dataDir);
    const user = chooseUser(undefined, dataDir);
    expect(user.uid).not.toBe(0);
    expect(uidOf(serverPid(clusterDirOf(dataDir)))).toBe(user.uid);
    expect(lstatSync(clusterDirOf(dataDir)).uid).toBe(user.uid);
    expect(lstatSync(join(dataDir, "postgres")).uid).toBe(0);
    expect(readLocation(dataDir).user).toBe(user.name);
    expect(await ask(postgres.connection, "SELECT 1")).toEqual([[1]]);
  });

  it("opens an empty directory of root's, as mktemp makes it, and leaves any other as it is", async () => {
    const [made, filled] = [temporaryDir({ private: true }), temporaryDir({ private: true })];
    mkdirSync(join(filled, "something"));
    await start(made);
    expect([lstatSync(made).mode & 0o777, existsSync(clusterDirOf(made))]).toEqual([0o711, true]);
    await start(filled);
    expect(lstatSync(filled).mode & 0o777).toBe(0o700);
    expect(basesOf(filled)).toHaveLength(1);
  });

  it("keeps everything where that user can go, if the checkout is root's alone", {
    timeout: 60_000, // many starts, on a disk
  }, async () => {
    const checkout = temporaryDir({ private: true, disk: true });
    const nativeDir = linkNative(checkout);
    const dataDir = join(checkout, ".paymaster");
    const first = await start(dataDir, { nativeDir });
    await ask(first.connection, "CREATE TABLE t AS SELECT 42 AS x");
    await first.stop();
    const [base = ""] = basesOf(checkout);
    expect(base).toMatch(/^\/var\/lib\/paymaster\/[0-9a-f]{16}$/);
    expect(readLocation(dataDir)).toMatchObject({
      base,
      note: expect.stringContaining(`lives in ${base}/server, because user`),
    });
    expect(existsSync(join(dataDir, "postgres", "server"))).toBe(false);

    const second = await start(dataDir, { nativeDir });
    expect(second.said).toEqual([expect.stringContaining("started")]); // nothing is copied again
    expect(await ask(second.connection, "SELECT x FROM t")).toEqual([[42]]);
    await second.stop();

    // It is found after the data directory was moved, but not from a copy of that.
    const [moved, copied] = [join(checkout, "moved"), join(checkout, "copied")];
    renameSync(dataDir, moved);
    const third = await start(moved, { nativeDir });
    expect(await ask(third.connection, "SELECT x FROM t")).toEqual([[42]]);
    cpSync(moved, copied, { recursive: true });
    expect(await messageOf(start(copied, { nativeDir }))).toBe(
      `The data directory ${copied} is a copy of ${moved}, and the database of both is in ${base}: ` +
        `use ${moved}, or delete ${copied}/postgres to begin with an empty database.`,
    );
    expect(await ask(third.connection, "SELECT x FROM t")).toEqual([[42]]);
    await third.stop();

    // Who deletes the data directory begins anew; the rows of the old one are left alone, but a
    // server that still runs on them, left behind by a Paymaster that was killed, is ended.
    renameSync(moved, dataDir);
    const child = await startChild({ dataDir, nativeDir });
    await child.ready;
    child.process.kill("SIGKILL");
    await child.ended;
    rmSync(dataDir, { recursive: true });
    const fourth = await start(dataDir, { nativeDir });
    await expect(ask(fourth.connection, "SELECT x FROM t")).rejects.toThrow(/does not exist/);
    expect(basesOf(checkout)).toEqual([base, `${base}-2`]);
    expect(fourth.said[0]).toContain(`is still in ${base}`);
    await waitFor("the old server's end", () => postgresBelow(`${base}/`).length === 0);
    expect(existsSync(join(base, "server", "data", "PG_VERSION"))).toBe(true);
  });

  it("goes on as the cluster's owner, and takes over a tree restored by root", async () => {
    const dataDir = temporaryDir();
    const owner = { uid: 65534, gid: 65534 };
    mkdirSync(join(dataDir, "postgres", "server"), { recursive: true, mode: 0o711 });
    execFileSync("chown", [`${owner.uid}:${owner.gid}`, join(dataDir, "postgres", "server")]);
    const first = await start(dataDir);
    expect(uidOf(serverPid(clusterDirOf(dataDir)))).toBe(owner.uid);
    await first.stop();
    execFileSync("chown", ["-R", "0:0", dataDir]);
    execFileSync("chmod", ["-R", "go+rX", dataDir]);
    const second = await start(dataDir);
    expect(await ask(second.connection, "SELECT 1")).toEqual([[1]]);
    expect(uidOf(serverPid(clusterDirOf(dataDir)))).toBe(chooseUser(undefined, "").uid);
  });
});

describe("started as an ordinary user", () => {
  const asUser = ordinaryUser === undefined ? {} : { user: ordinaryUser };

  it("runs PostgreSQL as that user, in the data directory", async () => {
    const home = temporaryDir();
    if (ordinaryUser) chmodSync(home, 0o777);
    const dataDir = join(home, "data");
    const child = await startChild({ dataDir, ...asUser });
    const { connection, pid } = await child.ready;
    const uid = ordinaryUser?.uid ?? process.getuid?.();
    expect(uidOf(pid)).toBe(uid);
    expect(connection.host).toBe(join(dataDir, "postgres", "server", "run"));
    for (const path of [dataDir, join(dataDir, "postgres"), clusterDirOf(dataDir)]) {
      expect([path, lstatSync(path).uid, lstatSync(path).mode & 0o777]).toEqual([path, uid, 0o700]);
    }
    if (isRoot) expect(await ask(connection, "SELECT 1")).toEqual([[1]]);
    child.process.kill("SIGTERM");
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(postgresBelow(dataDir)).toEqual([]);

    chmodSync(clusterDirOf(dataDir), 0o755); // as a plain copy makes it: PostgreSQL refuses that
    const again = await startChild({ dataDir, ...asUser });
    await again.ready;
    again.process.kill("SIGTERM");
    await again.ended;
  });

  it("says what to do where it may not write", async () => {
    const home = temporaryDir();
    if (!isRoot) chmodSync(home, 0o555);
    const child = await startChild({ dataDir: join(home, "data"), ...asUser });
    expect(await messageOf(child.ready)).toMatch(
      /^Cannot use the data directory .*EACCES.*choose another data directory \(PAYMASTER_DATA_DIR\)\.$/,
    );
    chmodSync(home, 0o755);
  });

  it.skipIf(!isRoot)("says whose database it is when it is another user's", async () => {
    const dataDir = temporaryDir();
    const first = await start(dataDir);
    await first.stop();
    execFileSync("chown", ["65534", join(dataDir, "postgres"), dataDir]);
    execFileSync("sh", ["-c", 'chown 65534 "$0"/postgres/l*', dataDir]);
    const child = await startChild({ dataDir, ...asUser });
    expect(await messageOf(child.ready)).toMatch(
      /^The database in .* belongs to user \w+, and this process runs as nobody: start Paymaster as/,
    );
  });

  it.skipIf(!isRoot)("says what is missing for a user id without an entry", async () => {
    const home = temporaryDir();
    chmodSync(home, 0o777);
    const user = { uid: 54_321, gid: 54_321 };
    const child = await startChild({ dataDir: join(home, "data"), user });
    expect(await messageOf(child.ready)).toContain("give this user id an entry in /etc/passwd");
  });
});

describe("canEnter", () => {
  it("looks at every directory on the way, for owner, group and others", () => {
    const dir = temporaryDir();
    const inner = join(dir, "a", "b");
    mkdirSync(inner, { recursive: true });
    const { uid, gid } = lstatSync(dir);
    const [owner, member, other] = [
      { uid, gid: gid + 1 },
      { uid: uid + 1, gid },
      { uid: uid + 1, gid: gid + 1 },
    ];
    const table: [number, boolean, boolean, boolean][] = [
      [0o755, true, true, true],
      [0o711, true, true, true],
      [0o750, true, true, false],
      [0o700, true, false, false],
      [0o077, false, true, true],
    ];
    for (const [mode, ...expected] of table) {
      chmodSync(join(dir, "a"), mode);
      if (mode === 0o077 && !isRoot) continue; // the test itself could not look then
      expect([mode, ...[owner, member, other].map((user) => canEnter(inner, user))]).toEqual([
        mode,
        ...expected,
      ]);
    }
    chmodSync(join(dir, "a"), 0o755);
  });
});
