import { createHash } from "node:crypto";
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileError, PostgresError, systemCode } from "./errors.js";
import { readPidFile } from "./pid-file.js";
import { isServerOf } from "./processes.js";
import { canEnter, type RunAs } from "./run-as.js";

/** Where clusters live whose data directory PostgreSQL's user cannot enter. */
export const SHARED_STATE_DIR = "/var/lib/paymaster";

/** The directories of one private PostgreSQL. */
export interface Location {
  /** The data directory, without symbolic links. */
  readonly dataDir: string;
  /** `<dataDir>/postgres`: the lock and the note, owned by this process's user. */
  readonly ownDir: string;
  /** Holds `server` and copies of the programs: `ownDir`, or a directory of SHARED_STATE_DIR. */
  readonly base: string;
  /** Everything that PostgreSQL's user owns. Mode 0700. */
  readonly serverDir: string;
  /** The cluster itself (PGDATA). */
  readonly clusterDir: string;
  readonly logDir: string;
}

/** What `location.json` in `ownDir` holds: for the operator to read, and for the next start. */
export interface LocationNote {
  readonly note: string;
  /** Only if it is not the data directory itself. */
  readonly base?: string;
  readonly socket_dir?: string;
  readonly user: string;
  /** Whether the cluster was made: if so, one that is missing later is an error, not a new start. */
  readonly initialized: boolean;
}

const NOTE_FILE = "location.json";
/** In `base` when that is outside the data directory: the data directory it belongs to. */
const OWNER_FILE = "data-directory";

/**
 * Creates the data directory and Paymaster's part in it. A root process leaves both open for
 * passing through (0711), since PostgreSQL runs as another user below them; so it does with a directory
 * of root's that is still empty, as `mktemp -d` makes it.
 * @returns the real path of the data directory, and of `postgres` in it
 * @throws PostgresError no_access, disk_full
 */
export function createDataDir(dataDir: string): { dataDir: string; ownDir: string } {
  const isRoot = process.geteuid?.() === 0;
  const mode = isRoot ? 0o711 : 0o700;
  try {
    makeDirs(dataDir, mode);
    const real = realpathSync(dataDir);
    if (isRoot) openIfEmpty(real);
    const ownDir = join(real, "postgres");
    makeDir(ownDir, mode);
    return { dataDir: real, ownDir };
  } catch (error) {
    throw fileError(`use the data directory ${dataDir}`, error);
  }
}

/** The owner of the directory that holds the cluster, if it exists. */
export function serverOwner(
  dirs: { ownDir: string },
  note: LocationNote | undefined,
): { uid: number; gid: number } | undefined {
  const serverDir = join(note?.base ?? dirs.ownDir, "server");
  const stat = lstatSync(serverDir, { throwIfNoEntry: false });
  return stat && { uid: stat.uid, gid: stat.gid };
}

/**
 * Decides where the cluster lives, and creates the directories that PostgreSQL does not create.
 * @throws PostgresError no_access, disk_full, locked (a copied data directory)
 */
export function locate(
  dirs: { dataDir: string; ownDir: string },
  note: LocationNote | undefined,
  user: RunAs,
  log: (line: string) => void,
): Location {
  const base = note?.base ?? chooseBase(dirs, note, user, log);
  if (base !== dirs.ownDir) claim(base, dirs.dataDir);
  const serverDir = join(base, "server");
  try {
    if (makeDir(serverDir, 0o700)) giveTo(serverDir, user);
  } catch (error) {
    throw fileError(`create the directory ${serverDir}`, error);
  }
  const [clusterDir, logDir] = [join(serverDir, "data"), join(serverDir, "log")];
  return { ...dirs, base, serverDir, clusterDir, logDir };
}

/** Reads the note of an earlier start. */
export function readNote(ownDir: string): LocationNote | undefined {
  const file = join(ownDir, NOTE_FILE);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as LocationNote;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw fileError(`read ${file}`, error);
  }
}

/** Writes the note whole: to a temporary name, then renamed. */
export function writeNote(ownDir: string, note: LocationNote): void {
  const file = join(ownDir, NOTE_FILE);
  try {
    const text = `${JSON.stringify(note, undefined, 2)}\n`;
    writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw fileError(`write ${file}`, error);
  }
}

/** Makes a directory, if it is not there, and gives it exactly this mode whatever the umask. */
export function makeDir(dir: string, mode: number): boolean {
  try {
    mkdirSync(dir, { mode });
  } catch (error) {
    if (systemCode(error) === "EEXIST" && lstatSync(dir).isDirectory()) return false;
    throw error;
  }
  chmodSync(dir, mode);
  return true;
}

