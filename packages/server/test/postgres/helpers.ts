import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach } from "vitest";
import { installedBinaries } from "../../src/postgres/binaries.js";
import type { PgConnection, PrivatePostgres } from "../../src/postgres/index.js";
import { type LocationNote, SHARED_STATE_DIR } from "../../src/postgres/location.js";
import { readPidFile } from "../../src/postgres/pid-file.js";
import { isAlive } from "../../src/postgres/processes.js";
import { canEnter } from "../../src/postgres/run-as.js";
import { type SupervisorOptions, supervise } from "../../src/postgres/supervisor.js";
import { oncePerRun, scratchDir } from "../support/run-directory.js";

export const isRoot = process.geteuid?.() === 0;
/** An unprivileged user for children of a root test run; otherwise children are the tests' own. */
export const ordinaryUser = isRoot ? { uid: 65534, gid: 65534 } : undefined;

const temporary: { dir: string; keep: boolean }[] = [];
const running: PrivatePostgres[] = [];

export interface DirOptions {
  /** Deleted after the file's tests instead of after this one. */
  keep?: boolean;
  /** Mode 0700 also for root: PostgreSQL's user cannot enter. */
  private?: boolean;
  /** On the system's temporary disk, not in memory. */
  disk?: boolean;
}

/** A directory that is deleted after the test, with whatever runs in it. */
export function temporaryDir(options: DirOptions = {}): string {
  const parent = options.disk || !mayExecute(scratchDir()) ? tmpdir() : scratchDir();
  const dir = mkdtempSync(join(parent, "paymaster-"));
  if (!options.private) chmodSync(dir, 0o755);
  temporary.push({ dir, keep: options.keep ?? false });
  return dir;
}

const executable = new Map<string, boolean>();

/** Whether programs can be run from a directory: memory file systems are often mounted noexec. */
function mayExecute(parent: string): boolean {
  const known = executable.get(parent);
  if (known !== undefined) return known;
  const dir = mkdtempSync(join(parent, "paymaster-"));
  writeFileSync(join(dir, "program"), "#!/bin/sh\n", { mode: 0o755 });
  const answer = spawnSync(join(dir, "program")).status === 0;
  rmSync(dir, { recursive: true });
  executable.set(parent, answer);
  return answer;
}

/** A data directory whose cluster is made already: a copy of one that is made once a run. */
export async function initializedDir(options: DirOptions & { path?: string } = {}) {
  const template = await oncePerRun("template", async ({ memory }) => {
    await (await supervise({ dataDir: memory, log: () => {} })).stop();
    return memory;
  });
  const dataDir = join(temporaryDir(options), options.path ?? "");
  mkdirSync(dataDir, { recursive: true });
  execFileSync("cp", ["-a", join(template, "postgres"), dataDir]);
  return dataDir;
}

/** Starts a private PostgreSQL that is stopped after the test. */
export async function start(
  dataDir: string,
  options: Partial<SupervisorOptions> = {},
): Promise<PrivatePostgres & { said: string[] }> {
  const said: string[] = [];
  const log = (line: string) => void said.push(line);
  const postgres = await supervise({ dataDir, log, ...options });
  running.push(postgres);
  return Object.assign(postgres, { said });
}

export const clusterDirOf = (dataDir: string) => join(dataDir, "postgres", "server", "data");

export function serverPid(clusterDir: string): number {
  const pid = readPidFile(clusterDir)?.pid;
  if (pid === undefined) throw new Error(`no server runs in ${clusterDir}`);
  return pid;
}

export function readLocation(dataDir: string): LocationNote {
  return JSON.parse(readFileSync(join(dataDir, "postgres", "location.json"), "utf8"));
}

/** Runs one statement as the application; answers its rows as arrays. */
export async function ask(connection: PgConnection, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ ...connection, ssl: false });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

export async function waitFor(what: string, condition: () => boolean, limit_ms = 10_000) {
  const begun_ms = performance.now();
  while (!condition()) {
    if (performance.now() - begun_ms > limit_ms) throw new Error(`waited in vain: ${what}`);
    await sleep(10);
  }
}

/** The message of the error that a promise rejects with: one line. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("expected it to fail");
  if (error.message.includes("\n")) throw new Error(`more than one line: ${error.message}`);
  return error.message;
}

/** The installed programs, in a place where this user can read them. */
export async function nativeDirFor(user: { uid: number; gid: number } | undefined) {
  const installed = installedBinaries();
  if (user === undefined || canEnter(installed, user)) return installed;
  return copyNative({ keep: true });
}

/** A copy of the installed programs that a test may spoil. */
export function copyNative(options: DirOptions = {}): string {
  const dir = join(temporaryDir(options), "native");
  cpSync(installedBinaries(), dir, { recursive: true, verbatimSymlinks: true });
  return dir;
}

/** The installed programs in another directory, for a test that does not change them. */
export function linkNative(dir: string): string {
  const native = join(dir, "native");
  const linked = spawnSync("cp", ["-al", installedBinaries(), native]);
  if (linked.status !== 0) {
    rmSync(native, { recursive: true, force: true });
    cpSync(installedBinaries(), native, { recursive: true, verbatimSymlinks: true });
  }
  return native;
}

/** Directories under /var/lib/paymaster that belong to data directories below `dir`. */
export function basesOf(dir: string): string[] {
  if (!isRoot || !existsSync(SHARED_STATE_DIR)) return []; // only root ever makes one
  return readdirSync(SHARED_STATE_DIR)
    .map((name) => join(SHARED_STATE_DIR, name))
    .filter((base) => readIfAny(join(base, "data-directory")).startsWith(dir));
}

function readIfAny(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** PostgreSQL processes that work in or below a directory. Linux only, as `processesOf`. */
export function postgresBelow(dir: string): number[] {
  if (process.platform !== "linux") return [];
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (!/(^|\/)postgres(:.*)?$/.test(words[0] ?? "")) return false;
      const below = words.some((word) => word.startsWith(dir)) || cwdOf(pid).startsWith(dir);
      return below && isAlive(pid);
    } catch {
      return false; // gone
    }
  });
}

function cwdOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

async function remove(dir: string): Promise<void> {
  const dirs = [dir, ...basesOf(dir)];
  const left = () => dirs.flatMap(postgresBelow);
  for (const pid of left()) process.kill(pid, "SIGCONT");
  for (const pid of left()) process.kill(pid, "SIGQUIT"); // not SIGKILL: it frees shared memory
  await waitFor(`the end of PostgreSQL in ${dir}`, () => left().length === 0);
  for (const path of dirs) rmSync(path, { recursive: true, force: true });
}

async function cleanUp(all: boolean): Promise<void> {
  const stopped = await Promise.allSettled(running.splice(0).map((postgres) => postgres.stop()));
  const due = temporary.filter(({ keep }) => all || !keep);
  temporary.splice(0, temporary.length, ...temporary.filter((entry) => !due.includes(entry)));
  const removed = await Promise.allSettled(due.map(({ dir }) => remove(dir)));
  for (const outcome of [...stopped, ...removed]) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

afterEach(() => cleanUp(false));
afterAll(() => cleanUp(true));
