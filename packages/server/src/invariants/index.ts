/**
 * Invariants of the books, each one query that finds what breaks it. Read-only, in one snapshot, without
 * a lock: may run at any time on a live system.
 */
import { type Connection, isUnavailable, type Pool } from "../database/pool.js";
import type { Invariant } from "./invariant.js";
import { invariants } from "./rules.js";

export interface InvariantCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What the rule says; if it is broken, the first offenders; or why it could not be checked. */
  readonly detail: string;
}

const MAX_SHOWN = 5;
/** For each rule. */
const TIMEOUT_MS = 120_000;

/** @param signal breaks off between two rules: then this rejects with its reason */
export async function checkInvariants(pool: Pool, signal?: AbortSignal): Promise<InvariantCheck[]> {
  const connection = await pool.connect();
  try {
    await connection.query("begin isolation level repeatable read read only");
    // Whole tables are read: memory to do it in one pass; compiling would take longer than reading.
    await connection.query(
      `select set_config('statement_timeout', '${TIMEOUT_MS}', true),
        set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`,
    );
    const checks: InvariantCheck[] = [];
    for (const invariant of invariants) {
      signal?.throwIfAborted();
      checks.push(await check(connection, invariant));
    }
    return checks;
  } finally {
    await connection.query("rollback").catch(() => undefined);
    connection.release();
  }
}

async function check(
  connection: Connection,
  { name, rule, sql }: Invariant,
): Promise<InvariantCheck> {
  await connection.query("savepoint rule");
  try {
    const { rows } = await connection.query(`${sql} limit ${MAX_SHOWN}`);
    const offenders = rows.map((row) => row.offender).join("; ");
    return { name, ok: rows.length === 0, detail: rows.length === 0 ? rule : offenders };
  } catch (error) {
    // A rule that cannot be checked (time, or a row that cannot be read) is not one that holds.
    if (isUnavailable(error)) throw error;
    await connection.query("rollback to savepoint rule");
    return { name, ok: false, detail: `Could not be checked: ${String(error)}` };
  }
}
