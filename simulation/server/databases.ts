/**
 * One private PostgreSQL for the worlds of a process, each with a database of its own. It is that of a
 * Paymaster server which does nothing else, so that worlds run on the product's binaries and settings.
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig, startServer } from "@paymaster/server";
import pg from "pg";

export interface Databases {
  create(): Promise<WorldDatabase>;
  stop(): Promise<void>;
}

export interface WorldDatabase {
  /** For the files of the world; gone with the PostgreSQL at the latest. */
  readonly directory: string;
  /** DATABASE_URL of a server; its connections are known by `name`. */
  url(name: string): string;
  /** A connection of the simulation's own. */
  connect(): Promise<pg.Client>;
  drop(): Promise<void>;
}

/** A directory in memory, where there is one: what it holds is thrown away. */
const MEMORY = "/dev/shm";
const OWNER = "paymaster";

export async function startDatabases(): Promise<Databases> {
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir();
  const directory = await mkdtemp(join(parent, "paymaster-simulation-"));
  // For PostgreSQL's own user, which a root process starts: its files stay in here and go with it.
  await chmod(directory, 0o711);
  const dataDir = join(directory, "keeper");
  const config = readConfig(["--port", "0", "--data-dir", dataDir, "--empty"], {});
  if (config === "help") throw new Error("help was not asked for");
  const keeper = await startServer(config, () => undefined);
  const { host, port } = await findSocket(dataDir);
  const connect = async (database: string) => {
    const client = new pg.Client({ host, port, user: "postgres", database });
    // When it is broken, whoever asks something is told.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const admin = await connect("postgres");
  let made = 0;
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    await admin.end();
    await keeper.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return {
    create: async () => {
      made += 1;
      const database = `world_${made}`;
      await admin.query(`create database ${database} owner ${OWNER} strategy file_copy`);
      // Nothing here outlives the process, so nothing waits for a disk.
      await admin.query(`alter database ${database} set synchronous_commit = off`);
      const at = `postgresql://${OWNER}@${encodeURIComponent(host)}:${port}/${database}`;
      const home = join(directory, database);
      await mkdir(home);
      return {
        directory: home,
        url: (name) => `${at}?application_name=${name}`,
        connect: () => connect(database),
        drop: async () => {
          await admin.query(`drop database ${database} with (force)`);
          await rm(home, { recursive: true, force: true });
        },
      };
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function findSocket(dataDir: string): Promise<{ host: string; port: number }> {
  const note = join(dataDir, "postgres/location.json");
  const { base }: { base?: string } = JSON.parse(await readFile(note, "utf8"));
  const cluster = join(base ?? join(dataDir, "postgres"), "server/data");
  const lines = (await readFile(join(cluster, "postmaster.pid"), "utf8")).split("\n");
  return { host: lines[4] ?? "", port: Number(lines[3]) };
}
