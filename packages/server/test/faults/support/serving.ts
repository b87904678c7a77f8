/** `paymaster serve` as a process of its own, which a test may kill. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Credentials } from "../../../src/index.js";
import { type Answer, send } from "../../support/server.js";

const PROGRAM = fileURLToPath(new URL("../../../../cli/bin/paymaster.js", import.meta.url));
const START_LIMIT_MS = 60_000;
const POLL_MS = 20;

export interface ServeOptions {
  /** null: a private PostgreSQL. */
  readonly databaseUrl: string | null;
  readonly dataDir?: string;
  readonly args?: readonly string[];
  /** Runs the program below another one, e.g. `["bash", "-c", "ulimit …; exec \"$@\"", "-"]`. */
  readonly through?: readonly string[];
}

export interface Serving {
  readonly pid: number;
  readonly dataDir: string;
  readonly origin: string;
  readonly credentials: Credentials;
  /** Standard output and error, so far. */
  output(): string;
  isRunning(): boolean;
  /** Resolves with the exit code (null: killed). */
  readonly ended: Promise<number | null>;
  /** Resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Resident memory, in bytes. */
  memory(): number;
  wire<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options?: { body?: unknown; token?: string; headers?: Record<string, string> },
  ): Promise<Answer<Body>>;
  admin<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>>;
}

const children = new Set<ChildProcess>();
const directories: string[] = [];
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const dir of directories.splice(0)) rmSync(dir, { recursive: true, force: true });
});

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), "paymaster-faults-"));
  directories.push(dir);
  return dir;
}

/** Starts it on an empty world and a test clock, and resolves when it is ready. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const begun = begin(options);
  const deadlineMs = performance.now() + START_LIMIT_MS;
  while (!/Paymaster is ready at/.test(begun.output())) {
    if (!begun.isRunning()) throw new Error(`it ended instead of starting:\n${begun.output()}`);
    if (performance.now() > deadlineMs) throw new Error(`it does not start:\n${begun.output()}`);
    await sleep(POLL_MS);
  }
  const text = readFileSync(join(begun.dataDir, "credentials.json"), "utf8");
  const credentials = JSON.parse(text) as Credentials;
  const origin = new URL(credentials.base_url).origin;
  return {
    ...begun,
    credentials,
    origin,
    wire: async (method, path, { token = credentials.api_key, ...call } = {}) =>
      (await send(method, `${credentials.base_url}${path}`, token, call)) as never,
    admin: async (method, path, body) =>
      (await send(method, `${credentials.admin_url}${path}`, credentials.admin_key, {
        body,
      })) as never,
  };
}

/** The process alone, for a start that is expected to fail. */
export function begin({ databaseUrl, dataDir, args = [], through = [] }: ServeOptions) {
  const dir = dataDir ?? temporaryDirectory();
  const own = ["serve", "--empty", "--port", "0", "--data-dir", dir];
  const clock = args.includes("--test-clock") ? [] : ["--test-clock", "2026-01-31"];
  const [program = "", ...before] = [...through, process.execPath];
  const child = spawn(program, [...before, PROGRAM, ...own, ...clock, ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      children.delete(child);
      resolve(code);
    });
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    dataDir: dir,
    output: () => output,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    ended,
    kill: async (signal: NodeJS.Signals = "SIGKILL") => {
      child.kill(signal);
      await ended;
    },
    memory: () => {
      const [, kilobytes] =
        /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
      return Number(kilobytes) * 1_024;
    },
  };
}
