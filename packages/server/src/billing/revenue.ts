/**
 * Revenue recognised by day at month end: what was charged in advance moves from deferred revenue to
 * revenue as its days pass, one posting for an invoice and month. The engine's `revenueRecognised` states
 * the rule; here it is one statement for thousands of invoices, and a test holds the two together.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { CivilDate } from "@paymaster/engine";
import { type Pool, type Queryable, transaction } from "../database/pool.js";
import type { BillingServices } from "./bill-run.js";

/** Invoices recognised in one transaction. */
const BATCH_SIZE = 2_000;
/** How often to look whether another process has finished its part. */
const WAIT_MS = 25;

/**
 * Every day before the month of `today` is recognised when this returns, by whichever process. Each month
 * has a posting of its own, dated on its last day: `revenue:<invoice>:2026-03`. Days before the month of
 * the invoice belong to that month, since nothing was on the books before. Repeating it changes nothing.
 */
export async function recogniseRevenue(
  { pool, clock }: Pick<BillingServices, "pool" | "clock">,
  today: CivilDate,
): Promise<void> {
  const through = `${today.slice(0, 8)}01`;
  while (await hasUnrecognised(pool, through)) {
    const invoices = await transaction(pool, (connection) =>
      recogniseBatch(connection, through, clock.now()),
    );
    if (invoices === 0) await sleep(WAIT_MS);
  }
}

/** The first day on which there is revenue of a month that has ended; null: none is deferred. */
export async function nextMonthEnd(pool: Pool): Promise<CivilDate | null> {
  const { rows } = await pool.query({
    name: "next-month-end",
    text: `select (min(next_month) + interval '1 month')::date as due from revenue_schedules`,
  });
  return rows[0]?.due ?? null;
}

async function hasUnrecognised(db: Queryable, through: CivilDate): Promise<boolean> {
  const { rows } = await db.query({
    name: "has-unrecognised-revenue",
    text: "select exists (select 1 from revenue_schedules where next_month < $1) as some",
    values: [through],
  });
  return rows[0]?.some === true;
}

/** Returns the number of invoices that it claimed. */
async function recogniseBatch(db: Queryable, through: CivilDate, now: Date): Promise<number> {
  const { rows } = await db.query({
    name: "recognise-revenue",
    text: RECOGNISE,
    values: [through, BATCH_SIZE, now],
  });
  return rows[0]?.invoices ?? 0;
}

const RECOGNISE = `
  with due as (
    select master_id, invoice_id, next_month, until from revenue_schedules
    where next_month < $1
    order by next_month, master_id, invoice_id limit $2 for update skip locked
  ), months as (
    select d.master_id, d.invoice_id, i.account_id, i.currency,
      m.month::date as month, (m.month + interval '1 month')::date as month_end,
      m.month = date_trunc('month', i.invoice_date) as is_first
    from due d
    join invoices i on i.master_id = d.master_id and i.id = d.invoice_id
    cross join lateral generate_series(
      d.next_month::timestamp, $1::date - interval '1 month', interval '1 month') as m (month)
    where m.month < d.until or m.month = date_trunc('month', i.invoice_date)
  ), earned as (
    select m.master_id, m.invoice_id, m.account_id, m.currency, m.month, m.month_end,
      sum(earned_minor(l.amount_minor, l.start_date, l.end_date, m.month_end)
        - case when m.is_first then 0
            else earned_minor(l.amount_minor, l.start_date, l.end_date, m.month) end)::bigint as amount
    from months m
    join invoice_lines l on l.master_id = m.master_id and l.invoice_id = m.invoice_id
    where l.charge_type = 'Recurring'
    group by m.master_id, m.invoice_id, m.account_id, m.currency, m.month, m.month_end
  ), posted as (
    insert into ledger_entries (master_id, posting, entry, account_id, ledger_account, amount_minor,
        currency, effective_date, invoice_id, created_at)
      select e.master_id, 'revenue:' || e.invoice_id || ':' || to_char(e.month, 'YYYY-MM'), s.entry,
        e.account_id, s.ledger_account, s.side * e.amount, e.currency, e.month_end - 1, e.invoice_id, $3
      from earned e
      cross join (values (1, 'deferred_revenue', 1), (2, 'revenue', -1))
        as s (entry, ledger_account, side)
      where e.amount <> 0
  ), finished as (
    delete from revenue_schedules s using due d
      where s.master_id = d.master_id and s.invoice_id = d.invoice_id and d.until <= $1
  ), moved as (
    update revenue_schedules s set next_month = $1 from due d
      where s.master_id = d.master_id and s.invoice_id = d.invoice_id and d.until > $1
  )
  select count(*)::int as invoices from due`;
