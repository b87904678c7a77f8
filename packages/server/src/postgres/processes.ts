import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
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

/**
 * The name that PostgreSQL shows in the titles of all processes of a cluster. They say nothing else
 * that everybody may read and that tells one cluster from another.
 */
export function clusterName(clusterDir: string): string {
  return `paymaster-${createHash("sha256").update(clusterDir).digest("hex").slice(0, 16)}`;
}

/** Whether `pid` is a live PostgreSQL server that was started on this data directory. */
export function isServerOf(pid: number, clusterDir: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") {
    const owner = lstatSync(clusterDir, { throwIfNoEntry: false })?.uid;
    return owner !== undefined && worksOn(pid, clusterDir, owner);
  }
  if (process.platform === "win32") return true; // postmaster.pid is all there is to go by
  return ps("command=", pid)?.includes(clusterDir) ?? false;
}

/**
 * Every live PostgreSQL process of a data directory: the server, its workers, and workers that
 * outlived their server. Only Linux can tell; elsewhere the answer is empty and PostgreSQL's own
 * shared-memory check has the last word.
 */
export function processesOf(clusterDir: string): number[] {
  if (process.platform !== "linux") return [];
  const owner = lstatSync(clusterDir, { throwIfNoEntry: false })?.uid;
  if (owner === undefined) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksOn(pid, clusterDir, owner) && isAlive(pid));
}

/**
 * PostgreSQL changes into its data directory, and all its workers inherit that. But the working
 * directory of another user's process is hidden even from root where the capability SYS_PTRACE is
 * missing, as in a container: there the command line must do, which everybody may read.
 */
function worksOn(pid: number, clusterDir: string, owner: number): boolean {
  if (ownerOf(pid) !== owner) return false; // titles can be forged, but not by another user
  const [program, directory] = [readLink(`/proc/${pid}/exe`), readLink(`/proc/${pid}/cwd`)];
  if (program !== "" && directory !== "") {
    // A shell whose working directory is the data directory is not a server.
    return /\/postgres( \(deleted\))?$/.test(program) && directory === clusterDir;
  }
  const words = commandLine(pid);
  const isServer = /(^|\/)postgres$/.test(words[0] ?? "") && words.includes(clusterDir);
  return isServer || (words[0]?.startsWith(`postgres: ${clusterName(clusterDir)}: `) ?? false);
}

function ownerOf(pid: number): number | undefined {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return uid === undefined ? undefined : Number(uid);
}

function commandLine(pid: number): string[] {
  return readText(`/proc/${pid}/cmdline`).split("\0");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the process went away
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // the process went away, or belongs to somebody else
  }
}

function statFields(pid: number): { state: string; startTicks: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  // The command name stands in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]]; // fields 3 and 22 of proc(5)
  return state && startTicks ? { state, startTicks } : undefined;
}

function bootId(): string {
  return readText("/proc/sys/kernel/random/boot_id").trim();
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
