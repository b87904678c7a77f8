/** The database of this server: the one that DATABASE_URL names, or a private PostgreSQL. */
import { ConfigError, type ServerConfig } from "../config.js";
import { isHalfMade } from "../installation.js";
import { startPrivatePostgres } from "../postgres/index.js";
import type { Log } from "../server.js";
import { migrate } from "./migrate.js";
import { createPool, type Pool, urlConfig } from "./pool.js";
import { parseDatabaseUrl } from "./url.js";
import { watchDatabase } from "./watchdog.js";

export interface Database {
  readonly pool: Pool;
  /** True for the private PostgreSQL, which nobody else uses. */
  readonly isPrivate: boolean;
  /** Settles when the database is gone for good. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

export async function openDatabase(
  config: ServerConfig,
  dataDir: string,
  log: Log,
  signal?: AbortSignal,
): Promise<Database> {
  if (config.databaseUrl !== null) return openUrl(config.databaseUrl);
  const postgres = await startPrivatePostgres({
    dataDir,
    log: (message) => log({ level: "info", message }),
    ...(signal === undefined ? {} : { signal }),
  });
  const pool = createPool({ ...postgres.connection });
  const watchdog = watchDatabase(pool, { ...postgres.connection });
  const close = async () => {
    await watchdog.stop();
    await pool.end();
    await postgres.stop();
  };
  try {
    await migrate(pool);
    if (await isHalfMade(pool)) {
      log({ level: "warn", message: "The first start was broken off; its database is made anew." });
      await pool.query("drop schema public cascade");
      await pool.query("create schema public");
      await migrate(pool);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { pool, isPrivate: true, failed: postgres.failure, close };
}

async function openUrl(text: string): Promise<Database> {
  const url = parseDatabaseUrl(text);
  if ("problem" in url) throw new ConfigError(url.problem);
  const config = urlConfig(url);
  const pool = createPool(config);
  const watchdog = watchDatabase(pool, config);
  const close = async () => {
    await watchdog.stop();
    await pool.end();
  };
  try {
    await migrate(pool);
  } catch (error) {
    await close();
    throw new Error(`DATABASE_URL: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return { pool, isPrivate: false, failed: new Promise(() => undefined), close };
}
