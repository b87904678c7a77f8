import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../src/postgres/processes.js";
import { startChild } from "./child.js";
import {
  ask,
  clusterDirOf,
  initializedDir,
  isRoot,
  messageOf,
  postgresBelow,
  serverPid,
  start,
  temporaryDir,
} from "./helpers.js";

/** Whether a wrapper can be used here: each needs root, and a kernel and a container that allow it. */
const works = (through: readonly string[]) =>
  isRoot && spawnSync(through[0] ?? "", [...through.slice(1), "true"]).status === 0;

const withoutPtrace = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"];
const otherProcesses = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const noOtherUsers = ["unshare", "--user", "--map-root-user"];

describe("in a container", () => {
  it.skipIf(!works(withoutPtrace))("finds an orphan though root may not look into it", async () => {
    const dataDir = await initializedDir();
    const first = await startChild({ dataDir, through: withoutPtrace });
    const { pid } = await first.ready;
    first.process.kill("SIGKILL");
    await first.ended;
    const second = await startChild({ dataDir, through: withoutPtrace });
    expect((await second.ready).pid).toBe(pid);
    expect(second.logs[0]).toContain("attached to the running PostgreSQL");
    process.kill(pid, "SIGKILL");
    const begun_ms = performance.now();
    while (!second.logs.some((line) => line.includes("started in"))) {
      if (performance.now() - begun_ms > 5_000) throw new Error(second.logs.join("\n"));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    second.process.kill("SIGTERM");
    await second.ended;
    expect(postgresBelow(dataDir)).toEqual([]);
  });

  it.skipIf(!works(otherProcesses))(
    "is kept off a data directory that another one uses",
    async () => {
      const dataDir = await initializedDir();
      const first = await start(dataDir);
      const pid = serverPid(clusterDirOf(dataDir));
      const child = await startChild({ dataDir, through: otherProcesses });
      expect(await messageOf(child.ready)).toContain(
        "is in use by another Paymaster (its PostgreSQL runs in another container)",
      );
      await child.ended;
      expect(isAlive(pid)).toBe(true);
      expect(await ask(first.connection, "SELECT 1")).toEqual([[1]]);
      // The other one took the lock file over, since process ids of here say nothing there: the lock
      // on the server itself still holds.
      const again = await startChild({ dataDir });
      expect(await messageOf(again.ready)).toContain("(its PostgreSQL serves another process)");
      expect(await ask(first.connection, "SELECT 1")).toEqual([[1]]);
    },
  );

  it.skipIf(!works(noOtherUsers))("is told what to do where root is the only user", async () => {
    const dataDir = temporaryDir();
    const child = await startChild({ dataDir, through: noOtherUsers });
    expect(await messageOf(child.ready)).toMatch(
      /^PostgreSQL does not run as root, .* start Paymaster as an ordinary user, or set DATABASE_URL\.$/,
    );
  });
});
