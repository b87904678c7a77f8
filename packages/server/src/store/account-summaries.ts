/** What an operator looks at many accounts for: plans, licences bought and used, what they bring and owe. */
import { families } from "@paymaster/contract";
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "./accounts.js";

export interface AccountSummary extends AccountRef {
  readonly kind: "master" | "sub" | "regular";
  readonly parentId: string | null;
  readonly accountNumber: number;
  readonly accountName: string;
  readonly ownerEmail: string;
  readonly currency: string;
  readonly createdAt: Date;
  /** The running base plan; null: none. */
  readonly baseType: string | null;
  readonly isTrial: boolean;
  /** The base plan is cancelled and runs to its end. */
  readonly isEnding: boolean;
  /** Licences of all running plans that have hosts. */
  readonly hosts: number;
  readonly hostsUsed: number;
  /** What the running plans cost in a month, whatever their period. */
  readonly monthlyMinor: number;
  /** The part of it for licences that nobody uses. */
  readonly idleMinor: number;
  /** First day on which a plan renews; null: none does. */
  readonly nextRenewal: string | null;
  /** As a payer. */
  readonly openMinor: number;
  readonly overdueMinor: number;
}

export interface SummaryFilter {
  readonly masterId: string | null;
  readonly kind: AccountSummary["kind"] | null;
  readonly accountId: string | null;
}

const FAMILIES_WITH_HOSTS = families.filter((family) => family.hasHosts).map(({ name }) => name);

/** A running item's cost in a month; what is billed by use or tried out costs nothing in advance. */
export const MONTHLY = `case when i.interval_months > 0 and not i.is_trial
  then i.unit_price_minor::numeric * i.hosts / i.interval_months else 0 end`;

/** Licences of an item that are in use; more than were bought do not count. */
export const HOSTS_USED = `least(i.hosts, coalesce((a.usage #>> array['hosts', i.plan_type])::int, 0))`;

/** $1: the families with hosts. One row for each account with running items. */
export const RUNNING = `
  select i.master_id, i.account_id,
    max(i.plan_type) filter (where i.role = 'base') as base_type,
    bool_or(i.is_trial) filter (where i.role = 'base') as is_trial,
    bool_or(i.status = 'cancel') filter (where i.role = 'base') as is_ending,
    sum(i.hosts) filter (where i.family = any($1)) as hosts,
    sum(${HOSTS_USED}) filter (where i.family = any($1)) as hosts_used,
    sum(${MONTHLY}) as monthly,
    sum(${MONTHLY} * (i.hosts - ${HOSTS_USED}) / greatest(i.hosts, 1))
      filter (where i.family = any($1)) as idle,
    min(i.period_end) filter (where i.status = 'active') as next_renewal
  from subscription_items i
  join accounts a on a.master_id = i.master_id and a.id = i.account_id
  where i.status in ('active', 'cancel') and a.disassociated_at is null
  group by i.master_id, i.account_id`;

/** Accounts that have not left, tenant by tenant in the order in which they came. */
export async function listAccountSummaries(
  db: Queryable,
  today: string,
  filter: SummaryFilter,
  page: {
    readonly after: { readonly masterId: string; readonly accountNumber: number } | null;
    readonly limit: number;
  },
): Promise<AccountSummary[]> {
  const { rows } = await db.query({
    name: "list-account-summaries",
    text: `with running as (${RUNNING}),
      owed as (
        select master_id, payer_id, sum(balance_minor)::bigint as open,
          coalesce(sum(balance_minor) filter (where due_date < $2::date), 0)::bigint as overdue
        from invoices where balance_minor > 0 group by master_id, payer_id)
      select a.master_id as "masterId", a.id as "accountId", a.kind, a.parent_id as "parentId",
        a.account_number as "accountNumber", a.account_name as "accountName",
        a.owner_email as "ownerEmail", a.currency, a.created_at as "createdAt",
        r.base_type as "baseType", coalesce(r.is_trial, false) as "isTrial",
        coalesce(r.is_ending, false) as "isEnding",
        coalesce(r.hosts, 0)::int as hosts, coalesce(r.hosts_used, 0)::int as "hostsUsed",
        coalesce(round(r.monthly), 0)::bigint as "monthlyMinor",
        coalesce(round(r.idle), 0)::bigint as "idleMinor", r.next_renewal as "nextRenewal",
        coalesce(o.open, 0)::bigint as "openMinor", coalesce(o.overdue, 0)::bigint as "overdueMinor"
      from accounts a
      left join running r on r.master_id = a.master_id and r.account_id = a.id
      left join owed o on o.master_id = a.master_id and o.payer_id = a.id
      where a.disassociated_at is null
        and ($3::text is null or a.master_id = $3)
        and ($4::text is null or a.kind = $4)
        and ($5::text is null or a.id = $5)
        and (a.master_id, a.account_number) > ($6, $7)
      order by a.master_id, a.account_number limit $8`,
    values: [
      FAMILIES_WITH_HOSTS,
      today,
      filter.masterId,
      filter.kind,
      filter.accountId,
      page.after?.masterId ?? "",
      page.after?.accountNumber ?? 0,
      page.limit,
    ],
  });
  return rows;
}
