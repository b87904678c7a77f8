/**
 * Consolidated statements: a payer that wants them gets one from every posting bill run that invoiced any
 * of the accounts it pays for: a line an invoice, equal to their sum.
 */
import type { Queryable } from "../database/pool.js";
import type { BillRun } from "./bill-run.js";

/**
 * Makes the statements of a run whose last account is done, in the transaction that ends the run: all of
 * its invoices are there by then, from whichever process, and nobody ends it twice.
 */
export async function makeStatements(db: Queryable, run: BillRun, now: Date): Promise<void> {
  await db.query({
    name: "make-statements",
    text: `with lines as (
        select i.master_id, i.payer_id, i.currency, i.id, i.account_id, i.total_minor
        from accounts p
        join bill_run_accounts r on r.bill_run_id = $1 and r.master_id = p.master_id
        join invoices i on i.master_id = r.master_id and i.id = r.invoice_id
          -- Either row names the other by its whole key: PostgreSQL knows nothing of the run's rows yet,
          -- and by a part of the key it would read all of them for each invoice.
          and i.account_id = r.account_id
        where p.consolidated_statements and i.payer_id = p.id and i.account_id <> i.payer_id
      ), made as (
        insert into statements (master_id, id, payer_id, bill_run_id, statement_date, currency,
            total_minor, invoices, created_at)
          select master_id, replace(gen_random_uuid()::text, '-', ''), payer_id, $1, $2, currency,
            sum(total_minor), count(*), $3
          from lines group by master_id, payer_id, currency
          returning master_id, id, payer_id, currency
      )
      insert into statement_lines (master_id, statement_id, invoice_id, account_id, total_minor)
        select l.master_id, m.id, l.id, l.account_id, l.total_minor
        from lines l join made m using (master_id, payer_id, currency)`,
    values: [run.id, run.runDate, now],
  });
}