/**
 * Gives a directory that was just made to PostgreSQL's user.
 * @throws PostgresError no_user
 */
export function giveTo(path: string, user: RunAs): void {
  if (user.spawn.uid === undefined) return;
  try {
    lchownSync(path, user.uid, user.gid);
  } catch (error) {
    if (!["EINVAL", "EPERM"].includes(systemCode(error))) throw error;
    throw new PostgresError(
      "no_user",
      `PostgreSQL does not run as root, and this process, although root, cannot hand ${path} to ` +
        `user ${user.name} (${systemCode(error)}, as in a container that maps no other user): ` +
        "start Paymaster as an ordinary user, or set DATABASE_URL.",
      error,
    );
  }
}

/** Gives a whole tree, e.g. a restored copy that belongs to root, to PostgreSQL's user. */
export function giveTreeTo(path: string, user: RunAs): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    chmodSync(path, 0o700);
    for (const name of readdirSync(path)) giveTreeTo(join(path, name), user);
  }
  giveTo(path, user);
}

/** A short name for a data directory, the same at every start. */
export function shortId(dataDir: string): string {
  return createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
}

function makeDirs(dir: string, mode: number): void {
  if (lstatSync(dir, { throwIfNoEntry: false })) return;
  makeDirs(dirname(dir), mode);
  makeDir(dir, mode);
}

function openIfEmpty(dir: string): void {
  const { uid, mode } = lstatSync(dir);
  if (uid !== 0 || (mode & 0o001) !== 0 || readdirSync(dir).length > 0) return;
  chmodSync(dir, (mode & 0o777) | 0o011);
}

function chooseBase(
  dirs: { dataDir: string; ownDir: string },
  note: LocationNote | undefined,
  user: RunAs,
  log: (line: string) => void,
): string {
  if (canEnter(dirs.ownDir, user)) return dirs.ownDir;
  if (note?.initialized) {
    throw new PostgresError(
      "no_access",
      `User ${user.name}, which owns the database in ${dirs.ownDir} and runs PostgreSQL, cannot ` +
        "enter that directory any more: let it pass (chmod o+x on the directories above).",
    );
  }
  const stem = join(SHARED_STATE_DIR, shortId(dirs.dataDir));
  for (let number = 1; number <= MOST_BASES; number++) {
    const base = number === 1 ? stem : `${stem}-${number}`;
    if (makeBase(base)) {
      if (!canEnter(base, user)) break;
      return base;
    }
    // A name that is taken held the cluster of a data directory that was deleted since. Its rows do
    // not belong to the new one, and are not ours to delete.
    log(
      `the database of an earlier data directory ${dirs.dataDir} is still in ${base}: delete it if nobody needs it`,
    );
    endAbandonedServer(base);
  }
  throw new PostgresError(
    "no_access",
    `User ${user.name}, which PostgreSQL runs as, can enter neither ${dirs.dataDir} nor a directory ` +
      `under ${SHARED_STATE_DIR}: choose another data directory (PAYMASTER_DATA_DIR), ` +
      "or set DATABASE_URL.",
  );
}

const MOST_BASES = 100;

/** Its Paymaster was killed, or it could not have been deleted: it would run for ever. */
function endAbandonedServer(base: string): void {
  const clusterDir = join(base, "server", "data");
  const pid = readPidFile(clusterDir)?.pid;
  if (pid !== undefined && isServerOf(pid, clusterDir)) process.kill(pid, "SIGINT");
}

function makeBase(base: string): boolean {
  try {
    makeDirs(dirname(base), 0o711);
    return makeDir(base, 0o711);
  } catch (error) {
    throw fileError(`create the directory ${base}`, error);
  }
}

/** Ties a base outside the data directory to that data directory. */
function claim(base: string, dataDir: string): void {
  const file = join(base, OWNER_FILE);
  const owner = readOwner(file);
  if (owner === dataDir) return;
  if (owner !== undefined && readNoteQuietly(owner)?.base === base) {
    throw new PostgresError(
      "locked",
      `The data directory ${dataDir} is a copy of ${owner}, and the database of both is in ${base}: ` +
        `use ${owner}, or delete ${join(dataDir, "postgres")} to begin with an empty database.`,
    );
  }
  try {
    writeFileSync(file, dataDir, { mode: 0o600, flush: true }); // new, or the directory was moved
  } catch (error) {
    throw fileError(`write ${file}`, error);
  }
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw fileError(`read ${file}`, error);
  }
}

function readNoteQuietly(dataDir: string): LocationNote | undefined {
  try {
    return readNote(join(dataDir, "postgres"));
  } catch {
    return undefined;
  }
}
