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

export interface ServeOptions {
  readonly dataDir: string;
  readonly args: readonly string[];
  /** Absent: the private PostgreSQL. */
  readonly databaseUrl?: string;
}

/** A server with an empty world on a database of its own, without quotas, for one test file. */
export async function startServerProcess(profile: WireProfile, more: readonly string[] = []) {
  const database = await (await startTestPostgres()).createDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "paymaster-process-"));
  const args = ["--empty", "--profile", profile, "--test-clock", "2026-01-31"];
  args.push("--rate-limits", "off", ...more);
  const served = await serveProcess(profile, { dataDir, args, databaseUrl: database.url });
  return {
    ...served,
    databaseUrl: database.url,
    stop: async () => {
      try {
        await served.stop();
      } finally {
        await database.drop();
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  };
}

export async function serveProcess(profile: WireProfile, options: ServeOptions) {
  const { dataDir, databaseUrl = "" } = options;
  const args = ["serve", "--port", "0", "--data-dir", dataDir, "--log-format", "json"];
  const child = spawn(process.execPath, [PROGRAM, ...args, ...options.args], {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
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
    databaseUrl,
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
      if (code !== 0) throw new Error(`the server ended with ${code}`);
    },
  };
}
