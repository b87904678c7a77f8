/** Rules of the audit log: it explains what there is. */
import type { Invariant } from "./invariant.js";

export const auditRules: readonly Invariant[] = [
  {
    name: "accounts_are_audited",
    rule: "The audit log says how every account came to be.",
    sql: `select 'account ' || a.id as offender from accounts a
      left join (
        select distinct master_id, account_id from audit_log where event = 'account_created') l
        on l.master_id = a.master_id and l.account_id = a.id
      where l.account_id is null`,
  },
  {
    name: "items_are_audited",
    rule: "A subscription item is what the changes in the audit log make of it.",
    sql: `select 'item ' || i.account_id || '/' || i.number as offender from subscription_items i
      left join (
        select master_id, account_id, item_number, jsonb_merge(after order by id) as made
        from audit_log where item_number is not null
        group by master_id, account_id, item_number) l
        on l.master_id = i.master_id and l.account_id = i.account_id
          and l.item_number = i.number
      where l.made is distinct from jsonb_build_object(
        'number', i.number, 'family', i.family, 'role', i.role, 'planType', i.plan_type,
        'hosts', i.hosts, 'hostBlocks', i.host_blocks, 'unitPriceMinor', i.unit_price_minor,
        'intervalMonths', i.interval_months, 'isTrial', i.is_trial, 'startDate', i.start_date,
        'anchor', i.anchor, 'anchorDay', i.anchor_day, 'periodStart', i.period_start,
        'periodEnd', i.period_end, 'status', i.status, 'pending', i.pending, 'options', i.options,
        'cancellation', i.cancellation, 'endDate', i.end_date)`,
  },
  {
    name: "money_is_audited",
    rule: "Every payment and every cancelled invoice has an audit row of its own.",
    sql: `select what || ' ' || id as offender
      from (
        select 'payment' as what, master_id, id from payments
        union all
        select 'invoice', master_id, id from invoices where status = 'Canceled') m
      left join (
        select master_id, event, after ->> 'id' as id from audit_log
        where event in ('payment_received', 'invoice_canceled')) l
        using (master_id, id)
      where l.event is null`,
  },
];
