import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join, resolve } from "node:path";
import { installedBinaries, prepareBinaries } from "./binaries.js";
import { checkMajor, clusterMajor, initialize, readOrMakePassword } from "./cluster.js";
import { PostgresError } from "./errors.js";
import {
  createDataDir,
  giveTreeTo,
  type Location,
  type LocationNote,
  locate,
  readNote,
  serverOwner,
  writeNote,
} from "./location.js";
import { type DataDirLock, takeLock } from "./lock.js";
import { readPidFile } from "./pid-file.js";
import { isServerOf } from "./processes.js";
import { chooseUser, type RunAs } from "./run-as.js";
import type { Cluster } from "./server-process.js";
import { type Endpoint, serverSettings } from "./settings.js";
import { createSocketDir, SOCKET_PORT } from "./socket-dir.js";

export interface PrepareOptions {
  /** Created when needed. */
  readonly dataDir: string;
  readonly log: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** Directory with bin, lib and share; default: that of the installed npm package. */
  readonly nativeDir?: string;
  /** Default: a unix socket, except on Windows. */
  readonly transport?: "socket" | "tcp";
  /** Added to, or replacing, those of `serverSettings`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Does everything up to starting the server: takes the lock, decides where and as whom it runs,
 * makes its programs runnable, makes the cluster if there is none.
 * @returns the lock is the caller's to release
 * @throws PostgresError
 */
export async function prepare(
  options: PrepareOptions,
): Promise<{ cluster: Cluster; lock: DataDirLock }> {
  if (options.dataDir === "") throw new RangeError("dataDir must not be empty");
  const source = options.nativeDir ?? installedBinaries();
  const dirs = createDataDir(resolve(options.dataDir));
  const lock = await takeLock(dirs.ownDir, dirs.dataDir);
  try {
    return { cluster: await prepareLocked(options, source, dirs), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function prepareLocked(
  options: PrepareOptions,
  source: string,
  dirs: { dataDir: string; ownDir: string },
): Promise<Cluster> {
  const { log, signal } = options;
  const note = readNote(dirs.ownDir);
  const user = chooseUser(serverOwner(dirs, note), dirs.dataDir);
  const location = locate(dirs, note, user, log);
  writeNote(dirs.ownDir, describe(location, user, note?.initialized ?? false, note?.socket_dir));
  const copyTo = join(location.base, `native-${packageVersion(source)}`);
  const binaries = await prepareBinaries(source, copyTo, user, log);
  const tcp = (options.transport ?? (process.platform === "win32" ? "tcp" : "socket")) === "tcp";
  const password = tcp ? readOrMakePassword(dirs.ownDir) : undefined;
  if (clusterMajor(location.clusterDir) !== undefined) {
    checkMajor(location.clusterDir, binaries);
    repairOwner(location, user, log);
  } else if (note?.initialized) throw missing(location);
  else await initialize(location, binaries, user, password, signal);

  const endpoint: Endpoint = tcp
    ? { host: "127.0.0.1", port: await tcpPort(location.clusterDir) }
    : { host: await createSocketDir(location, note?.socket_dir, user), port: SOCKET_PORT };
  const settings = serverSettings(endpoint, location, options.settings);
  return { location, binaries, user, endpoint, password, settings };
}

/** Notes that the cluster is complete, and removes copies of programs that are no longer used. */
export function recordStarted(cluster: Cluster): void {
  const { binaries, endpoint, location, user } = cluster;
  writeNote(location.ownDir, describe(location, user, true, endpoint.host));
  for (const name of readdirSync(location.base)) {
    const path = join(location.base, name);
    if (name.startsWith("native-") && path !== binaries.dir) rmSync(path, { recursive: true });
  }
}

function describe(
  location: Location,
  user: RunAs,
  initialized: boolean,
  socketDir: string | undefined,
): LocationNote {
  const outside = location.base !== location.ownDir;
  const where = outside
    ? `The database of this data directory lives in ${location.serverDir}, because user ` +
      `${user.name}, which PostgreSQL runs as, cannot enter the data directory. Back up both.`
    : `The database of this data directory lives in ${location.serverDir}.`;
  const socketOutside = socketDir !== undefined && !socketDir.startsWith(location.serverDir);
  return {
    note: where,
    ...(outside ? { base: location.base } : {}),
    ...(socketOutside ? { socket_dir: socketDir } : {}),
    user: user.name,
    initialized,
  };
}

function missing(location: Location): PostgresError {
  return new PostgresError(
    "cluster_missing",
    `The database of the data directory ${location.dataDir} is missing: it was in ` +
      `${location.clusterDir}. Put it back, or delete ${location.ownDir} to begin with an empty one.`,
  );
}

/** A cluster that was copied or restored by root, or with open modes, is made PostgreSQL's again. */
function repairOwner(location: Location, user: RunAs, log: (line: string) => void): void {
  const { uid, mode } = lstatSync(location.clusterDir);
  if (user.spawn.uid !== undefined && uid !== user.uid) {
    log(`giving ${location.serverDir} to user ${user.name}, which PostgreSQL runs as`);
    giveTreeTo(location.serverDir, user);
  } else if (user.spawn.uid === undefined && (mode & 0o077) !== 0) {
    chmodSync(location.clusterDir, 0o700);
  }
}

/** The version of the npm package that a `native` directory belongs to. */
function packageVersion(source: string): string {
  try {
    const text = readFileSync(join(source, "..", "package.json"), "utf8");
    const { version } = JSON.parse(text) as { version?: unknown };
    if (typeof version === "string" && /^[\w.+-]+$/.test(version)) return version;
  } catch {
    // Not from a package.
  }
  return basename(source);
}

/** The port of the server left running, otherwise one that is free now. */
function tcpPort(clusterDir: string): Promise<number> {
  const running = readPidFile(clusterDir);
  if (running && isServerOf(running.pid, clusterDir)) return Promise.resolve(running.port);
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolvePort(port));
    });
  });
}
