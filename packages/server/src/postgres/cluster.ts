import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Binaries, cleanEnvironment, program } from "./binaries.js";
import { fileError, oneLine, PostgresError, systemCode } from "./errors.js";
import { ADMIN_ROLE, type Guard } from "./guard.js";
import { giveTo, type Location } from "./location.js";
import type { RunAs } from "./run-as.js";

/** Role and database of the application. The role owns the database and nothing else. */
export const APPLICATION_NAME = "paymaster";

const INITDB_LIMIT_MS = 300_000;

/** The major version of the cluster that exists, undefined if none does. */
export function clusterMajor(clusterDir: string): string | undefined {
  try {
    return readFileSync(join(clusterDir, "PG_VERSION"), "utf8").trim();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw fileError(`read the database in ${clusterDir}`, error);
  }
}

/** @throws PostgresError version_mismatch */
export function checkMajor(clusterDir: string, binaries: Binaries): void {
  const major = clusterMajor(clusterDir);
  if (major === binaries.major) return;
  throw new PostgresError(
    "version_mismatch",
    `The database in ${clusterDir} was made by PostgreSQL ${major ?? "of unknown version"}, and this ` +
      `Paymaster carries PostgreSQL ${binaries.major}: use the Paymaster that made it, dump it there ` +
      "and load the dump here, or set DATABASE_URL.",
  );
}

/**
 * Makes a new cluster: UTF-8, sorted by code point (PostgreSQL's own C.UTF-8, the same on every
 * machine), with data checksums, synced to disk. It is made under a temporary name and renamed, so
 * that one that exists is whole.
 * @param password of the administrator, for connections over TCP; undefined: there will be none
 * @throws PostgresError disk_full, start_failed, stopped
 */
export async function initialize(
  location: Location,
  binaries: Binaries,
  user: RunAs,
  password: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { clusterDir, serverDir } = location;
  const unfinished = `${clusterDir}.unfinished`;
  const passwordFile = join(serverDir, "initial-password");
  rmSync(unfinished, { recursive: true, force: true });
  const args = ["--pgdata", unfinished, "--username", ADMIN_ROLE, "--no-instructions"];
  args.push("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
  args.push("--locale=C", "--text-search-config=simple", "--data-checksums");
  if (password === undefined) args.push("--auth-local=trust", "--auth-host=reject");
  else {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    giveTo(passwordFile, user);
    args.push("--auth-local=reject", "--auth-host=scram-sha-256", `--pwfile=${passwordFile}`);
  }
  try {
    const options = { env: cleanEnvironment(), cwd: "/", timeout: INITDB_LIMIT_MS, ...user.spawn };
    await promisify(execFile)(program(binaries.dir, "initdb"), args, {
      ...options,
      ...(signal ? { signal } : {}),
    });
    renameSync(unfinished, clusterDir);
    syncDirectory(serverDir);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (signal?.aborted) throw new PostgresError("stopped", "Stopped while starting.", error);
    throw initdbError(clusterDir, error);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function initdbError(clusterDir: string, error: unknown): PostgresError {
  const output =
    error instanceof Error && "stderr" in error && typeof error.stderr === "string"
      ? error.stderr
      : "";
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return fileError(`create the database in ${clusterDir}`, noSpace(error));
  }
  const lines = output.split("\n").filter((line) => /error|FATAL|PANIC|could not/.test(line));
  const message = error instanceof Error ? error.message : String(error);
  const reason = lines.length > 0 ? lines.join(" ") : message;
  const advice = /could not look up effective user ID/.test(output)
    ? "give this user id an entry in /etc/passwd, or set DATABASE_URL"
    : "see that the directory can be written, or set DATABASE_URL";
  return new PostgresError(
    "start_failed",
    `Cannot create the database in ${clusterDir} (${oneLine(reason)}): ${advice}.`,
    error,
  );
}

function noSpace(cause: unknown): NodeJS.ErrnoException {
  return Object.assign(new Error("no space left on device", { cause }), { code: "ENOSPC" });
}

/** Creates the application's role and database unless they are there. */
export async function createApplicationDatabase(
  guard: Guard,
  password: string | undefined,
): Promise<void> {
  const name = APPLICATION_NAME;
  const { rows } = await guard.query(
    `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') AS role,
            EXISTS (SELECT FROM pg_database WHERE datname = '${name}') AS database`,
  );
  const found = rows[0] as { role: boolean; database: boolean };
  if (!found.role) {
    const secret = password === undefined ? "" : ` PASSWORD '${password}'`;
    await guard.query(`CREATE ROLE ${name} LOGIN${secret}`);
  }
  if (!found.database) await guard.query(`CREATE DATABASE ${name} OWNER ${name}`);
}

/**
 * The password for connections over TCP, made at first use and kept in a file that only this
 * process's user can read.
 */
export function readOrMakePassword(ownDir: string): string {
  const file = join(ownDir, "password");
  try {
    if (!existsSync(file)) {
      const password = randomBytes(24).toString("base64url");
      writeFileSync(file, password, { mode: 0o600, flag: "wx", flush: true });
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    throw fileError(`read or write ${file}`, error);
  }
}

/** Makes a rename in this directory last through a power failure. */
function syncDirectory(dir: string): void {
  if (process.platform === "win32") return; // directories cannot be opened there
  const handle = openSync(dir, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
