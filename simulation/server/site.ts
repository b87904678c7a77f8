/** Where a world lives: a database, and two servers on it, as a company would run them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WireProfile } from "@paymaster/contract";
import type pg from "pg";
import type { Databases } from "./databases.js";
import { Instance } from "./instance.js";

export interface SiteOptions {
  readonly profile: WireProfile;
  readonly start: string;
  readonly priceBook: unknown;
  readonly taxTable: unknown;
}

export interface Site {
  readonly servers: readonly [Instance, Instance];
  /** Reads what the wire does not show. */
  readonly database: pg.Client;
  /** Lines that the servers logged as warnings or errors since the last call. */
  takeLog(): string[];
  stop(): Promise<void>;
}

export async function openSite(databases: Databases, options: SiteOptions): Promise<Site> {
  const made = await databases.create();
  const { directory } = made;
  const priceBook = join(directory, "prices.json");
  const taxTable = join(directory, "taxes.json");
  await writeFile(priceBook, JSON.stringify(options.priceBook));
  await writeFile(taxTable, JSON.stringify(options.taxTable));
  const log: string[] = [];
  const start = (name: string) =>
    Instance.open({
      name,
      databaseUrl: made.url(name),
      dataDir: join(directory, name),
      profile: options.profile,
      start: options.start,
      priceBook,
      taxTable,
      onLog: (line) => log.push(line),
    });
  const servers = [await start("first"), await start("second")] as const;
  const database = await made.connect();
  await database.query("set timezone to 'UTC'");
  return {
    servers,
    database,
    takeLog: () => log.splice(0),
    stop: async () => {
      for (const server of servers) await server.stop();
      await database.end();
      await made.drop();
    },
  };
}

const PATIENCE_MS = 30_000;

/** Asks again and again, for some seconds at most. */
export async function until(what: string, isDone: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await isDone())) {
    if (performance.now() - begun > PATIENCE_MS) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
