/** Rules of subscription items: their days are charged once and without a gap, their licences suffice. */
import type { Invariant } from "./invariant.js";

/** Lines in force: those of invoices that stand, and those that a cancelled one left to be billed again. */
const CHARGED = `(
  select master_id, account_id, item_number, start_date, end_date, reason from invoice_lines
    where not voided
  union all
  select master_id, account_id, (line ->> 'itemNumber')::int, (line ->> 'startDate')::date,
      (line ->> 'endDate')::date, line ->> 'reason'
    from unbilled_charges)`;

export const itemRules: readonly Invariant[] = [
  {
    name: "charged_once",
    rule: "Nothing is charged twice for the same item, start and reason.",
    sql: `select 'item ' || account_id || '/' || item_number || ' from ' || start_date || ' ' || reason
        as offender
      from ${CHARGED} c
      group by master_id, account_id, item_number, start_date, reason having count(*) > 1`,
  },
  {
    name: "invoiced_days_are_one_run",
    rule: "The recurring charges of an item form one run of days without gap or overlap from its start.",
    sql: `select 'item ' || account_id || '/' || item_number || ' at ' || start_date as offender
      from (
        select c.*, i.start_date as item_start,
          lag(c.end_date) over (partition by c.master_id, c.account_id, c.item_number
            order by c.start_date) as previous_end
        from ${CHARGED} c
        join subscription_items i on i.master_id = c.master_id
          and i.account_id = c.account_id and i.number = c.item_number
        where c.reason = 'recurring') runs
      where start_date <> coalesce(previous_end, item_start)`,
  },
  {
    name: "next_invoice_date_is_end_of_run",
    rule: "The next invoice date of a running item is the end of its invoiced days.",
    sql: `select 'item ' || i.account_id || '/' || i.number as offender from subscription_items i
      left join (
        select master_id, account_id, item_number, max(end_date) as through from ${CHARGED} c
        where reason = 'recurring' group by master_id, account_id, item_number) r
        on r.master_id = i.master_id and r.account_id = i.account_id and r.item_number = i.number
      where i.status in ('active', 'cancel') and i.interval_months > 0 and not i.is_trial
        and r.through is distinct from i.period_end`,
  },
  {
    name: "due_dates_are_reachable",
    rule: "An account's next due date is not after the end of a running item's period.",
    sql: `select 'account ' || a.id || ' is next due ' || coalesce(a.next_due_date::text, 'never')
        as offender
      from accounts a
      join (
        select master_id, account_id, min(period_end) as first_end from subscription_items
        where status in ('active', 'cancel') group by master_id, account_id) i
        on i.master_id = a.master_id and i.account_id = a.id
      where a.disassociated_at is null
        and (a.next_due_date is null or a.next_due_date > i.first_end)`,
  },
  {
    name: "licences_in_use_are_held",
    rule: "Licences in use do not exceed the hosts of their plan, unless usage was reported so.",
    sql: `select 'account ' || a.id || ' uses ' || u.value || ' of ' || u.key as offender
      from accounts a
      cross join lateral jsonb_each_text(a.usage -> 'hosts') u
      left join subscription_items i on i.master_id = a.master_id and i.account_id = a.id
        and i.plan_type = u.key and i.status in ('active', 'cancel')
      where u.value::bigint > coalesce(i.hosts, 0) and not exists (
        select 1 from audit_log l
        where l.account_id = a.id and l.master_id = a.master_id and l.event = 'usage_reported'
          and u.value::bigint <= (
            select coalesce(sum(h.value::bigint), 0) from jsonb_each_text(l.after -> 'hosts') h))`,
  },
];
