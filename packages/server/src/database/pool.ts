/** The connection pool, how PostgreSQL's types come in, and transactions. */
import pg from "pg";
import { allAnswers, setPipelining, takeLeft } from "./pipelining.js";
import { isTimeout, NoPrimaryError, Primary, primaryClient } from "./primary.js";
import type { DatabaseUrl } from "./url.js";

export type Pool = pg.Pool;
export type Connection = pg.PoolClient;
/** What can run a query: the pool, or a connection inside a transaction. */
export type Queryable = Pick<pg.Pool, "query">;

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/** Amounts and counters stay exact: a bigint beyond the safe integers is an error, never rounded. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of range: ${text}`);
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format !== "binary") {
      if (oid === INT8) return parseInt8;
      // Civil dates stay strings: a Date would bring a time zone into billing.
      if (oid === DATE) return (text: string) => text;
      if (oid === TIMESTAMPTZ) return (text: string) => new Date(text);
    }
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig["getTypeParser"],
};

/** Whoever would wait behind so many others is refused (503): nothing is queued without end. */
export const MAX_WAITING = 1_000;

class BoundedPool extends pg.Pool {
  /** As the driver's own: with a callback, or answering with a promise. */
  override connect(...args: unknown[]): never {
    if (this.waitingCount < MAX_WAITING) return Reflect.apply(super.connect, this, args) as never;
    const [callback] = args;
    if (typeof callback !== "function") return Promise.reject(new OverloadedError()) as never;
    process.nextTick(callback, new OverloadedError(), undefined, () => undefined);
    return undefined as never;
  }
}

export type PoolConfig = pg.PoolConfig & { readonly Client?: typeof pg.Client };

export function createPool(config: PoolConfig): Pool {
  const pool = new BoundedPool({
    max: 16,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    application_name: "paymaster",
    ...config,
    types,
  });
  // A connection that breaks must not end the process, neither when it is idle nor when a transaction
  // holds it (the pool listens only while it is idle): whoever uses it gets the error of its query.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Connects to the database that a DATABASE_URL names, wherever it takes writes at the time. */
export function urlConfig({ urls, mustBeWritable, preparedStatements }: DatabaseUrl): PoolConfig {
  const Client = preparedStatements ? pg.Client : unnamedClient(pg.Client);
  return {
    connectionString: urls[0],
    Client: mustBeWritable ? primaryClient(new Primary(urls), Client) : Client,
  };
}

/** Sends every statement unnamed: a pooler gives each transaction another of its connections. */
function unnamedClient(Client: typeof pg.Client): typeof pg.Client {
  return class extends Client {
    override query(...args: unknown[]): never {
      const [query, ...rest] = args;
      const isNamed = typeof query === "object" && query !== null && "name" in query;
      const unnamed = isNamed ? { ...query, name: undefined } : query;
      return Reflect.apply(super.query, this, [unnamed, ...rest]) as never;
    }
  };
}

export class OverloadedError extends Error {
  constructor() {
    super("The database has more work waiting than this server accepts.");
    this.name = "OverloadedError";
  }
}

/**
 * Runs `work` in one transaction (READ COMMITTED) and commits, or rolls back when it throws. A deadlock
 * or a serialization failure is tried again a few times, since nothing was written.
 */
export function transaction<T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return transact(pool, work, false);
}

/**
 * The same for few rows and many statements, which go out together where `work` lets them (`inOrder`).
 * Nothing is copied there.
 */
export function pipelinedTransaction<T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return transact(pool, work, true);
}

async function transact<T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
  isPipelined: boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const connection = await pool.connect();
    setPipelining(connection, isPipelined);
    let broken: Error | undefined;
    try {
      const begun = connection.query("begin");
      // One that fails has lost its connection, and so have the statements behind it.
      if (isPipelined) begun.catch(() => undefined);
      else await begun;
      const result = await work(connection);
      const committed = connection.query("commit");
      await allAnswers([...takeLeft(connection), committed]);
      // Of a transaction that is aborted a commit says ROLLBACK, and no error.
      if ((await committed).command !== "COMMIT") throw new Error("a transaction was rolled back");
      return result;
    } catch (thrown) {
      // What was left to the commit comes before what failed, and may be why.
      const error = await allAnswers(takeLeft(connection)).then(
        () => thrown,
        (earlier) => earlier,
      );
      await connection.query("rollback").catch((failure: Error) => {
        broken = failure;
      });
      if (attempt < 4 && isTransient(error)) continue;
      // Of a server that goes away, or has become a standby: of no use to the next one.
      if (isUnavailable(error)) broken ??= error as Error;
      throw error;
    } finally {
      setPipelining(connection, false);
      connection.release(broken);
    }
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

function isTransient(error: unknown): boolean {
  const code = sqlState(error);
  return code === "40P01" || code === "40001";
}

/** Whether `error` says that the database cannot be reached or is going away (answered with 503). */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof OverloadedError || error instanceof NoPrimaryError) return true;
  const code = sqlState(error);
  if (code !== undefined) return SYSTEM_CODES.has(code) || SQL_STATES.test(code);
  return error instanceof Error && (isTimeout(error) || CONNECTION_LOST.test(error.message));
}

/** Whether nobody answered in time: a refusal is an answer. */
export function isSilence(error: unknown): boolean {
  if (error instanceof NoPrimaryError) return error.isSilence;
  return error instanceof Error && sqlState(error) === undefined && isTimeout(error);
}

/** The driver's own errors have no code. */
const CONNECTION_LOST = /Connection terminated|not queryable/i;
const SYSTEM_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  // No file descriptor left for another connection.
  "EMFILE",
  "ENFILE",
]);
/**
 * Connection exceptions, resources (a full disk among them), operator intervention (shutdown, start-up),
 * system errors; a transaction ended for idling, a standby that writes nothing, and a database that was
 * told to take no connections.
 */
const SQL_STATES = /^(08|53|57P|58)|^(25P03|25006|55000)$/;

/** Whether `error` is the violation of the named unique index or constraint. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    sqlState(error) === "23505" &&
    error instanceof Error &&
    "constraint" in error &&
    error.constraint === constraint
  );
}
