/** The connection pool, how PostgreSQL's types come in, and transactions. */
import pg from "pg";

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

/** Waiting requests beyond this number are refused (503) instead of queued without end. */
export const MAX_WAITING = 1_000;

export function createPool(config: pg.PoolConfig): Pool {
  const pool = new pg.Pool({
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
export async function transaction<T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    if (pool.waitingCount >= MAX_WAITING) throw new OverloadedError();
    const connection = await pool.connect();
    let broken: Error | undefined;
    try {
      await connection.query("begin");
      const result = await work(connection);
      await connection.query("commit");
      return result;
    } catch (error) {
      await connection.query("rollback").catch((failure: Error) => {
        broken = failure;
      });
      if (attempt < 4 && isTransient(error)) continue;
      throw error;
    } finally {
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
  if (error instanceof OverloadedError) return true;
  const code = sqlState(error);
  if (code === undefined) {
    return (
      error instanceof Error &&
      /timeout exceeded when trying to connect|Connection terminated/i.test(error.message)
    );
  }
  return (
    ["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT", "ENOTFOUND"].includes(code) ||
    code.startsWith("08") ||
    code.startsWith("53") ||
    code.startsWith("57P") ||
    code === "25006"
  );
}

/** Whether `error` is the violation of the named unique index or constraint. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    sqlState(error) === "23505" &&
    error instanceof Error &&
    "constraint" in error &&
    error.constraint === constraint
  );
}
