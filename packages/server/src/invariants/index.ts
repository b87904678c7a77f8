/**
 * Invariants of the books, each one query that finds what breaks it. Read-only, in one snapshot, without
 * a lock: may run at any time on a live system.
 */
import type { Pool } from "../database/pool.js";
import { invariants } from "./rules.js";

export interface InvariantCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What the rule says, and the first offenders if there are any. */
  readonly detail: string;
}

const MAX_SHOWN = 5;
const TIMEOUT_MS = 120_000;

export async function checkInvariants(pool: Pool): Promise<InvariantCheck[]> {
  const connection = await pool.connect();
  try {
    await connection.query("begin isolation level repeatable read read only");
    await connection.query(`set local statement_timeout = ${TIMEOUT_MS}`);
    const checks: InvariantCheck[] = [];
    for (const { name, rule, sql } of invariants) {
      const { rows } = await connection.query(`${sql} limit ${MAX_SHOWN}`);
      const offenders = rows.map((row) => row.offender).join("; ");
      checks.push({ name, ok: rows.length === 0, detail: offenders === "" ? rule : offenders });
    }
    return checks;
  } finally {
    await connection.query("rollback").catch(() => undefined);
    connection.release();
  }
}
