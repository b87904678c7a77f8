/**
 * Ready PostgreSQL servers for tests.
 *
 * One cluster serves the whole test run: the first worker that asks makes it (about a second), the
 * others use it, and each test gets a database of its own (10 ms with the cluster in /dev/shm, up to
 * 200 ms on a disk).
 */
import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import {
  cleanEnvironment,
  installedBinaries,
  prepareBinaries,
  program,
} from "../../src/postgres/binaries.js";
import { initialize } from "../../src/postgres/cluster.js";
import type { PgConnection } from "../../src/postgres/index.js";
import { giveTo, type Location, makeDir } from "../../src/postgres/location.js";
import { readPidFile } from "../../src/postgres/pid-file.js";
import { chooseUser, type RunAs } from "../../src/postgres/run-as.js";
import { serverSettings, settingsArguments } from "../../src/postgres/settings.js";
import { createSocketDir, SOCKET_PORT } from "../../src/postgres/socket-dir.js";
import { oncePerRun } from "./run-directory.js";

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

const ROLE = "paymaster";
const START_LIMIT_MS = 30_000;
const POLL_MS = 20;

type Start = (location: Location, user: RunAs) => Promise<{ host: string; port: number }>;

async function useShared(kind: string, start: Start): Promise<TestPostgres> {
  const endpoint = await oncePerRun(kind, async ({ disk, memory }) => {
    const user = chooseUser(undefined, tmpdir());
    const serverDir = join(memory, "server");
    if (makeDir(serverDir, 0o700)) giveTo(serverDir, user);
    const [clusterDir, logDir] = [join(serverDir, "data"), join(serverDir, "log")];
    const own = { dataDir: disk, ownDir: disk, base: disk };
    const started = await start({ ...own, serverDir, clusterDir, logDir }, user);
    await createRole(adminOf(started));
    return started;
  });
  return serve(adminOf(endpoint));
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
