import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LOG_FILE_PREFIX } from "./settings.js";

/** Log files that are kept, of 4 MB each. */
const MOST_FILES = 5;
const PRUNE_INTERVAL_MS = 30_000;

/** Deletes all log files but the newest. Their names sort by time. */
export function pruneLogs(logDir: string, keep = MOST_FILES): void {
  for (const name of logNames(logDir).slice(0, -keep)) rmSync(join(logDir, name), { force: true });
}

/** Prunes now and then, until told to end. */
export function keepLogsSmall(logDir: string): { end(): void } {
  const prune = () => {
    try {
      pruneLogs(logDir);
    } catch {
      // No log directory yet, or no access: nothing to prune.
    }
  };
  prune();
  const timer = setInterval(prune, PRUNE_INTERVAL_MS);
  timer.unref();
  return { end: () => clearInterval(timer) };
}

/** A place in the logs, to read from later. */
export interface LogPosition {
  readonly logDir: string;
  readonly newest: string | undefined;
  readonly bytes: number;
}

/** Where the logs end now. */
export function endOfLogs(logDir: string): LogPosition {
  const newest = logNames(logDir).at(-1);
  const bytes = newest === undefined ? 0 : readTail(join(logDir, newest), 0).length;
  return { logDir, newest, bytes };
}

/**
 * The lines that say why a server did not come up, the last first.
 * @param startLog what the server printed before it opened its log
 * @param since the end of the logs before it was started
 */
export function failureLines(startLog: string, since: LogPosition): string[] {
  const names = logNames(since.logDir).filter((name) => name >= (since.newest ?? ""));
  const logs = names.map((name) =>
    readTail(join(since.logDir, name), name === since.newest ? since.bytes : 0),
  );
  return [readTail(startLog, 0), ...logs]
    .map((text) => text.toString("utf8").slice(-TAIL_CHARS))
    .join("\n")
    .split("\n")
    .filter((line) => /\b(FATAL|PANIC|ERROR|HINT)\b|could not|cannot/.test(line))
    .map((line) => line.replace(/^\S+ \S+ UTC \[\d+\] /, ""))
    .reverse();
}

const TAIL_CHARS = 8192;

function readTail(file: string, from: number): Buffer {
  try {
    return readFileSync(file).subarray(from);
  } catch {
    return Buffer.alloc(0);
  }
}

function logNames(logDir: string): string[] {
  try {
    return readdirSync(logDir)
      .filter((name) => name.startsWith(LOG_FILE_PREFIX))
      .sort();
  } catch {
    return [];
  }
}
