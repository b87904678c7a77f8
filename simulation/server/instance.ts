/**
 * The real server under simulation: started in this process on a database of its own, reached over HTTP
 * on the loopback, its test clock standing still. Its scheduler ticks when the simulation says so and
 * not by itself: otherwise a seed would not replay.
 */

import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WireProfile } from "@paymaster/contract";
import { type Credentials, type RunningServer, readConfig, startServer } from "@paymaster/server";
import pg from "pg";
import { HttpClient } from "./http.js";

export interface InstanceOptions {
  readonly profile: WireProfile;
  /** Day on which the clock begins. */
  readonly start: string;
  readonly priceBook: unknown;
  readonly taxTable: unknown;
}

export interface Instance {
  readonly credentials: Credentials;
  readonly http: HttpClient;
  /** Reads what the wire does not show, and ends the server's connections. */
  readonly database: pg.Client;
  /** Lines that the server logged as warnings or errors since the last call. */
  takeLog(): string[];
  /** Lets the server's background work run once. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/** Interval of the server's scheduler. */
const SCHEDULER_MS = 1_000;
/** The longest interval that there is. */
const NEVER_MS = 2 ** 31 - 1;
/** A directory in memory, where there is one: what it holds is thrown away. */
const MEMORY = "/dev/shm";

export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir();
  const dataDir = await mkdtemp(join(parent, "paymaster-simulation-"));
  // For PostgreSQL's own user, which a root process starts: its files stay in here and go with it.
  await chmod(dataDir, 0o711);
  const files = { priceBook: join(dataDir, "prices.json"), taxTable: join(dataDir, "taxes.json") };
  await writeFile(files.priceBook, JSON.stringify(options.priceBook));
  await writeFile(files.taxTable, JSON.stringify(options.taxTable));
  const log: string[] = [];
  const ticks: (() => void)[] = [];
  const args = ["--port", "0", "--data-dir", dataDir, "--empty", "--test-clock", options.start];
  args.push("--rate-limits", "off", "--profile", options.profile);
  args.push("--price-book", files.priceBook, "--tax-table", files.taxTable);
  const config = readConfig(args, {});
  if (config === "help") throw new Error("help was not asked for");
  const server = await withHeldTimers(ticks, () =>
    startServer(config, (line) => {
      if (line.level !== "info") log.push(JSON.stringify(line));
    }),
  );
  const text = await readFile(join(dataDir, "credentials.json"), "utf8");
  const credentials: Credentials = JSON.parse(text);
  const database = await connect(dataDir);
  const http = new HttpClient(server.origin);
  return {
    credentials,
    http,
    database,
    takeLog: () => log.splice(0),
    tick: async () => {
      const before = await readSeen(database);
      for (const run of ticks) run();
      await until(async () => (await readSeen(database)) !== before);
    },
    stop: async () => {
      http.close();
      await database.end();
      await stopServer(server);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function stopServer(server: RunningServer): Promise<void> {
  await server.stop();
}

/** Runs `start` with timers of the scheduler's interval collected instead of started. */
async function withHeldTimers<T>(ticks: (() => void)[], start: () => Promise<T>): Promise<T> {
  const original = globalThis.setInterval;
  const held = (work: () => void, ms?: number) => {
    if (ms !== SCHEDULER_MS) return original(work, ms);
    ticks.push(work);
    return original(() => undefined, NEVER_MS);
  };
  globalThis.setInterval = held as typeof globalThis.setInterval;
  try {
    return await start();
  } finally {
    globalThis.setInterval = original;
  }
}

/** When the server's background work last said that it lives. */
async function readSeen(database: pg.Client): Promise<string> {
  const { rows } = await database.query("select seen_at::text as seen from clock");
  return rows[0]?.seen ?? "";
}

/** Asks again and again, for some seconds at most. */
export async function until(isDone: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await isDone())) {
    if (performance.now() - begun > PATIENCE_MS) throw new Error("nothing came of a long wait");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const PATIENCE_MS = 20_000;

/** A connection of our own to the server's private PostgreSQL, as its administrator. */
async function connect(dataDir: string): Promise<pg.Client> {
  const note = join(dataDir, "postgres/location.json");
  const { base }: { base?: string } = JSON.parse(await readFile(note, "utf8"));
  const cluster = join(base ?? join(dataDir, "postgres"), "server/data");
  const lines = (await readFile(join(cluster, "postmaster.pid"), "utf8")).split("\n");
  const [port, host] = [Number(lines[3]), lines[4] ?? ""];
  const database = new pg.Client({ host, port, user: "postgres", database: "paymaster" });
  await database.connect();
  await database.query("set timezone to 'UTC'");
  return database;
}
