/**
 * Things that are made once for a whole test run, by the first worker that needs them.
 *
 * A small process beside the run, the janitor, deletes them when the run is over (and ends the
 * PostgreSQL among them), also after kill -9. Should the janitor itself be killed, the next run
 * cleans up.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { systemCode } from "../../src/postgres/errors.js";
import { isAlive, processesOf, startTime } from "../../src/postgres/processes.js";
import { canEnter, chooseUser } from "../../src/postgres/run-as.js";

/** Directories of one thing, empty at first and enterable for everybody. */
export interface RunDirectories {
  /** On the system's temporary disk: programs can be run from it. */
  readonly disk: string;
  /** In memory if there is enough of it: files are made there a hundred times faster. */
  readonly memory: string;
}

const NAME = "paymaster-test";
const MEMORY_DIR = "/dev/shm";
const NEEDED_BYTES = 2 ** 30;
const BUILD_LIMIT_MS = 60_000;
const POLL_MS = 20;

/** The process of the whole run: Vitest's workers are its children, or its threads. */
const runPid = isMainThread ? process.ppid : process.pid;

/** Where tests put files that need not outlive them: in memory if there is enough of it. */
export function scratchDir(): string {
  if (!existsSync(MEMORY_DIR)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY_DIR);
  return bavail * bsize >= NEEDED_BYTES ? MEMORY_DIR : tmpdir();
}

/**
 * Makes a thing unless another worker of this run has.
 * @param kind names the thing: lower-case letters
 * @param build makes it, and answers what the workers need to know of it: a JSON value
 */
export async function oncePerRun<T>(
  kind: string,
  build: (directories: RunDirectories) => Promise<T>,
): Promise<T> {
  const parent = canEnter(tmpdir(), chooseUser(undefined, tmpdir())) ? tmpdir() : "/tmp";
  const name = `${NAME}-${kind}-${runName(runPid)}`;
  const disk = join(parent, name);
  const ready = join(disk, "ready.json");
  if (createDir(disk)) {
    try {
      await removeDeadRuns([parent, MEMORY_DIR]);
      const memory = join(scratchDir() === MEMORY_DIR ? MEMORY_DIR : disk, `${name}-files`);
      createDir(memory);
      watchRun({ disk, memory });
      const value = await build({ disk, memory });
      writeFileSync(`${ready}.new`, JSON.stringify(value));
      renameSync(`${ready}.new`, ready);
    } catch (error) {
      writeFileSync(join(disk, "failed"), String(error));
      throw error;
    }
  }
  return readReady(disk, ready) as Promise<T>;
}

/** Process id and a digest of its start time: unique among all runs on this machine. */
function runName(pid: number): string {
  const started = createHash("sha256").update(startTime(pid) ?? "");
  return `${pid}-${started.digest("hex").slice(0, 8)}`;
}

function createDir(dir: string): boolean {
  try {
    mkdirSync(dir);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  chmodSync(dir, 0o711);
  return true;
}

async function readReady(dir: string, file: string): Promise<unknown> {
  const begun_ms = performance.now();
  while (!existsSync(file)) {
    const failed = join(dir, "failed");
    if (existsSync(failed)) throw new Error(readFileSync(failed, "utf8"));
    if (performance.now() - begun_ms > BUILD_LIMIT_MS) {
      throw new Error(`${dir} is not ready after ${BUILD_LIMIT_MS} ms`);
    }
    await sleep(POLL_MS);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

function watchRun({ disk, memory }: RunDirectories): void {
  const script = fileURLToPath(new URL("janitor.mjs", import.meta.url));
  const args = [script, String(runPid), disk, memory];
  spawn(process.execPath, args, { cwd: "/", detached: true, stdio: "ignore" }).unref();
}

/** Ends and deletes what earlier runs left, if their janitor could not. */
async function removeDeadRuns(parents: readonly string[]): Promise<void> {
  const dirs = parents.filter((parent) => existsSync(parent)).flatMap((parent) => deadRuns(parent));
  for (const dir of dirs) {
    const processes = () => clusterDirs(dir).flatMap((clusterDir) => processesOf(clusterDir));
    try {
      for (const pid of processes()) process.kill(pid, "SIGQUIT");
      for (let tries = 0; tries < 100 && processes().length > 0; tries++) await sleep(POLL_MS);
      rmSync(dir, { recursive: true, force: true });
    } catch (error) {
      if (!["EPERM", "EACCES"].includes(systemCode(error))) throw error; // another user's run
    }
  }
}

function clusterDirs(dir: string): string[] {
  const names = readdirSync(dir).filter((name) => name.endsWith("-files"));
  return [dir, ...names.map((name) => join(dir, name))].map((at) => join(at, "server", "data"));
}

function deadRuns(parent: string): string[] {
  const names = readdirSync(parent).filter((name) => {
    const [, digits, digest] = /^paymaster-test-[a-z]+-(\d+)-([0-9a-f]{8})/.exec(name) ?? [];
    const pid = Number(digits ?? 0);
    return pid !== 0 && !(isAlive(pid) && runName(pid) === `${pid}-${digest}`);
  });
  return names.map((name) => join(parent, name));
}
