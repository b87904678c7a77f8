import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startChild } from "./child.js";
import { ask, clusterDirOf, serverPid, start, temporaryDir } from "./helpers.js";

// What Windows gets, which has no unix sockets, tried on this platform.
describe("over loopback TCP", () => {
  it("asks for a password that only the owner of the data directory can read", async () => {
    const dataDir = temporaryDir();
    const first = await start(dataDir, { transport: "tcp" });
    const { connection } = first;
    expect(connection).toMatchObject({ host: "127.0.0.1", user: "paymaster" });
    expect(await ask(connection, "SELECT 1")).toEqual([[1]]);
    expect(await ask(connection, "SHOW listen_addresses")).toEqual([["127.0.0.1"]]);
    const admin = { ...connection, user: "postgres", database: "postgres" };
    expect(await ask(admin, "SHOW unix_socket_directories")).toEqual([[""]]);
    for (const user of ["paymaster", "postgres"]) {
      const wrong = { ...connection, user, password: "wrong" };
      await expect(ask(wrong, "SELECT 1")).rejects.toThrow(/password authentication failed/);
    }
    const file = join(dataDir, "postgres", "password");
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe(connection.password);
    await first.stop();

    const child = await startChild({ dataDir, transport: "tcp" });
    const orphan = await child.ready;
    child.process.kill("SIGKILL");
    await child.ended;
    const second = await start(dataDir, { transport: "tcp" });
    expect(second.connection).toEqual(orphan.connection);
    expect(serverPid(clusterDirOf(dataDir))).toBe(orphan.pid);
    expect(await ask(second.connection, "SELECT 1")).toEqual([[1]]);
  });
});
