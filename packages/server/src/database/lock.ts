/** Locks that span transactions: what only one of all processes may be at, and within each only one call. */

import { type Connection, OverloadedError, type Pool } from "./pool.js";

/** Calls of one process that wait for their turn at a lock; the next one is refused (503). */
export const MAX_WAITING_FOR_LOCK = 32;

/**
 * Runs `work` while nobody else holds `lock`. Calls of one process come one after the other before they take
 * a connection: however many wait, whoever has the lock finds connections for its work, and so do others.
 * A transaction holds the lock, not the session: behind a pooler the next statement of a session may reach
 * another one. It does nothing else and keeps no snapshot, so however long it takes it is in nobody's way.
 * @param work gets the connection of that transaction; what it does there is committed at the end
 */
export function withLock<T>(
  pool: Pool,
  lock: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return inTurn(lineOf(pool, lock), () => holdingLock(pool, lock, work));
}

interface Line {
  /** Calls that have their turn or wait for it. */
  length: number;
  /** Settles, and never fails, when the last of them is done. */
  end: Promise<unknown>;
}

const lines = new WeakMap<Pool, Map<number, Line>>();

function lineOf(pool: Pool, lock: number): Line {
  const ofPool = lines.get(pool) ?? new Map<number, Line>();
  const line = ofPool.get(lock) ?? { length: 0, end: Promise.resolve() };
  lines.set(pool, ofPool.set(lock, line));
  return line;
}

async function inTurn<T>(line: Line, work: () => Promise<T>): Promise<T> {
  if (line.length > MAX_WAITING_FOR_LOCK) throw new OverloadedError();
  line.length += 1;
  const done = line.end.then(work);
  line.end = done.catch(() => undefined);
  try {
    return await done;
  } finally {
    line.length -= 1;
  }
}

async function holdingLock<T>(
  pool: Pool,
  lock: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect();
  let broken: Error | undefined;
  try {
    await connection.query("begin");
    await connection.query("set local idle_in_transaction_session_timeout = 0");
    await connection.query("select pg_advisory_xact_lock($1)", [lock]);
    const result = await work(connection);
    await connection.query("commit");
    return result;
  } catch (error) {
    await connection.query("rollback").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    connection.release(broken);
  }
}
