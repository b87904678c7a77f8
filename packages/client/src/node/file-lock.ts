/**
 * A lock between processes of one machine: a file that only one can create. It is held for a moment and
 * never while anything is waited for, so who holds it for long, or is no longer there, has crashed.
 */
import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { hostname } from "node:os";

/** Nobody holds the lock so long, not even on a busy machine. */
const STALE_MS = 10_000;
/** A lock file is created and then written: one that stays empty was left by a crash in between. */
const EMPTY_MS = 2_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
}

export class FileLock {
  readonly #path: string;
  readonly #token: string;
  #takenAtMs = 0;

  /** @param path of the lock file; it is there only while somebody holds the lock */
  constructor(path: string) {
    this.#path = path;
    const random = Math.random().toString(36).slice(2);
    this.#token = JSON.stringify({ pid: process.pid, host: hostname(), random });
  }

  /**
   * @returns false when somebody else holds it: try again in some milliseconds
   * @throws the file system's error when the file cannot be made
   */
  tryTake(): boolean {
    if (!this.#create(this.#path)) {
      this.#removeIfStale();
      if (!this.#create(this.#path)) return false;
    }
    this.#takenAtMs = Date.now();
    return true;
  }

  release(): void {
    // After so long somebody may have taken it for stale, and hold it now himself.
    const mayBeLost = Date.now() - this.#takenAtMs > STALE_MS / 2;
    if (mayBeLost && readIfThere(this.#path) !== this.#token) return;
    removeIfThere(this.#path);
  }

  /** Who holds it, for a message. */
  holder(): string {
    const holder = holderIn(readIfThere(this.#path));
    return holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
  }

  #create(path: string): boolean {
    let file: number;
    try {
      file = openSync(path, "wx", 0o600);
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    }
    try {
      writeSync(file, this.#token);
    } finally {
      closeSync(file);
    }
    return true;
  }

  /**
   * Two who find the same stale lock must not both remove it: the second one would remove the lock that
   * the first has taken meanwhile. So removing has a lock of its own, under which one looks again.
   */
  #removeIfStale(): void {
    if (!isStale(this.#path)) return;
    const guard = `${this.#path}.remove`;
    if (!this.#create(guard)) {
      if (isStale(guard)) removeIfThere(guard);
      return;
    }
    try {
      if (isStale(this.#path)) removeIfThere(this.#path);
    } finally {
      removeIfThere(guard);
    }
  }
}

function isStale(path: string): boolean {
  let ageMs: number;
  try {
    ageMs = Date.now() - statSync(path).mtimeMs;
  } catch {
    return false;
  }
  if (ageMs > STALE_MS) return true;
  const text = readIfThere(path);
  if (text === undefined) return false;
  const holder = holderIn(text);
  if (holder === undefined) return ageMs > EMPTY_MS;
  return holder.host === hostname() && !isRunning(holder.pid);
}

function holderIn(text: string | undefined): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(text ?? "") as Partial<Holder>;
    return Number.isSafeInteger(pid) && typeof host === "string"
      ? ({ pid, host } as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | undefined)?.code === code;
}
