/** The local store: a SQLite file, opened, brought to the present schema, and kept for one master. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Database, isBusy, openDatabase } from "./driver.js";
import { SCHEMA_VERSIONS } from "./schema.js";

/** The file cannot be used as it is; the message says what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

export interface Store {
  readonly path: string;
  readonly database: Database;
  close(): void;
}

const BUSY_WAIT_MS = 10_000;
/** Tells the file from other people's SQLite files: "pmfl". */
const APPLICATION_ID = 0x706d666c;

/** For a plan without a store: nothing is kept. */
export const MEMORY = ":memory:";

export interface OpenOptions {
  /** false: a file that is not there is an error, for commands that only read. Default true. */
  readonly create?: boolean;
}

/** @throws StoreError when the file is missing, none of ours, or of a newer version */
export function openStore(path: string, { create = true }: OpenOptions = {}): Store {
  const file = path === MEMORY ? path : resolve(path);
  if (!create && !existsSync(file)) {
    throw new StoreError(`there is no store at ${file}; paymaster fleet sync makes it`);
  }
  const database = open(file);
  try {
    migrate(file, database);
  } catch (error) {
    database.close();
    throw asStoreError(file, error);
  }
  return { path: file, database, close: () => database.close() };
}

function open(file: string): Database {
  try {
    if (file !== MEMORY) mkdirSync(dirname(file), { recursive: true });
    const database = openDatabase(file, BUSY_WAIT_MS);
    // NORMAL: a kill loses nothing, a power failure at most what was read last, which is then read again.
    for (const pragma of ["journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"]) {
      database.all(`PRAGMA ${pragma}`);
    }
    return database;
  } catch (error) {
    throw asStoreError(file, error);
  }
}

function migrate(file: string, database: Database): void {
  if (versionOf(database) === SCHEMA_VERSIONS.length) return;
  database.transaction(() => {
    const version = versionOf(database);
    if (version === 0 && hasTables(database)) {
      throw new StoreError(`${file} is a SQLite file, but no store of paymaster fleet`);
    }
    if (version > SCHEMA_VERSIONS.length) {
      throw new StoreError(
        `${file} is of version ${version}, made by a newer paymaster; this one knows ${SCHEMA_VERSIONS.length}`,
      );
    }
    for (const sql of SCHEMA_VERSIONS.slice(version)) database.exec(sql);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSIONS.length}`);
  });
}

function versionOf(database: Database): number {
  return database.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
}

function hasTables(database: Database): boolean {
  return database.get("SELECT 1 FROM sqlite_master LIMIT 1") !== undefined;
}

function asStoreError(file: string, error: unknown): Error {
  if (error instanceof StoreError) return error;
  if (isBusy(error)) return new StoreError(`${file} is in use by another program`);
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError(`${file} cannot be opened: ${reason}`);
}

/**
 * Keeps other syncs out until `release` or until this process ends, however it ends: the lock is a
 * transaction on a file of its own beside the store, which the system takes back.
 * @throws StoreError when another process holds it
 */
export function lockForSync(store: Store): { release(): void } {
  if (store.path === MEMORY) return { release() {} };
  const path = `${store.path}.lock`;
  const database = openDatabase(path, 0);
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw asStoreError(path, error);
    throw new StoreError(`another sync or download uses ${store.path}; wait for its end`);
  }
  return { release: () => database.close() };
}

/**
 * A store holds the accounts of one master of one service.
 * @throws StoreError when it is somebody else's
 */
export function claimStore(store: Store, baseUrl: string, masterId: string): void {
  const { database } = store;
  const owner = ownerOf(store);
  if (owner === undefined) {
    database.run("INSERT INTO owner (base_url, master_id) VALUES (?, ?)", [baseUrl, masterId]);
    return;
  }
  if (owner.masterId === masterId && owner.baseUrl === baseUrl) return;
  throw new StoreError(
    `${store.path} holds the accounts of master ${owner.masterId} at ${owner.baseUrl}, ` +
      `not of ${masterId} at ${baseUrl}; name another file`,
  );
}

export interface Owner {
  readonly baseUrl: string;
  readonly masterId: string;
  readonly clockAheadMs: number;
}

/** undefined: nothing was synced into it yet. */
export function ownerOf({ database }: Store): Owner | undefined {
  return database.get(
    `SELECT base_url AS "baseUrl", master_id AS "masterId", clock_ahead_ms AS "clockAheadMs"
     FROM owner`,
  );
}

/** Clocks that differ by less are the same one, shown a little late. */
const SAME_CLOCK_MS = 60_000;

/** Reports know only this machine's time; the service may be on a test clock. */
export function noteClock({ database }: Store, serviceMs: number, localMs: number): void {
  const aheadMs = Math.round(serviceMs - localMs);
  const noted = Math.abs(aheadMs) < SAME_CLOCK_MS ? 0 : aheadMs;
  database.run("UPDATE owner SET clock_ahead_ms = ?", [noted]);
}
