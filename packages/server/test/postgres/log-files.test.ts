import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { endOfLogs, failureLines, pruneLogs } from "../../src/postgres/log-files.js";
import { ask, initializedDir, start, temporaryDir } from "./helpers.js";

describe("PostgreSQL's log", () => {
  it("is in the data directory, in files that are rotated by size and pruned", async () => {
    const dataDir = await initializedDir();
    const logDir = join(dataDir, "postgres", "server", "log");
    const first = await start(dataDir);
    await expect(ask(first.connection, "SELECT no_such_column")).rejects.toThrow();
    expect(await ask(first.connection, "SHOW log_rotation_size")).toEqual([["4MB"]]);
    await first.stop();
    const file = readdirSync(logDir).sort().at(-1);
    expect(readFileSync(join(logDir, file ?? ""), "utf8")).toContain("no_such_column");

    for (let n = 10; n < 20; n++) writeFileSync(join(logDir, `postgresql-2001-01-${n}.log`), "");
    writeFileSync(join(logDir, "somebody-elses.txt"), "");
    await start(dataDir);
    const left = readdirSync(logDir);
    expect(left).toHaveLength(6);
    expect(left).toContain(file);
    expect(left).toContain("somebody-elses.txt");
  });

  it("tells why a server failed from what it wrote since it was started", () => {
    const dir = temporaryDir();
    const logDir = join(dir, "log");
    mkdirSync(logDir);
    const old = join(logDir, "postgresql-1.log");
    const line = (text: string) => `2026-01-01 00:00:00.000 UTC [12] ${text}\n`;
    writeFileSync(old, line("FATAL:  an old story"));
    const since = endOfLogs(logDir);
    writeFileSync(old, line("LOG:  starting"), { flag: "a" });
    writeFileSync(join(logDir, "postgresql-2.log"), line("FATAL:  could not map memory"));
    writeFileSync(join(dir, "start.log"), line("HINT:  look into the log"));
    expect(failureLines(join(dir, "start.log"), since)).toEqual([
      "FATAL:  could not map memory",
      "HINT:  look into the log",
    ]);
    pruneLogs(logDir, 1);
    expect(readdirSync(logDir)).toEqual(["postgresql-2.log"]);
  });
});
