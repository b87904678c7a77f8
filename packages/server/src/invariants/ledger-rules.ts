/** Rules of the ledger: postings, and what it must agree with. */
import type { Invariant } from "./invariant.js";

export const ledgerRules: readonly Invariant[] = [
  {
    name: "books_balance",
    rule: "The entries of every posting, and so of every currency, sum to zero.",
    sql: `select 'posting ' || posting || ' is off by ' || sum(amount_minor) as offender
      from ledger_entries group by master_id, posting, currency having sum(amount_minor) <> 0`,
  },
  {
    name: "balance_is_its_receivable",
    rule: "The balance of an invoice is the sum of its receivable entries.",
    sql: `select 'invoice ' || i.id as offender from invoices i
      left join (
        select master_id, invoice_id, sum(amount_minor) as open from ledger_entries
        where ledger_account = 'receivable' group by master_id, invoice_id) e
        on e.master_id = i.master_id and e.invoice_id = i.id
      where coalesce(e.open, 0) <> i.balance_minor`,
  },
  {
    name: "credit_is_its_entries",
    rule: "A payer's credit is the sum of its customer credit entries.",
    sql: `select 'account ' || a.id || ' has credit ' || a.credit_minor as offender from accounts a
      left join (
        select master_id, account_id, -sum(amount_minor) as credit from ledger_entries
        where ledger_account = 'customer_credit' group by master_id, account_id) e
        on e.master_id = a.master_id and e.account_id = a.id
      where a.credit_minor <> coalesce(e.credit, 0)`,
  },
  {
    name: "payment_is_what_it_settled",
    rule: "A payment is its cash, and what it settled plus what it left over as credit.",
    sql: `select 'payment ' || p.id as offender from payments p
      left join (
        select master_id, payment_id, sum(amount_minor) as applied from applications
        where payment_id is not null group by master_id, payment_id) x
        on x.master_id = p.master_id and x.payment_id = p.id
      left join (
        select master_id, posting, sum(amount_minor) as cash from ledger_entries
        where ledger_account = 'cash' group by master_id, posting) e
        on e.master_id = p.master_id and e.posting = 'payment:' || p.id
      where p.amount_minor <> coalesce(x.applied, 0) + p.credit_minor
        or p.amount_minor is distinct from e.cash`,
  },
  {
    name: "tax_is_that_of_the_invoices",
    rule: "The tax payable for an invoice is its tax, and nothing once it is cancelled.",
    sql: `select 'invoice ' || i.id as offender from invoices i
      left join (
        select master_id, invoice_id, -sum(amount_minor) as tax from ledger_entries
        where ledger_account = 'tax_payable' group by master_id, invoice_id) e
        on e.master_id = i.master_id and e.invoice_id = i.id
      where coalesce(e.tax, 0) <> case when i.status = 'Canceled' then 0 else i.tax_minor end`,
  },
  {
    name: "deferred_is_unearned",
    rule:
      "Of an invoice's net, what is earned by the last month end is revenue and the rest deferred; " +
      "of a cancelled one, neither.",
    sql: `select 'invoice ' || i.id as offender from invoices i
      left join (
        select master_id, invoice_id,
          -coalesce(sum(amount_minor) filter (where ledger_account = 'deferred_revenue'), 0) as deferred,
          -coalesce(sum(amount_minor) filter (where ledger_account = 'revenue'), 0) as revenue
        from ledger_entries where ledger_account in ('deferred_revenue', 'revenue')
        group by master_id, invoice_id) e
        on e.master_id = i.master_id and e.invoice_id = i.id
      left join (
        select l.master_id, l.invoice_id, sum(l.amount_minor - case
            when s.next_month = date_trunc('month', p.invoice_date) then 0
            else earned_minor(l.amount_minor, l.start_date, l.end_date, s.next_month) end) as unearned
        from revenue_schedules s
        join invoices p on p.master_id = s.master_id and p.id = s.invoice_id
        join invoice_lines l on l.master_id = s.master_id and l.invoice_id = s.invoice_id
        where l.charge_type = 'Recurring' group by l.master_id, l.invoice_id) u
        on u.master_id = i.master_id and u.invoice_id = i.id
      where coalesce(e.deferred, 0) <> coalesce(u.unearned, 0)
        or coalesce(e.deferred, 0) + coalesce(e.revenue, 0)
          <> case when i.status = 'Canceled' then 0 else i.net_minor end`,
  },
  {
    name: "cancelled_is_reversed",
    rule: "The entries of a cancelled invoice sum to zero on every account of the ledger.",
    sql: `select 'invoice ' || i.id || ' on ' || e.ledger_account as offender from invoices i
      join ledger_entries e on e.master_id = i.master_id and e.invoice_id = i.id
      where i.status = 'Canceled'
      group by i.master_id, i.id, e.ledger_account having sum(e.amount_minor) <> 0`,
  },
];
