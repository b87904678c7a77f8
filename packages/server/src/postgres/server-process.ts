import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Binaries, cleanEnvironment, program } from "./binaries.js";
import { diskFull, fileError, isDiskFull, PostgresError, systemCode } from "./errors.js";
import { type Guard, openGuard, sqlState } from "./guard.js";
import type { Location } from "./location.js";
import { lockedError } from "./lock.js";
import { endOfLogs, failureLines } from "./log-files.js";
import { PID_FILE, readPidFile } from "./pid-file.js";
import { follow, isServerOf, isTaken, processesOf } from "./processes.js";
import type { RunAs } from "./run-as.js";
import { type Endpoint, FINGERPRINT_SETTING, settingsArguments } from "./settings.js";
import { removeSocketFiles, socketFile } from "./socket-dir.js";

/** All that is needed to run one cluster. */
export interface Cluster {
  readonly location: Location;
  readonly binaries: Binaries;
  readonly user: RunAs;
  readonly endpoint: Endpoint;
  /** Only over TCP. */
  readonly password: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

/** A server that answers, with the supervisor's connection to it. */
export interface RunningServer {
  readonly pid: number;
  readonly guard: Guard;
  /** Whether the process lives. Only as long as it does, `pid` is its id. */
  alive(): boolean;
}

const POLL_MS = 10;
/** A server that is starting up says so; one that says nothing for this long hangs. */
const SILENCE_LIMIT_MS = 2_000;
const RECOVERY_LIMIT_MS = 600_000;
/** The lock of a Paymaster that was killed is free as soon as the server notices. */
const LOCK_LIMIT_MS = 2_000;
const ORPHAN_LIMIT_MS = 1_000;
const KILL_LIMIT_MS = 5_000;

/** How long a shutdown may take before the next harder one. */
interface Patience {
  /** 0: not tried. */
  readonly fast_ms: number;
  readonly immediate_ms: number;
}
const PATIENT: Patience = { fast_ms: 30_000, immediate_ms: 5_000 };
/** For a server that does not answer or did not come up: it has nothing to finish. */
const IMPATIENT: Patience = { fast_ms: 0, immediate_ms: 1_000 };

/**
 * Takes over the server that runs on the cluster, if one does and it is the right one, or starts one.
 * @throws PostgresError locked, disk_full, start_failed, stopped
 */
export async function attachOrStart(
  cluster: Cluster,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<RunningServer> {
  const found = await attach(cluster, log, signal);
  if (found) return found;
  await clearRemains(cluster, log);
  return start(cluster, log, signal);
}

/**
 * Stops a server: fast shutdown (sessions are ended, data written), then harder if it does not end.
 * Returns when no process of the cluster is left.
 */
export async function shutDown(
  cluster: Cluster,
  server: Pick<RunningServer, "pid" | "alive">,
  patience = PATIENT,
): Promise<void> {
  const gone = () => !server.alive();
  if (patience.fast_ms > 0) await signalServer(cluster, server, "SIGINT");
  if (patience.fast_ms === 0 || !(await waitUntil(gone, patience.fast_ms))) {
    await signalServer(cluster, server, "SIGQUIT");
    if (!(await waitUntil(gone, patience.immediate_ms))) kill(server, "SIGKILL");
  }
  await waitUntil(gone, KILL_LIMIT_MS);
  await endOrphans(cluster.location.clusterDir);
}

/** Tells the server to end, without waiting. */
export function requestShutdown(server: Pick<RunningServer, "pid" | "alive">): void {
  kill(server, "SIGINT");
}

async function attach(
  cluster: Cluster,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<RunningServer | undefined> {
  const { clusterDir, dataDir } = cluster.location;
  const file = readPidFile(clusterDir);
  if (!file) return undefined;
  const found = { pid: file.pid, alive: follow(file.pid) };
  if (!isServerOf(file.pid, clusterDir)) return undefined;
  const endpoint =
    cluster.password === undefined
      ? { host: file.socketDir, port: file.port }
      : { ...cluster.endpoint, port: file.port };
  const guard = await connectGuard(endpoint, cluster.password, found.alive, signal);
  if (!guard) {
    if (found.alive()) {
      log(`the PostgreSQL left running (process ${file.pid}) does not answer: stopping it`);
      await shutDown(cluster, found, IMPATIENT);
    }
    return undefined;
  }
  if (!guard.holdsLock) {
    await guard.close();
    throw lockedError(dataDir, "its PostgreSQL serves another process");
  }
  const mismatch = difference(cluster, endpoint, guard);
  if (mismatch === undefined) {
    log(`attached to the running PostgreSQL ${guard.serverVersion} (process ${file.pid})`);
    return { ...found, guard };
  }
  log(`restarting the PostgreSQL left running (process ${file.pid}): it has ${mismatch}`);
  await guard.close();
  await shutDown(cluster, found);
  return undefined;
}

function difference(cluster: Cluster, endpoint: Endpoint, guard: Guard): string | undefined {
  const { binaries, location, settings } = cluster;
  if (guard.dataDirectory !== location.clusterDir) return `the directory ${guard.dataDirectory}`;
  if (guard.serverVersion !== binaries.version) return `version ${guard.serverVersion}`;
  if (guard.settings !== settings[FINGERPRINT_SETTING]) return "other settings";
  if (endpoint.host !== cluster.endpoint.host) return `its socket in ${endpoint.host}`;
  if (endpoint.port !== cluster.endpoint.port) return `port ${endpoint.port}`;
  return undefined;
}

/** Clears away what a dead server left, so that a new one can start. */
async function clearRemains(cluster: Cluster, log: (line: string) => void): Promise<void> {
  const { clusterDir, dataDir } = cluster.location;
  const overSocket = cluster.password === undefined;
  // No process here serves it, yet its socket answers: it is served from another container.
  if (overSocket && (await answers(socketFile(cluster.endpoint.host)))) {
    throw lockedError(dataDir, "its PostgreSQL runs in another container");
  }
  const ended = await endOrphans(clusterDir);
  if (ended > 0) log(`ended ${ended} processes of a PostgreSQL that died`);
  const file = readPidFile(clusterDir);
  if (file && isTaken(file.pid)) {
    // PostgreSQL would believe that it runs already.
    log(`removing a stale ${PID_FILE}: process ${file.pid} is not a live PostgreSQL of it`);
    rmSync(join(clusterDir, PID_FILE), { force: true });
  }
  if (overSocket) removeSocketFiles(cluster.endpoint.host);
}

/**
 * Sees to it that no process of a dead server is left. Its workers end by themselves, unless they are
 * in the middle of something.
 * @returns how many had to be killed
 */
export async function endOrphans(clusterDir: string): Promise<number> {
  if (await waitUntil(() => processesOf(clusterDir).length === 0, ORPHAN_LIMIT_MS)) return 0;
  const orphans = processesOf(clusterDir).map((pid) => ({ pid, alive: follow(pid) }));
  for (const orphan of orphans) if (isServerOf(orphan.pid, clusterDir)) kill(orphan, "SIGKILL");
  await waitUntil(() => processesOf(clusterDir).length === 0, ORPHAN_LIMIT_MS);
  return orphans.length;
}

async function start(
  cluster: Cluster,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<RunningServer> {
  const begun_ms = performance.now();
  const startLog = join(cluster.location.ownDir, "start.log");
  const before = endOfLogs(cluster.location.logDir);
  const fail = (ended: string, cause?: unknown) =>
    startError(cluster, failureLines(startLog, before), ended, cause);
  const child = launch(cluster, startLog);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signalName) => {
    ended = signalName ? `ended by ${signalName}` : `exit code ${code}`;
  });
  const { pid } = child;
  if (pid === undefined) {
    await sleep(0); // the error event follows
    throw fail(ended ?? "cannot be executed");
  }
  const alive = () => ended === undefined;
  try {
    await waitForReady(cluster, pid, alive, log, signal);
    const guard = await connectGuard(cluster.endpoint, cluster.password, alive, signal);
    if (!guard) throw fail(ended ?? "it does not answer");
    if (!guard.holdsLock) {
      await guard.close();
      throw lockedError(cluster.location.dataDir, "its PostgreSQL serves another process");
    }
    const took_s = ((performance.now() - begun_ms) / 1000).toFixed(2);
    log(`PostgreSQL ${guard.serverVersion} started in ${took_s} s (process ${pid})`);
    return { pid, guard, alive };
  } catch (error) {
    if (alive()) await shutDown(cluster, { pid, alive }, IMPATIENT);
    if (error instanceof PostgresError) throw error;
    throw fail(ended ?? String(error), error);
  }
}

/** Starts the server in a session of its own: Ctrl-C in a terminal is for Paymaster, not for it. */
function launch(cluster: Cluster, startLog: string) {
  const { binaries, endpoint, location, settings, user } = cluster;
  let output: number;
  try {
    output = openSync(startLog, "w", 0o600);
  } catch (error) {
    throw fileError(`write ${startLog}`, error);
  }
  try {
    const args = ["-D", location.clusterDir, "-p", String(endpoint.port)];
    const child = spawn(
      program(binaries.dir, "postgres"),
      [...args, ...settingsArguments(settings)],
      {
        cwd: "/",
        env: cleanEnvironment(),
        stdio: ["ignore", output, output],
        detached: true,
        ...user.spawn,
      },
    );
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

async function waitForReady(
  cluster: Cluster,
  pid: number,
  alive: () => boolean,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const begun_ms = performance.now();
  for (let reports = 1; ; ) {
    if (signal.aborted) throw new PostgresError("stopped", "Stopped while starting.");
    if (!alive()) throw new Error("it ended");
    const file = readPidFile(cluster.location.clusterDir);
    if (file?.pid === pid && file.status === "ready") return;
    const elapsed_ms = performance.now() - begun_ms;
    if (elapsed_ms > RECOVERY_LIMIT_MS) throw new Error("it is not ready after 10 minutes");
    if (elapsed_ms > reports * 10_000) {
      log(`PostgreSQL is still starting after ${reports * 10} s, recovering from a crash`);
      reports++;
    }
    await sleep(POLL_MS);
  }
}

/**
 * Connects as soon as the server lets us.
 * @returns undefined when the server ended, or kept silent for too long
 */
async function connectGuard(
  endpoint: Endpoint,
  password: string | undefined,
  alive: () => boolean,
  signal: AbortSignal,
): Promise<Guard | undefined> {
  const begun_ms = performance.now();
  let heard_ms = begun_ms;
  while (alive()) {
    if (signal.aborted) throw new PostgresError("stopped", "Stopped while starting.");
    const now_ms = performance.now();
    if (now_ms - heard_ms > SILENCE_LIMIT_MS || now_ms - begun_ms > RECOVERY_LIMIT_MS) break;
    try {
      const guard = await openGuard(endpoint, password);
      heard_ms = performance.now();
      if (guard.holdsLock || heard_ms - begun_ms > LOCK_LIMIT_MS) return guard;
      await guard.close();
    } catch (error) {
      const code = sqlState(error);
      // 57P03: it is starting up, or shutting down. 53300: every connection is taken.
      if (code === "57P03" || code === "53300") heard_ms = performance.now();
      else if (code !== undefined && !code.startsWith("57P")) throw error;
    }
    await sleep(POLL_MS);
  }
  return undefined;
}

function startError(
  cluster: Cluster,
  lines: readonly string[],
  ended: string,
  cause: unknown,
): PostgresError {
  const { clusterDir, logDir } = cluster.location;
  if (lines.some(isDiskFull)) return diskFull(`run PostgreSQL in ${clusterDir}`, cause);
  const reason = lines.find((line) => /FATAL|PANIC/.test(line)) ?? lines[0] ?? ended;
  return new PostgresError(
    "start_failed",
    `PostgreSQL does not start in ${clusterDir} (${reason}): see ${logDir}.`,
    cause,
  );
}

async function signalServer(
  cluster: Cluster,
  server: Pick<RunningServer, "pid" | "alive">,
  name: "SIGINT" | "SIGQUIT",
): Promise<void> {
  if (process.platform !== "win32") {
    kill(server, name);
    return;
  }
  // Windows has no signals; PostgreSQL's own tool sends them through a named pipe.
  const args = ["kill", name.slice(3), String(server.pid)];
  const tool = spawn(program(cluster.binaries.dir, "pg_ctl"), args, { stdio: "ignore" });
  await new Promise<void>((resolve) => {
    tool.once("error", () => resolve());
    tool.once("exit", () => resolve());
  });
}

function kill(server: Pick<RunningServer, "pid" | "alive">, name: NodeJS.Signals): void {
  if (!server.alive()) return;
  try {
    process.kill(server.pid, name);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error; // it ended just now
  }
}

/** Whether something accepts connections on this socket. */
function answers(file: string): Promise<boolean> {
  if (!existsSync(file)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(file);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function waitUntil(condition: () => boolean, limit_ms: number): Promise<boolean> {
  const begun_ms = performance.now();
  while (!condition()) {
    if (performance.now() - begun_ms > limit_ms) return false;
    await sleep(POLL_MS);
  }
  return true;
}
