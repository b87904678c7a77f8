/** Rules of invoices, their numbers, and statements. */
import type { Invariant } from "./invariant.js";

export const invoiceRules: readonly Invariant[] = [
  {
    name: "invoice_total_is_its_lines",
    rule: "An invoice's net is the sum of its lines, its tax the sum of theirs, its total both.",
    sql: `select 'invoice ' || i.id as offender from invoices i
      left join (
        select master_id, invoice_id, sum(amount_minor) as net, sum(tax_minor) as tax
        from invoice_lines group by master_id, invoice_id) l
        on l.master_id = i.master_id and l.invoice_id = i.id
      where i.net_minor is distinct from l.net or i.tax_minor is distinct from l.tax
        or i.total_minor <> i.net_minor + i.tax_minor`,
  },
  {
    name: "lines_belong_to_invoices",
    rule: "Every line belongs to an invoice of its account, and every invoice to accounts that exist.",
    sql: `select 'invoice ' || l.invoice_id || ', line ' || l.line as offender from invoice_lines l
      left join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
      left join accounts a on a.master_id = i.master_id and a.id = i.account_id
      left join accounts p on p.master_id = i.master_id and p.id = i.payer_id
      where a.id is null or p.id is null or l.account_id <> i.account_id`,
  },
  {
    name: "line_tax_is_rounded_by_itself",
    rule: "The tax of a line is its amount times its rate, rounded half away from zero.",
    sql: `select 'invoice ' || invoice_id || ' line ' || line as offender from invoice_lines
      where tax_minor <> round(amount_minor * tax_rate_ppm::numeric / 1000000)`,
  },
  {
    name: "balance_is_total_less_applied",
    rule: "The balance of a posted invoice is its total less what was applied, and never below zero.",
    sql: `select 'invoice ' || i.id || ' has balance ' || i.balance_minor as offender from invoices i
      left join (
        select master_id, invoice_id, sum(amount_minor) as applied from applications
        group by master_id, invoice_id) x
        on x.master_id = i.master_id and x.invoice_id = i.id
      where i.balance_minor < 0 or i.balance_minor <> case
        when i.status = 'Canceled' then 0
        else greatest(i.total_minor, 0) - coalesce(x.applied, 0) end`,
  },
  {
    name: "invoice_numbers_are_gapless",
    rule: "The invoice numbers of a master run from 1 up without a gap.",
    sql: `select 'master ' || master_id || ' has ' || count(*) || ' numbers up to ' || max(number)
        as offender
      from invoices group by master_id having min(number) <> 1 or max(number) <> count(*)`,
  },
  {
    name: "cancelled_lines_fall_due_again",
    rule: "The lines of an invoice are voided when it is cancelled, and only then.",
    sql: `select 'invoice ' || i.id || ' line ' || l.line as offender from invoices i
      join invoice_lines l on l.master_id = i.master_id and l.invoice_id = i.id
      where l.voided <> (i.status = 'Canceled')`,
  },
  {
    name: "statement_is_its_invoices",
    rule:
      "A consolidated statement has a line for every invoice of its bill run that its payer owes for " +
      "another account, and equals their sum.",
    sql: `select 'statement ' || s.id as offender from statements s
      left join (
        select l.master_id, l.statement_id, count(*) as n, sum(l.total_minor) as total,
          count(*) filter (where i.total_minor is distinct from l.total_minor) as differing
        from statement_lines l
        left join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
        group by l.master_id, l.statement_id) x
        on x.master_id = s.master_id and x.statement_id = s.id
      left join (
        select i.master_id, i.payer_id, i.bill_run_id, i.currency, count(*) as n,
          sum(i.total_minor) as total
        from invoices i where i.account_id <> i.payer_id and i.bill_run_id is not null
        group by i.master_id, i.payer_id, i.bill_run_id, i.currency) y
        on y.master_id = s.master_id and y.payer_id = s.payer_id
          and y.bill_run_id = s.bill_run_id and y.currency = s.currency
      where s.invoices is distinct from x.n or s.total_minor is distinct from x.total
        or x.differing > 0
        or s.invoices is distinct from y.n or s.total_minor is distinct from y.total`,
  },
];
