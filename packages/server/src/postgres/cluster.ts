import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { type Binaries, cleanEnvironment, program } from "./binaries.js";
import { diskFull, fileError, isDiskFull, oneLine, PostgresError, systemCode } from "./errors.js";
import { ADMIN_ROLE, type Guard } from "./guard.js";
import { giveTo, type Location } from "./location.js";
import type { RunAs } from "./run-as.js";

/** Role and database of the application. The role owns the database and nothing else. */
export const APPLICATION_NAME = "paymaster";

const INITDB_LIMIT_MS = 300_000;
const LONGEST_OUTPUT_CHARS = 16_384;

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
  for (const path of [binaries.dir, clusterDir]) checkShellSafe(path);
  removeUnfinished(location);
  const unfinished = `${clusterDir}${UNFINISHED}${randomBytes(4).toString("hex")}`;
  const passwordFile = join(serverDir, "initial-password");
  const args = ["--pgdata", unfinished, "--username", ADMIN_ROLE, "--no-instructions"];
  args.push("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
  args.push("--locale=C", "--text-search-config=simple", "--data-checksums");
  if (password === undefined) args.push("--auth-local=trust", "--auth-host=reject");
  else args.push("--auth-local=reject", "--auth-host=scram-sha-256", `--pwfile=${passwordFile}`);
  try {
    if (password !== undefined) {
      writeFileSync(passwordFile, password, { mode: 0o600 });
      giveTo(passwordFile, user);
    }
    const { code, output } = await run(program(binaries.dir, "initdb"), args, user, signal);
    if (signal?.aborted) throw new PostgresError("stopped", "Stopped while starting.");
    if (code !== 0) throw initdbError(clusterDir, output || `exit code ${code}`);
    renameSync(unfinished, clusterDir);
    syncDirectory(serverDir);
  } catch (error) {
    removeUnfinished(location);
    throw fileError(`create the database in ${clusterDir}`, error);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** initdb runs the server through a shell, between double quotes. */
function checkShellSafe(path: string): void {
  if (process.platform === "win32" || !/["$`\\\n]/.test(path)) return;
  throw new PostgresError(
    "start_failed",
    `PostgreSQL cannot make a database from or in ${path}: a path with one of the characters $ " \` \\ ` +
      "confuses it. Choose another directory, or set DATABASE_URL.",
  );
}

const UNFINISHED = ".unfinished-";

/** Removes what an initdb that was killed left. One that still runs may put files back: later. */
function removeUnfinished({ clusterDir, serverDir }: Location): void {
  for (const name of readdirSync(serverDir)) {
    if (!name.startsWith(`${basename(clusterDir)}${UNFINISHED}`)) continue;
    try {
      rmSync(join(serverDir, name), { recursive: true, force: true });
    } catch (error) {
      if (systemCode(error) !== "ENOTEMPTY") throw error;
    }
  }
}

/** Runs a program to its end, also when it is told to stop: it and its children are gone then. */
function run(
  file: string,
  args: readonly string[],
  user: RunAs,
  signal: AbortSignal | undefined,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: cleanEnvironment(),
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
      ...user.spawn,
    });
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < LONGEST_OUTPUT_CHARS) output += text;
    });
    const end = () => void child.kill("SIGTERM");
    const timer = setTimeout(end, INITDB_LIMIT_MS);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("close", (code) => {
      settle();
      resolve({ code, output });
    });
  });
}

function initdbError(clusterDir: string, output: string): PostgresError {
  if (isDiskFull(output)) return diskFull(`create the database in ${clusterDir}`);
  const lines = output.split("\n").filter((line) => /error|FATAL|PANIC|could not/.test(line));
  const reason = lines.length > 0 ? lines.join(" ") : output;
  const advice = /could not look up effective user ID/.test(output)
    ? "give this user id an entry in /etc/passwd, or set DATABASE_URL"
    : "see that the directory can be written, or set DATABASE_URL";
  return new PostgresError(
    "start_failed",
    `Cannot create the database in ${clusterDir} (${oneLine(reason)}): ${advice}.`,
  );
}

/**
 * Creates the application's role and database unless they are there.
 * @throws PostgresError disk_full, start_failed
 */
export async function createApplicationDatabase(
  guard: Guard,
  clusterDir: string,
  password: string | undefined,
): Promise<void> {
  const name = APPLICATION_NAME;
  try {
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
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const doing = `create the database in ${clusterDir}`;
    if (isDiskFull(reason)) throw diskFull(doing, error);
    throw new PostgresError("start_failed", `Cannot ${doing} (${reason}): try again.`, error);
  }
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
