import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileError, PostgresError, systemCode } from "./errors.js";
import { isAlive, processNamespace, startTime } from "./processes.js";

/** Holds a data directory for this process until `release` or the end of the process. */
export interface DataDirLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly started: string | undefined;
  readonly namespace: string;
  /** Device and inode of the directory: they stay when it is moved, and differ in a copy of it. */
  readonly place: string;
  readonly released?: boolean;
}

const PREFIX = "lock.";
const MOST_TRIES = 100;
const TRY_PAUSE_MS = 10;

/**
 * Takes the lock of a directory. The lock is the file `lock.<n>` with the highest n; it counts as
 * long as the process it names lives (id and start time). Taking over means creating number n + 1,
 * which the file system lets only one process do, and numbers only grow: so two processes that find
 * the same dead holder cannot both win, and no lock has to be removed before it is taken.
 * @throws PostgresError locked, no_access, disk_full
 */
export async function takeLock(dir: string, dataDir: string): Promise<DataDirLock> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const last = highest(dir);
    const holder = last === 0 ? undefined : readHolder(dir, last);
    if (holder === "unreadable" && tries < MOST_TRIES / 2) {
      await sleep(TRY_PAUSE_MS); // its owner is between creating and writing it
      continue;
    }
    if (holder !== undefined && holder !== "unreadable" && holds(holder, dir)) {
      throw lockedError(dataDir, `process ${holder.pid}`);
    }
    const mine = last + 1;
    if (!create(dir, mine)) continue;
    if (highest(dir) !== mine) {
      rmSync(join(dir, `${PREFIX}${mine}`), { force: true });
      continue;
    }
    removeBelow(dir, mine);
    return { release: () => release(dir, mine) };
  }
  throw lockedError(dataDir, "another process");
}

/** The one error for a data directory that somebody else uses. */
export function lockedError(dataDir: string, by: string): PostgresError {
  return new PostgresError(
    "locked",
    `The data directory ${dataDir} is in use by another Paymaster (${by}): ` +
      "stop that one first, or choose another data directory (PAYMASTER_DATA_DIR).",
  );
}

function self(dir: string): Holder {
  const { pid } = process;
  return { pid, started: startTime(pid), namespace: processNamespace(), place: placeOf(dir) };
}

function placeOf(dir: string): string {
  const { dev, ino } = statSync(dir, { bigint: true });
  return `${dev}:${ino}`;
}

function holds(holder: Holder, dir: string): boolean {
  if (holder.released || holder.place !== placeOf(dir)) return false;
  // Another container: its process ids mean nothing here. The lock on the running server decides.
  if (holder.namespace !== processNamespace()) return false;
  return isAlive(holder.pid) && startTime(holder.pid) === holder.started;
}

function numbers(dir: string): number[] {
  return readdirSync(dir)
    .filter((name) => /^lock\.[1-9]\d{0,14}$/.test(name))
    .map((name) => Number(name.slice(PREFIX.length)));
}

function highest(dir: string): number {
  return Math.max(0, ...numbers(dir));
}

function readHolder(dir: string, number: number): Holder | "unreadable" | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, `${PREFIX}${number}`), "utf8")) as Holder;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return "unreadable";
    throw fileError(`read the lock in ${dir}`, error);
  }
}

/** Creates a lock file, and says whether this process was the one to do so. */
function create(dir: string, number: number): boolean {
  try {
    write(dir, number, self(dir), "wx");
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    rmSync(join(dir, `${PREFIX}${number}`), { force: true }); // created, then the disk was full
    throw fileError(`write the lock in ${dir}`, error);
  }
}

function release(dir: string, number: number): void {
  try {
    write(dir, number, { ...self(dir), released: true });
  } catch {
    // The directory is gone or full. The lock ends with this process in any case.
  }
}

function write(dir: string, number: number, holder: Holder, flag: "wx" | "w" = "w"): void {
  writeFileSync(join(dir, `${PREFIX}${number}`), JSON.stringify(holder), { mode: 0o600, flag });
}

function removeBelow(dir: string, number: number): void {
  for (const older of numbers(dir)) {
    if (older < number) rmSync(join(dir, `${PREFIX}${older}`), { force: true });
  }
}
