/**
 * Ready PostgreSQL servers for tests.
 *
 * One cluster serves the whole test run: the first worker that asks makes it (about a second), the
 * others use it, and each test gets a database of its own (10 ms with the cluster in /dev/shm, up to
 * 200 ms on a disk). A small process beside the run, the janitor, ends the cluster and deletes its
 * files when the run is over, also after kill -9. Should the janitor itself be killed, the next run
 * cleans up.
 */
import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isMainThread } from "node:worker_threads";
import pg from "pg";
import {
  cleanEnvironment,
  installedBinaries,
  prepareBinaries,
  program,
} from "../../src/postgres/binaries.js";
import { initialize } from "../../src/postgres/cluster.js";
import { systemCode } from "../../src/postgres/errors.js";
import type { PgConnection } from "../../src/postgres/index.js";
import { giveTo, type Location, makeDir } from "../../src/postgres/location.js";
import { readPidFile } from "../../src/postgres/pid-file.js";
import { isAlive, processesOf, startTime } from "../../src/postgres/processes.js";
import { canEnter, chooseUser, type RunAs } from "../../src/postgres/run-as.js";
import { serverSettings, settingsArguments } from "../../src/postgres/settings.js";
import { createSocketDir, SOCKET_PORT } from "../../src/postgres/socket-dir.js";

/** A server that this test run shares. */
export interface TestPostgres {
  /** Superuser, database "postgres". */
  readonly admin: PgConnection;
  /**
   * Makes a database that belongs to the application's ordinary role.
   * @param template tables and rows to begin with: prepared once per run and `key`, then copied
   */
  createDatabase(template?: DatabaseTemplate): Promise<TestDatabase>;
}

export interface DatabaseTemplate {
  /** Names what `prepare` makes; another content needs another key. */
  readonly key: string;
  /** Fills the template. It must have closed its connections when it resolves. */
  prepare(database: TestDatabase): Promise<void>;
}

export interface TestDatabase {
  readonly connection: PgConnection;
  /** The same as a DATABASE_URL. */
  readonly url: string;
  /** Ends its sessions and drops it. */
  drop(): Promise<void>;
}

/** The private PostgreSQL's binaries and settings, except that nothing is synced to disk. */
export function startTestPostgres(): Promise<TestPostgres> {
  shared.private ??= useShared("private", startPrivate);
  return shared.private;
}

/** Whether `startSystemPostgres` can work here. */
export const SYSTEM_POSTGRES_DIR = "/usr/lib/postgresql/15";
export const hasSystemPostgres = existsSync(join(SYSTEM_POSTGRES_DIR, "bin/initdb"));

/** A PostgreSQL 15 as the system's packages bring it: "a server" for tests of DATABASE_URL. */
export function startSystemPostgres(): Promise<TestPostgres> {
  if (!hasSystemPostgres) throw new Error(`no PostgreSQL in ${SYSTEM_POSTGRES_DIR}`);
  shared.system ??= useShared("system", startSystem);
  return shared.system;
}

const shared: { private?: Promise<TestPostgres>; system?: Promise<TestPostgres> } = {};

const NAME = "paymaster-test-postgres";
const ROLE = "paymaster";
const START_LIMIT_MS = 30_000;
const POLL_MS = 20;

/** The process of the whole run: Vitest's workers are its children, or its threads. */
const runPid = isMainThread ? process.ppid : process.pid;

type Kind = "private" | "system";
type Start = (location: Location, user: RunAs) => Promise<{ host: string; port: number }>;

async function useShared(kind: Kind, start: Start): Promise<TestPostgres> {
  const user = chooseUser(undefined, tmpdir());
  const parent = canEnter(tmpdir(), user) ? tmpdir() : "/tmp";
  const name = `${NAME}-${kind}-${runName(runPid)}`;
  const dir = join(parent, name);
  const ready = join(dir, "ready.json");
  if (createDir(dir)) {
    try {
      await removeDeadRuns([parent, MEMORY_DIR]);
      const inMemory = scratchDir() === MEMORY_DIR;
      const serverDir = inMemory ? join(MEMORY_DIR, name) : join(dir, "server");
      watchRun(dir, serverDir);
      const endpoint = await start(locationIn(dir, serverDir, user), user);
      await createRole(adminOf(endpoint));
      writeFileSync(`${ready}.new`, JSON.stringify(endpoint));
      renameSync(`${ready}.new`, ready);
    } catch (error) {
      writeFileSync(join(dir, "failed"), String(error));
      throw error;
    }
  }
  return serve(adminOf(await readReady(dir, ready)));
}

