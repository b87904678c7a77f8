/** The figures of a whole service, or of one tenant: what is sold, used and owed, and how that went. */
import { families } from "@paymaster/contract";
import type { Queryable } from "../database/pool.js";
import { MONTHLY, RUNNING } from "./account-summaries.js";

export interface OverviewScope {
  /** One tenant; null: all of them. */
  readonly masterId: string | null;
  readonly today: string;
}

export interface Overview {
  /** That of most accounts: amounts are of accounts in this currency only. */
  readonly currency: string;
  readonly otherCurrencies: readonly string[];
  readonly masters: number;
  readonly subs: number;
  readonly regulars: number;
  readonly withPlan: number;
  readonly onTrial: number;
  readonly ending: number;
  readonly hosts: number;
  readonly hostsUsed: number;
  readonly monthlyMinor: number;
  readonly idleMinor: number;
  readonly openMinor: number;
  readonly overdueMinor: number;
  readonly overdueAccounts: number;
  readonly oldestDueDate: string | null;
}

const FAMILIES_WITH_HOSTS = families.filter((family) => family.hasHosts).map(({ name }) => name);

export async function readOverview(db: Queryable, scope: OverviewScope): Promise<Overview> {
  const { rows } = await db.query({
    name: "read-overview",
    text: `with running as (${RUNNING}),
      members as (
        select * from accounts where disassociated_at is null
          and ($3::text is null or master_id = $3)),
      chosen as (
        select currency from members group by currency order by count(*) desc, currency limit 1),
      owed as (
        select coalesce(sum(balance_minor), 0)::bigint as open,
          coalesce(sum(balance_minor) filter (where due_date < $2::date), 0)::bigint as overdue,
          count(distinct (master_id, payer_id)) filter (where due_date < $2::date)::int as accounts,
          min(due_date) filter (where due_date < $2::date) as oldest
        from invoices
        where balance_minor > 0 and ($3::text is null or master_id = $3)
          and currency = (select currency from chosen))
      select coalesce((select currency from chosen), 'USD') as currency,
        coalesce(array_agg(distinct m.currency)
          filter (where m.currency <> (select currency from chosen)), '{}') as "otherCurrencies",
        count(*) filter (where m.kind = 'master')::int as masters,
        count(*) filter (where m.kind = 'sub')::int as subs,
        count(*) filter (where m.kind = 'regular')::int as regulars,
        count(*) filter (where r.base_type is not null)::int as "withPlan",
        count(*) filter (where r.is_trial)::int as "onTrial",
        count(*) filter (where r.is_ending)::int as ending,
        coalesce(sum(r.hosts), 0)::int as hosts, coalesce(sum(r.hosts_used), 0)::int as "hostsUsed",
        coalesce(round(sum(r.monthly) filter (where m.currency = (select currency from chosen))), 0)
          ::bigint as "monthlyMinor",
        coalesce(round(sum(r.idle) filter (where m.currency = (select currency from chosen))), 0)
          ::bigint as "idleMinor",
        (select open from owed) as "openMinor", (select overdue from owed) as "overdueMinor",
        (select accounts from owed) as "overdueAccounts", (select oldest from owed) as "oldestDueDate"
      from members m
      left join running r on r.master_id = m.master_id and r.account_id = m.id`,
    values: [FAMILIES_WITH_HOSTS, scope.today, scope.masterId],
  });
  return rows[0];
}

export interface PlanShare {
  readonly planType: string;
  readonly accounts: number;
  readonly hosts: number;
  readonly monthlyMinor: number;
}

/** What each plan brings in a month, the most first. */
export async function readPlanShares(
  db: Queryable,
  { masterId }: OverviewScope,
  currency: string,
  limit: number,
): Promise<PlanShare[]> {
  const { rows } = await db.query({
    name: "read-plan-shares",
    text: `select i.plan_type as "planType", count(distinct i.account_id)::int as accounts,
        sum(i.hosts)::int as hosts, round(sum(${MONTHLY}))::bigint as "monthlyMinor"
      from subscription_items i
      join accounts a on a.master_id = i.master_id and a.id = i.account_id
      where i.status in ('active', 'cancel') and a.disassociated_at is null and a.currency = $2
        and ($1::text is null or i.master_id = $1)
      group by i.plan_type having sum(${MONTHLY}) > 0
      order by 4 desc, 1 limit $3`,
    values: [masterId, currency, limit],
  });
  return rows;
}

