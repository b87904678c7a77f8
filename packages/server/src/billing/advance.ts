/**
 * Time passes: everything that falls due on the way runs on its own day, in order. The test clock is moved
 * by the operator; on any clock the scheduler calls `catchUp` as days go by.
 */
import type { CivilDate } from "@paymaster/engine";
import type { Pool } from "../database/pool.js";
import { type BillingServices, createBillRun, workBillRun } from "./bill-run.js";

/** Serialises the passing of time among processes: days are lived through once and in order. */
const TIME_LOCK = 7_402_118_355;

export interface TimePassed {
  readonly invoicesPosted: number;
}

/** A clock that this module may move to the days on which something falls due. */
export interface MovableClock {
  today(): CivilDate;
  nowMs(): number;
  moveTo(serviceMs: number): void | Promise<void>;
}

/** Moves the clock to `toMs`, stopping at 00:00 UTC of every day on which something falls due. */
export async function advanceClock(
  services: BillingServices,
  clock: MovableClock,
  toMs: number,
): Promise<TimePassed> {
  return withTimeLock(services.pool, async () => {
    const last = new Date(toMs).toISOString().slice(0, 10);
    let invoicesPosted = 0;
    let after: CivilDate | null = null;
    for (;;) {
      const due = await nextDueDate(services.pool, after);
      if (due === null || due > last) break;
      const startOfDayMs = Date.parse(`${due}T00:00:00Z`);
      if (startOfDayMs > clock.nowMs()) await clock.moveTo(startOfDayMs);
      invoicesPosted += await runDay(services, "clock");
      after = clock.today();
    }
    await clock.moveTo(toMs);
    return { invoicesPosted };
  });
}

/** Runs what is due up to today, if anything is; for start-up and for midnight. */
export async function catchUp(services: BillingServices): Promise<TimePassed> {
  const due = await nextDueDate(services.pool, null);
  if (due === null || due > services.clock.today()) return { invoicesPosted: 0 };
  return withTimeLock(services.pool, async () => ({
    invoicesPosted: await runDay(services, "scheduler"),
  }));
}

async function runDay(services: BillingServices, startedBy: string): Promise<number> {
  const run = await createBillRun(services, {
    mode: "post",
    targetDate: services.clock.today(),
    accountIds: null,
    startedBy,
  });
  return (await workBillRun(services, run.id)).invoices;
}

/** The first day after `after` on which any account has something due. */
async function nextDueDate(pool: Pool, after: CivilDate | null): Promise<CivilDate | null> {
  const { rows } = await pool.query({
    name: "next-due-date",
    text: `select min(next_due_date) as due from accounts
      where next_due_date > coalesce($1::date, '-infinity') and disassociated_at is null`,
    values: [after],
  });
  return rows[0]?.due ?? null;
}

async function withTimeLock<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  try {
    await connection.query("select pg_advisory_lock($1)", [TIME_LOCK]);
    try {
      return await work();
    } finally {
      await connection.query("select pg_advisory_unlock($1)", [TIME_LOCK]);
    }
  } finally {
    connection.release();
  }
}