/** Files in memory are made a hundred times faster than on some disks. */
const MEMORY_DIR = "/dev/shm";
const NEEDED_BYTES = 2 ** 30;

/** Where tests put files that need not outlive them: in memory if there is enough of it. */
export function scratchDir(): string {
  if (!existsSync(MEMORY_DIR)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY_DIR);
  return bavail * bsize >= NEEDED_BYTES ? MEMORY_DIR : tmpdir();
}

/** Process id and a digest of its start time: unique among all runs on this machine. */
function runName(pid: number): string {
  const started = createHash("sha256").update(startTime(pid) ?? "");
  return `${pid}-${started.digest("hex").slice(0, 8)}`;
}

function createDir(dir: string): boolean {
  try {
    mkdirSync(dir);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  chmodSync(dir, 0o711);
  return true;
}

function locationIn(dir: string, serverDir: string, user: RunAs): Location {
  if (makeDir(serverDir, 0o700)) giveTo(serverDir, user);
  const [clusterDir, logDir] = [join(serverDir, "data"), join(serverDir, "log")];
  return { dataDir: dir, ownDir: dir, base: dir, serverDir, clusterDir, logDir };
}

async function readReady(dir: string, file: string): Promise<{ host: string; port: number }> {
  const begun_ms = performance.now();
  while (!existsSync(file)) {
    const failed = join(dir, "failed");
    if (existsSync(failed)) throw new Error(readFileSync(failed, "utf8"));
    if (performance.now() - begun_ms > START_LIMIT_MS) {
      throw new Error(`the test cluster in ${dir} is not ready after ${START_LIMIT_MS} ms`);
    }
    await sleep(POLL_MS);
  }
  return JSON.parse(readFileSync(file, "utf8")) as { host: string; port: number };
}

function watchRun(dir: string, serverDir: string): void {
  const script = fileURLToPath(new URL("postgres-janitor.mjs", import.meta.url));
  const args = [script, String(runPid), dir, serverDir];
  spawn(process.execPath, args, { cwd: "/", detached: true, stdio: "ignore" }).unref();
}

/** Ends and deletes what earlier runs left, if their janitor could not. */
async function removeDeadRuns(parents: readonly string[]): Promise<void> {
  const dirs = parents.filter((parent) => existsSync(parent)).flatMap((parent) => deadRuns(parent));
  for (const dir of dirs) {
    const clusterDirs = [join(dir, "data"), join(dir, "server", "data")];
    const processes = () => clusterDirs.flatMap((clusterDir) => processesOf(clusterDir));
    try {
      for (const pid of processes()) process.kill(pid, "SIGQUIT");
      for (let tries = 0; tries < 100 && processes().length > 0; tries++) await sleep(POLL_MS);
      rmSync(dir, { recursive: true, force: true });
    } catch (error) {
      if (!["EPERM", "EACCES"].includes(systemCode(error))) throw error; // another user's run
    }
  }
}

function deadRuns(parent: string): string[] {
  const names = readdirSync(parent).filter((name) => {
    const pid = Number(/^paymaster-test-postgres-[a-z]+-(\d+)-[0-9a-f]{8}$/.exec(name)?.[1] ?? 0);
    return pid !== 0 && !(isAlive(pid) && name.endsWith(runName(pid)));
  });
  return names.map((name) => join(parent, name));
}

async function startPrivate(location: Location, user: RunAs) {
  const copyTo = join(location.base, "native");
  const binaries = await prepareBinaries(installedBinaries(), copyTo, user, () => {});
  await initialize(location, binaries, user, undefined);
  const endpoint = { host: await createSocketDir(location, undefined, user), port: SOCKET_PORT };
  await launch(program(binaries.dir, "postgres"), location, user, {
    ...serverSettings(endpoint, location),
    ...UNSAFE_BUT_FAST,
  });
  return endpoint;
}

async function startSystem(location: Location, user: RunAs) {
  const initdb = join(SYSTEM_POSTGRES_DIR, "bin/initdb");
  const args = ["-D", location.clusterDir, "-U", "postgres", "-A", "trust", "--no-sync"];
  args.push("-E", "UTF8", "--locale=C.UTF-8");
  await promisify(execFile)(initdb, args, { cwd: "/", env: cleanEnvironment(), ...user.spawn });
  const endpoint = { host: await createSocketDir(location, undefined, user), port: SOCKET_PORT };
  await launch(join(SYSTEM_POSTGRES_DIR, "bin/postgres"), location, user, {
    listen_addresses: "",
    unix_socket_directories: endpoint.host,
    ...UNSAFE_BUT_FAST,
  });
  return endpoint;
}

/** Test data is thrown away: no syncing. Several files run at once: more connections. */
const UNSAFE_BUT_FAST = {
  fsync: "off",
  full_page_writes: "off",
  max_connections: "300",
  max_wal_size: "128MB",
  min_wal_size: "32MB",
  logging_collector: "off",
};

async function launch(
  file: string,
  location: Location,
  user: RunAs,
  settings: Record<string, string>,
): Promise<void> {
  const output = openSync(join(location.base, "server.log"), "w");
  const args = ["-D", location.clusterDir, "-p", String(SOCKET_PORT)];
  const child = spawn(file, [...args, ...settingsArguments(settings)], {
    cwd: "/",
    env: cleanEnvironment(),
    stdio: ["ignore", output, output],
    detached: true,
    ...user.spawn,
  });
  closeSync(output);
  child.unref();
  const begun_ms = performance.now();
  while (readPidFile(location.clusterDir)?.status !== "ready") {
    if (child.exitCode !== null || performance.now() - begun_ms > START_LIMIT_MS) {
      throw new Error(readFileSync(join(location.base, "server.log"), "utf8"));
    }
    await sleep(POLL_MS);
  }
}

function adminOf(endpoint: { host: string; port: number }): PgConnection {
  return { ...endpoint, user: "postgres", database: "postgres" };
}

async function createRole(admin: PgConnection): Promise<void> {
  await withClient(admin, (client) => client.query(`CREATE ROLE ${ROLE} LOGIN`));
}

async function withClient<T>(
  connection: PgConnection,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...connection, ssl: false });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function serve(admin: PgConnection): TestPostgres {
  const database = (name: string): TestDatabase => ({
    connection: { host: admin.host, port: admin.port, user: ROLE, database: name },
    url: `postgresql://${ROLE}@${encodeURIComponent(admin.host)}:${admin.port}/${name}`,
    drop: async () => {
      await withClient(admin, (client) =>
        client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
      );
    },
  });
  const create = (client: pg.Client, name: string, from: string) =>
    client.query(`CREATE DATABASE ${name} OWNER ${ROLE} TEMPLATE ${from} STRATEGY FILE_COPY`);

  /** Makes the template unless this or another worker has; one of them does, the others wait. */
  async function prepareTemplate(client: pg.Client, template: DatabaseTemplate): Promise<string> {
    const digest = createHash("sha256").update(template.key).digest("hex").slice(0, 16);
    const [name, key] = [`template_${digest}`, Number.parseInt(digest.slice(0, 8), 16)];
    await client.query("SELECT pg_advisory_lock($1)", [key]);
    try {
      const known = await client.query(
        "SELECT FROM pg_database WHERE datname = $1 AND datistemplate",
        [name],
      );
      if (known.rowCount === 0) {
        await database(name).drop(); // one that was left half done
        await create(client, name, "template1");
        await template.prepare(database(name));
        await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
      }
    } finally {
      await client.query("SELECT pg_advisory_unlock($1)", [key]);
    }
    return name;
  }

  return {
    admin,
    createDatabase: (template) =>
      withClient(admin, async (client) => {
        const from = template ? await prepareTemplate(client, template) : "template1";
        const name = `test_${randomBytes(8).toString("hex")}`;
        await create(client, name, from);
        return database(name);
      }),
  };
}
