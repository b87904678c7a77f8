/** The built server as a process of its own, on a database of the tests. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { WireProfile } from "@paymaster/contract";
import type { LogLine } from "../../src/http/app.js";
import type { Credentials } from "../../src/index.js";
import { startTestPostgres } from "./postgres.js";
import { callsOf } from "./server.js";

const PROGRAM = fileURLToPath(new URL("../../../cli/bin/paymaster.js", import.meta.url));
const START_LIMIT_MS = 60_000;

export type ServerProcess = Awaited<ReturnType<typeof startServerProcess>>;

export async function startServerProcess(profile: WireProfile, more: readonly string[] = []) {
  const database = await (await startTestPostgres()).createDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "paymaster-process-"));
  const args = ["serve", "--empty", "--port", "0", "--data-dir", dataDir, "--profile", profile];
  args.push("--test-clock", "2026-01-31", "--rate-limits", "off", "--log-format", "json", ...more);
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const logged: LogLine[] = [];
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  createInterface(child.stdout).on("line", (line) => logged.push(JSON.parse(line)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const begunMs = performance.now();
  const isReady = () => logged.some(({ message }) => message.startsWith("Paymaster is ready"));
  while (!isReady()) {
    if (child.exitCode !== null || performance.now() - begunMs > START_LIMIT_MS) {
      child.kill("SIGKILL");
      throw new Error(`the server did not start: ${output}`);
    }
    await sleep(20);
  }
  const credentials: Credentials = JSON.parse(
    await readFile(join(dataDir, "credentials.json"), "utf8"),
  );
  return {
    server: { origin: new URL(credentials.base_url).origin },
    credentials,
    databaseUrl: database.url,
    profile,
    /** Lines of the log. */
    logged,
    /** Everything that it wrote, to either stream. */
    output: () => output,
    ...callsOf(profile, credentials),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill("SIGTERM");
      const code = await ended;
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the server ended with ${code}`);
    },
  };
}
