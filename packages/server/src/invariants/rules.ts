/** The rules. Each query gives one row, `offender`, for everything that breaks its rule. */
export interface Invariant {
  readonly name: string;
  readonly rule: string;
  readonly sql: string;
}

export const invariants: readonly Invariant[] = [
  {
    name: "books_balance",
    rule: "The entries of every posting, and so of every currency, sum to zero.",
    sql: `select 'posting ' || posting || ' is off by ' || sum(amount_minor) as offender
      from ledger_entries group by master_id, posting, currency having sum(amount_minor) <> 0`,
  },
  {
    name: "invoice_total_is_its_lines",
    rule: "An invoice's net is the sum of its lines, and its total the net plus the lines' tax.",
    sql: `select 'invoice ' || i.id as offender from invoices i
      left join lateral (
        select coalesce(sum(amount_minor), 0) as net, coalesce(sum(tax_minor), 0) as tax
        from invoice_lines l where l.master_id = i.master_id and l.invoice_id = i.id) s on true
      where s.net <> i.net_minor or s.tax <> i.tax_minor or i.total_minor <> i.net_minor + i.tax_minor`,
  },
  {
    name: "balance_is_total_less_applied",
    rule: "The balance of a posted invoice is its total less what was applied, and never below zero.",
    sql: `select 'invoice ' || i.id || ' has balance ' || i.balance_minor as offender from invoices i
      left join lateral (
        select coalesce(sum(amount_minor), 0) as applied
        from applications a where a.master_id = i.master_id and a.invoice_id = i.id) s on true
      where i.balance_minor <> case
        when i.status = 'Canceled' then 0 else greatest(i.total_minor, 0) - s.applied end`,
  },
  {
    name: "balance_is_its_receivable",
    rule: "The balance of an invoice is the sum of its receivable entries.",
    sql: `select 'invoice ' || i.id as offender from invoices i
      left join lateral (
        select coalesce(sum(amount_minor), 0) as open from ledger_entries l
        where l.master_id = i.master_id and l.invoice_id = i.id
          and l.ledger_account = 'receivable') s on true
      where s.open <> i.balance_minor`,
  },
  {
    name: "credit_is_its_entries",
    rule: "A payer's credit is the sum of its customer credit entries.",
    sql: `select 'account ' || a.id || ' has credit ' || a.credit_minor as offender from accounts a
      left join (
        select master_id, account_id, -sum(amount_minor) as credit from ledger_entries
        where ledger_account = 'customer_credit' group by master_id, account_id) s
        on s.master_id = a.master_id and s.account_id = a.id
      where a.credit_minor <> coalesce(s.credit, 0)`,
  },
  {
    name: "statement_is_its_invoices",
    rule: "A consolidated statement equals the sum of its invoices.",
    sql: `select 'statement ' || s.id as offender from statements s
      left join lateral (
        select count(*) as n, coalesce(sum(l.total_minor), 0) as total,
          count(*) filter (where i.total_minor is distinct from l.total_minor) as differing
        from statement_lines l
        left join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
        where l.master_id = s.master_id and l.statement_id = s.id) x on true
      where x.n <> s.invoices or x.total <> s.total_minor or x.differing > 0`,
  },
  {
    name: "charged_once",
    rule: "Nothing is charged twice for the same item, start and reason.",
    sql: `select 'item ' || account_id || '/' || item_number || ' from ' || start_date || ' ' || reason
        as offender
      from invoice_lines where not voided
      group by master_id, account_id, item_number, start_date, reason having count(*) > 1`,
  },
  {
    name: "invoiced_days_are_one_run",
    rule: "The recurring charges of an item form one run of days without gap or overlap from its start.",
    sql: `select 'item ' || account_id || '/' || item_number || ' at ' || start_date as offender
      from (
        select r.*, i.start_date as item_start,
          lag(r.end_date) over (partition by r.master_id, r.account_id, r.item_number
            order by r.start_date) as previous_end
        from (
          select master_id, account_id, item_number, start_date, end_date
            from invoice_lines where not voided and reason = 'recurring'
          union all
          select master_id, account_id, (line ->> 'itemNumber')::int,
              (line ->> 'startDate')::date, (line ->> 'endDate')::date
            from unbilled_charges where line ->> 'reason' = 'recurring') r
        join subscription_items i on i.master_id = r.master_id
          and i.account_id = r.account_id and i.number = r.item_number) runs
      where start_date <> coalesce(previous_end, item_start)`,
  },
  {
    name: "next_invoice_date_is_end_of_run",
    rule: "The next invoice date of a running item is the end of its invoiced days.",
    sql: `select 'item ' || i.account_id || '/' || i.number as offender from subscription_items i
      join lateral (
        select max(end_date) as through from (
          select end_date from invoice_lines l where l.master_id = i.master_id
            and l.account_id = i.account_id and l.item_number = i.number
            and not l.voided and l.reason = 'recurring'
          union all
          select (line ->> 'endDate')::date from unbilled_charges u
            where u.master_id = i.master_id and u.account_id = i.account_id
              and (line ->> 'itemNumber')::int = i.number and line ->> 'reason' = 'recurring') d) s
        on true
      where i.status in ('active', 'cancel') and i.interval_months > 0 and not i.is_trial
        and s.through is distinct from i.period_end`,
  },
  {
    name: "invoice_numbers_are_gapless",
    rule: "The invoice numbers of a master run from 1 to the last one given out without a gap.",
    sql: `select 'master ' || master_id || ' has ' || count(*) || ' numbers up to ' || max(number)
        as offender
      from invoices group by master_id having min(number) <> 1 or max(number) <> count(*)`,
  },
  {
    name: "changes_are_audited",
    rule: "Every subscription item and every invoice's account has audit rows that explain it.",
    sql: `select 'item ' || i.account_id || '/' || i.number as offender from subscription_items i
      where not exists (
        select 1 from audit_log l where l.account_id = i.account_id
          and l.master_id = i.master_id and l.item_number = i.number)`,
  },
  {
    name: "due_dates_are_reachable",
    rule: "An account with a running item has a next due date.",
    sql: `select 'account ' || a.id as offender from accounts a
      where a.next_due_date is null and a.disassociated_at is null and exists (
        select 1 from subscription_items i where i.master_id = a.master_id
          and i.account_id = a.id and i.status in ('active', 'cancel'))`,
  },
];
