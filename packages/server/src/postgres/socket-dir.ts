import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileError, PostgresError } from "./errors.js";
import { giveTo, type Location, makeDir } from "./location.js";
import { clusterName } from "./processes.js";
import { canEnter, type RunAs } from "./run-as.js";

/** The port is only part of the socket's name: nothing listens on a network. */
export const SOCKET_PORT = 5432;

/** sockaddr_un has room for this many bytes without the closing zero (Linux 108, macOS 104). */
const LONGEST_PATH_BYTES = process.platform === "darwin" ? 103 : 107;
const MOST_NAMES = 10;

/** The file of the server's socket in a directory. */
export function socketFile(dir: string): string {
  return join(dir, `.s.PGSQL.${SOCKET_PORT}`);
}

/** Whether a socket in this directory has a name that fits the system's limit. */
export function fitsSocketPath(dir: string): boolean {
  return Buffer.byteLength(socketFile(dir)) <= LONGEST_PATH_BYTES;
}

/**
 * Chooses and creates the directory of the socket, which only PostgreSQL's user (and root) can
 * enter. It is the data directory's own unless the path is too long or the file system has no
 * sockets; then it is a short one under the system's temporary directory.
 * @param recorded the directory used before, which is taken again if it is still good
 * @throws PostgresError no_access, disk_full
 */
export async function createSocketDir(
  location: Location,
  recorded: string | undefined,
  user: RunAs,
): Promise<string> {
  const own = join(location.serverDir, "run");
  try {
    if (makeDir(own, 0o700)) giveTo(own, user);
  } catch (error) {
    throw fileError(`create the directory ${own}`, error);
  }
  if (fitsSocketPath(own) && (await holdsSockets(own))) return own;

  const stem = clusterName(location.clusterDir);
  const isOurs = recorded !== undefined && basename(recorded).startsWith(stem);
  if (isOurs && isPrivate(recorded, user)) return recorded;
  for (const parent of new Set([tmpdir(), "/tmp"])) {
    const candidate = join(parent, stem);
    if (!fitsSocketPath(`${candidate}-9`) || !isEnterable(parent, user)) continue;
    const dir = createShort(candidate, user);
    if (dir !== undefined) return dir;
  }
  throw new PostgresError(
    "no_access",
    `No directory for PostgreSQL's socket: ${own} has too long a path or does not hold sockets, ` +
      `and none could be made in ${tmpdir()}: choose a shorter data directory (PAYMASTER_DATA_DIR).`,
  );
}

/** Removes what a stopped server left in a socket directory, and the directory if it is elsewhere. */
export function removeSocketDir(dir: string, location: Location): void {
  removeSocketFiles(dir);
  if (dir.startsWith(location.serverDir)) return;
  try {
    if (readdirSync(dir).length === 0) rmdirSync(dir);
  } catch {
    // Gone already.
  }
}

/** Removes the socket and its lock file. Only for a directory whose server is known to be dead. */
export function removeSocketFiles(dir: string): void {
  rmSync(socketFile(dir), { force: true });
  rmSync(`${socketFile(dir)}.lock`, { force: true });
}

function createShort(candidate: string, user: RunAs): string | undefined {
  // Somebody else may hold the name, by accident or not: take the next one then.
  for (let number = 1; number < MOST_NAMES; number++) {
    const dir = number === 1 ? candidate : `${candidate}-${number}`;
    try {
      if (makeDir(dir, 0o700)) giveTo(dir, user);
    } catch {
      continue;
    }
    if (isPrivate(dir, user)) return dir;
  }
  return undefined;
}

function isPrivate(dir: string, user: RunAs): boolean {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === user.uid && (stat.mode & 0o777) === 0o700;
}

function isEnterable(dir: string, user: RunAs): boolean {
  return lstatSync(dir, { throwIfNoEntry: false }) !== undefined && canEnter(dir, user);
}

/** Tries it, since no call tells: network and desktop-container file systems often have no sockets. */
function holdsSockets(dir: string): Promise<boolean> {
  const file = join(dir, ".probe");
  rmSync(file, { force: true });
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(file, () => server.close(() => resolve(true)));
  });
}