export interface IdleAccount {
  readonly accountId: string;
  readonly accountName: string;
  readonly hosts: number;
  readonly hostsUsed: number;
  readonly idleMinor: number;
}

/** Accounts that pay most for licences that nobody uses. */
export async function readIdleAccounts(
  db: Queryable,
  { masterId }: OverviewScope,
  currency: string,
  limit: number,
): Promise<IdleAccount[]> {
  const { rows } = await db.query({
    name: "read-idle-accounts",
    text: `with running as (${RUNNING})
      select a.id as "accountId", a.account_name as "accountName", r.hosts::int,
        r.hosts_used::int as "hostsUsed", round(r.idle)::bigint as "idleMinor"
      from running r
      join accounts a on a.master_id = r.master_id and a.id = r.account_id
      where r.idle >= 1 and a.currency = $2 and ($3::text is null or a.master_id = $3)
      order by r.idle desc, a.id limit $4`,
    values: [FAMILIES_WITH_HOSTS, currency, masterId, limit],
  });
  return rows;
}

export interface Renewal {
  readonly accountId: string;
  readonly accountName: string;
  readonly date: string;
  readonly planType: string;
  readonly hosts: number;
  readonly amountMinor: number;
  readonly currency: string;
  /** It changes on that day. */
  readonly isChanging: boolean;
}

/** Plans that renew next, with what the period costs as it stands. */
export async function readRenewals(
  db: Queryable,
  { masterId }: OverviewScope,
  limit: number,
): Promise<Renewal[]> {
  const { rows } = await db.query({
    name: "read-renewals",
    text: `select a.id as "accountId", a.account_name as "accountName", i.period_end as date,
        i.plan_type as "planType", i.hosts, (i.unit_price_minor * i.hosts)::bigint as "amountMinor",
        a.currency, i.pending is not null as "isChanging"
      from subscription_items i
      join accounts a on a.master_id = i.master_id and a.id = i.account_id
      where i.status = 'active' and i.interval_months > 0 and not i.is_trial
        and a.disassociated_at is null and a.billing_auto_renew
        and ($1::text is null or i.master_id = $1)
      order by i.period_end, a.account_name, i.number limit $2`,
    values: [masterId, limit],
  });
  return rows;
}

export interface MonthOfCourse {
  /** `2026-03` */
  readonly month: string;
  /** Its last day; of the present month, today. */
  readonly day: string;
  readonly monthlyMinor: number;
  readonly accounts: number;
}

/**
 * Monthly recurring revenue at the end of each month, from the lines that were really charged for that
 * day: each counts with its full period's amount, by the month; a credit takes away what it gave back.
 */
export async function readCourse(
  db: Queryable,
  { masterId, today }: OverviewScope,
  currency: string,
  months: number,
): Promise<MonthOfCourse[]> {
  const { rows } = await db.query({
    name: "read-revenue-course",
    text: `with months as (
        select to_char(first, 'YYYY-MM') as month,
          least((first + interval '1 month' - interval '1 day')::date, $2::date) as day
        from generate_series(date_trunc('month', $2::date::timestamp) - make_interval(months => $4 - 1),
          date_trunc('month', $2::date::timestamp), interval '1 month') as first)
      select m.month, m.day,
        coalesce(round(sum(sign(l.amount_minor) * (l.derivation ->> 'fullAmountMinor')::numeric
          / greatest(1, round((l.derivation ->> 'periodDays')::numeric / 30.4375)))), 0)::bigint
          as "monthlyMinor",
        count(distinct l.account_id)::int as accounts
      from months m
      left join (
        select l.* from invoice_lines l
        join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
        where not l.voided and l.charge_type = 'Recurring' and i.currency = $3
          and ($1::text is null or l.master_id = $1)
          and l.end_date > (select min(day) from months)) l
        on l.start_date <= m.day and l.end_date > m.day
      group by m.month, m.day order by m.day`,
    values: [masterId, today, currency, months],
  });
  return rows;
}
