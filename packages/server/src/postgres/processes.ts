import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { systemCode } from "./errors.js";

/** Whether the id belongs to any process, be it a zombie. */
export function isTaken(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/**
 * Whether a process with this id runs. A zombie does not count: in a container whose first process
 * reaps no children, a killed server stays one for ever.
 */
export function isAlive(pid: number): boolean {
  return isTaken(pid) && (process.platform !== "linux" || statFields(pid)?.state !== "Z");
}

/**
 * When the process started, as text that is only good for comparing: a process id is used again, the
 * pair of id and start time is not. Undefined when the process is gone or the platform cannot tell.
 */
export function startTime(pid: number): string | undefined {
  if (process.platform === "linux") {
    const ticks = statFields(pid)?.startTicks;
    return ticks === undefined ? undefined : `${bootId()} ${ticks}`;
  }
  return process.platform === "win32" ? undefined : ps("lstart=", pid);
}

/**
 * Follows the process that has this id now.
 * @returns whether that same process is still alive
 */
export function follow(pid: number): () => boolean {
  // Asking another program for the start time, every few milliseconds, would cost too much.
  if (process.platform !== "linux") return () => isAlive(pid);
  const started = startTime(pid);
  return () => started !== undefined && isAlive(pid) && startTime(pid) === started;
}

/** The host and process-id namespace that process ids of this process belong to. */
export function processNamespace(): string {
  return process.platform === "linux" ? readLink("/proc/self/ns/pid") : "";
}

/** Whether `pid` is a live PostgreSQL server that was started on this data directory. */
export function isServerOf(pid: number, clusterDir: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") return worksOn(pid, clusterDir);
  if (process.platform === "win32") return true; // postmaster.pid is all there is to go by
  return ps("command=", pid)?.includes(clusterDir) ?? false;
}

/**
 * Every live PostgreSQL process of a data directory: the server, its workers, and workers that
 * outlived their server. PostgreSQL changes into its data directory, and all its workers inherit
 * that. Only Linux can tell; elsewhere the answer is empty and PostgreSQL's own shared-memory check
 * has the last word.
 */
export function processesOf(clusterDir: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksOn(pid, clusterDir) && isAlive(pid));
}

function worksOn(pid: number, clusterDir: string): boolean {
  // A shell whose working directory is the data directory is not a server: look at the program too.
  const program = basename(readLink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
  return program === "postgres" && readLink(`/proc/${pid}/cwd`) === clusterDir;
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // the process went away, or belongs to somebody else
  }
}

function statFields(pid: number): { state: string; startTicks: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The command name stands in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]]; // fields 3 and 22 of proc(5)
  return state && startTicks ? { state, startTicks } : undefined;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "";
  }
}

function ps(column: string, pid: number): string | undefined {
  try {
    const text = execFileSync("ps", ["-o", column, "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}
