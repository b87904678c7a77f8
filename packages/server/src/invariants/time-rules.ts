/** Rules of time: what falls due is done, by the service's clock. */
import type { Invariant } from "./invariant.js";

/** The service's date; no row before the first server has started. */
const TODAY = `(
  select (case
      when kind = 'system' then now()
      when ticking then service_at + (now() - real_at)
      else service_at end at time zone 'UTC')::date as today
  from clock)`;

export const timeRules: readonly Invariant[] = [
  {
    name: "due_accounts_are_billed",
    rule: "No account has been due for more than a day: none is set aside.",
    sql: `select 'account ' || a.id || ' is due since ' || a.next_due_date || coalesce(': ' || (
          select r.reason from bill_run_accounts r join bill_runs b on b.id = r.bill_run_id
          where r.master_id = a.master_id and r.account_id = a.id and r.state = 'failed'
          order by b.created_at desc limit 1), '') as offender
      from accounts a, ${TODAY} c
      where a.next_due_date < c.today - 1 and a.disassociated_at is null`,
  },
  {
    name: "revenue_is_recognised_in_time",
    rule: "The revenue of a month is recognised within a day of its end.",
    sql: `select 'invoice ' || s.invoice_id || ' from ' || s.next_month as offender
      from revenue_schedules s, ${TODAY} c
      where s.next_month < date_trunc('month', c.today - 1)`,
  },
];
