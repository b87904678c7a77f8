/**
 * Time passes: everything that falls due on the way runs on its own day, in order. The test clock is moved
 * by the operator; on any clock the scheduler calls `catchUp` as days go by.
 */
import type { CivilDate } from "@paymaster/engine";
import { withLock } from "../database/lock.js";
import type { Pool } from "../database/pool.js";
import { type BillingServices, createBillRun } from "./bill-run.js";
import { nextMonthEnd, recogniseRevenue } from "./revenue.js";
import { type WorkOptions, workBillRun } from "./work-bill-run.js";

/** Serialises the passing of time among processes: days are lived through once and in order. */
export const TIME_LOCK = 7_402_118_355;

export interface TimePassed {
  readonly invoicesPosted: number;
}

/** A clock that this module may move to the days on which something falls due. */
export interface MovableClock {
  today(): CivilDate;
  nowMs(): number;
  moveTo(serviceMs: number): void | Promise<void>;
}

/**
 * Moves the clock to `target`, stopping at 00:00 UTC of every day on which something falls due, and of the
 * first of a month while there is revenue to recognise.
 * @param target milliseconds since 1970, or what finds them once nobody else moves the clock
 */
export async function advanceClock(
  services: BillingServices,
  clock: MovableClock,
  target: number | (() => Promise<number>),
): Promise<TimePassed> {
  return withLock(services.pool, TIME_LOCK, async () => {
    const toMs = typeof target === "number" ? target : await target();
    const last = new Date(toMs).toISOString().slice(0, 10);
    let invoicesPosted = 0;
    let after: CivilDate | null = null;
    for (;;) {
      const due = await nextStop(services.pool, after);
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
export async function catchUp(
  services: BillingServices,
  options: WorkOptions = {},
): Promise<TimePassed> {
  const due = await nextStop(services.pool, null);
  if (due === null || due > services.clock.today()) return { invoicesPosted: 0 };
  return withLock(services.pool, TIME_LOCK, async () => ({
    invoicesPosted: await runDay(services, "scheduler", options),
  }));
}

/** The month that ended first, then what falls due today. */
async function runDay(
  services: BillingServices,
  startedBy: string,
  options: WorkOptions = {},
): Promise<number> {
  const today = services.clock.today();
  await recogniseRevenue(services, today);
  const due = await nextDueDate(services.pool, null);
  if (due === null || due > today) return 0;
  const run = await createBillRun(services, {
    mode: "post",
    targetDate: today,
    accountIds: null,
    startedBy,
  });
  return (await workBillRun(services, run.id, options)).invoices;
}

/** The first day after `after` on which there is anything to do. */
async function nextStop(pool: Pool, after: CivilDate | null): Promise<CivilDate | null> {
  const due = await nextDueDate(pool, after);
  const monthEnd = await nextMonthEnd(pool);
  if (due === null || monthEnd === null) return due ?? monthEnd;
  return due < monthEnd ? due : monthEnd;
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
