import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { fitsSocketPath, socketFile } from "../../src/postgres/socket-dir.js";
import { startChild } from "./child.js";
import { ask, initializedDir, isRoot, readLocation, start, temporaryDir } from "./helpers.js";

describe("the socket's directory", () => {
  it("is short and elsewhere when the data directory's path is too long", async () => {
    const dataDir = await initializedDir({ path: join("x".repeat(120), "data") });
    const first = await start(dataDir);
    const { host } = first.connection;
    expect(host).toMatch(/\/paymaster-[0-9a-f]{16}$/);
    expect(readLocation(dataDir).socket_dir).toBe(host);
    expect(lstatSync(host).mode & 0o777).toBe(0o700);
    expect(existsSync(socketFile(host))).toBe(true);
    expect(await ask(first.connection, "SELECT 1")).toEqual([[1]]);
    await first.stop();
    expect(existsSync(host)).toBe(false);
    // The same again, and an orphan is found there.
    const child = await startChild({ dataDir });
    expect((await child.ready).connection.host).toBe(host);
    child.process.kill("SIGKILL");
    await child.ended;
    const second = await start(dataDir);
    expect(second.said[0]).toContain("attached");
    expect(second.connection.host).toBe(host);
  });

  it("is another one when somebody else holds the name", async () => {
    const dataDir = await initializedDir({ path: "y".repeat(120) });
    const first = await start(dataDir);
    const { host } = first.connection;
    await first.stop();
    mkdirSync(host, { mode: 0o755 }); // anybody could put a socket into it
    if (isRoot) execFileSync("chown", ["65534", host]);
    try {
      const second = await start(dataDir);
      expect(second.connection.host).toBe(`${host}-2`);
      expect(await ask(second.connection, "SELECT 1")).toEqual([[1]]);
      await second.stop();
      expect(existsSync(host)).toBe(true);
      expect(readdirSync(tmpdir())).not.toContain(`${basename(host)}-2`);
    } finally {
      rmSync(host, { recursive: true });
    }
  });

  it("is measured in bytes, to the last one", async () => {
    const limit = process.platform === "darwin" ? 103 : 107;
    const room = limit - Buffer.byteLength(socketFile("/x")) + 1;
    expect(fitsSocketPath(`/${"a".repeat(room)}`)).toBe(true);
    expect(fitsSocketPath(`/${"a".repeat(room + 1)}`)).toBe(false);
    expect(fitsSocketPath(`/${"ä".repeat(room)}`)).toBe(false);

    // And PostgreSQL agrees about the longest.
    const home = temporaryDir();
    const rest = limit - Buffer.byteLength(socketFile(join(home, "postgres", "server", "run"))) - 1;
    const postgres = await start(await initializedDir({ path: "z".repeat(rest) }));
    expect(Buffer.byteLength(socketFile(postgres.connection.host))).toBe(limit);
    expect(postgres.connection.host).toMatch(/postgres\/server\/run$/);
    expect(await ask(postgres.connection, "SELECT 1")).toEqual([[1]]);
  });
});
