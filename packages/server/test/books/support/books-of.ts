/**
 * The books of a database, without what may differ between two runs that did the same: ids, the order in
 * which accounts got their numbers, instants.
 */
import type { Pool } from "../../../src/database/pool.js";

const PARTS = {
  items: `select account_id, number, plan_type, hosts, unit_price_minor, period_start, period_end, status
    from subscription_items order by account_id, number`,
  accounts: `select id, next_due_date, credit_minor, next_item_number, usage from accounts order by id`,
  invoices: `select account_id, payer_id, status, currency, invoice_date, target_date, due_date,
      net_minor, tax_minor, total_minor, balance_minor
    from invoices order by account_id, invoice_date, total_minor`,
  lines: `select account_id, item_number, start_date, end_date, reason, quantity, amount_minor,
      tax_minor, voided, derivation
    from invoice_lines order by account_id, item_number, start_date, reason, voided`,
  ledger: `select account_id, ledger_account, split_part(posting, ':', 1) as event, effective_date,
      count(*) as entries, sum(amount_minor) as amount
    from ledger_entries group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  numbers: `select master_id, count(*) as n, min(number) as low, max(number) as high
    from invoices group by 1 order by 1`,
  statements: `select s.payer_id, s.statement_date, s.total_minor, s.invoices,
      (select count(*) from statement_lines l where l.statement_id = s.id) as lines
    from statements s order by 1, 2`,
  audit: `select account_id, item_number, event, count(*) as n from audit_log
    where account_id <> 'service'
    group by 1, 2, 3 order by 1, 2, 3`,
  schedules: `select i.account_id, s.next_month, s.until from revenue_schedules s
    join invoices i on i.id = s.invoice_id order by 1, 2, 3`,
} as const;

export async function booksOf(pool: Pool): Promise<Record<string, unknown[]>> {
  const books: Record<string, unknown[]> = {};
  for (const [part, sql] of Object.entries(PARTS)) books[part] = (await pool.query(sql)).rows;
  return books;
}
