/** The list of a master's sub accounts, page by page. */
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "./accounts.js";

export interface ListedAccount {
  readonly accountId: string;
  readonly accountName: string;
  readonly accountNumber: number;
  readonly ownerEmail: string;
  readonly reseller: boolean;
  readonly bulkLicenses: boolean;
  readonly createdAt: Date;
  /** The running base plan, if there is one. */
  readonly baseType: string | null;
  readonly isTrial: boolean | null;
  readonly seats: number;
  readonly subscriptionStart: string | null;
  readonly subscriptionEnd: string | null;
}

export interface PageRequest {
  readonly size: number;
  readonly offset: number;
}

/** Sub accounts that the caller manages directly (a root master: all of its own), oldest first. */
export async function listSubAccounts(
  db: Queryable,
  caller: AccountRef,
  page: PageRequest,
  filter: { readonly email?: string; readonly parentId?: string },
): Promise<{ accounts: ListedAccount[]; total: number }> {
  const values = [
    caller.masterId,
    caller.accountId === caller.masterId ? null : caller.accountId,
    filter.email ?? null,
    filter.parentId ?? null,
  ];
  const where = `a.master_id = $1 and a.kind = 'sub' and a.disassociated_at is null
    and ($2::text is null or a.parent_id = $2)
    and ($3::text is null or lower(a.owner_email) = lower($3))
    and ($4::text is null or a.parent_id = $4)`;
  const { rows: counts } = await db.query({
    name: "count-sub-accounts",
    text: `select count(*)::int as total from accounts a where ${where}`,
    values,
  });
  const { rows } = await db.query({
    name: "list-sub-accounts",
    text: `select a.id as "accountId", a.account_name as "accountName",
        a.account_number as "accountNumber", a.owner_email as "ownerEmail", a.reseller,
        a.bulk_licenses as "bulkLicenses", a.created_at as "createdAt",
        b.plan_type as "baseType", b.is_trial as "isTrial", coalesce(b.hosts, 0) as seats,
        b.start_date as "subscriptionStart", b.period_end as "subscriptionEnd"
      from accounts a
      left join subscription_items b on b.master_id = a.master_id and b.account_id = a.id
        and b.role = 'base' and b.status in ('active', 'cancel')
      where ${where}
      order by a.created_at, a.id limit $5 offset $6`,
    values: [...values, page.size, page.offset],
  });
  return { accounts: rows, total: counts[0]?.total ?? 0 };
}
