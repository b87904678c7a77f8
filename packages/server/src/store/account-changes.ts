/** Writing accounts: new ones with their credentials, contacts, options, flags, disassociation. */
import type { Contact } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import type { AccountRecord, AccountRef } from "./accounts.js";

export interface NewAccount {
  readonly masterId: string;
  readonly accountId: string;
  readonly kind: "master" | "sub" | "regular";
  readonly parentId: string | null;
  readonly accountName: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly ownerId: string;
  readonly ownerEmail: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly payMode: "master" | "sub";
  readonly autoRenew: boolean;
  readonly createdAt: Date;
}

export async function insertAccount(db: Queryable, account: NewAccount): Promise<void> {
  await db.query({
    name: "insert-account",
    text: `insert into accounts (master_id, id, kind, parent_id, account_name, first_name, last_name,
        owner_id, owner_email, options, pay_mode, billing_auto_renew, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    values: [
      account.masterId,
      account.accountId,
      account.kind,
      account.parentId,
      account.accountName,
      account.firstName,
      account.lastName,
      account.ownerId,
      account.ownerEmail,
      JSON.stringify(account.options),
      account.payMode,
      account.autoRenew,
      account.createdAt,
    ],
  });
}

export async function saveContact(db: Queryable, ref: AccountRef, contact: Contact): Promise<void> {
  await db.query({
    name: "save-contact",
    text: "update accounts set contact = $3 where master_id = $1 and id = $2",
    values: [ref.masterId, ref.accountId, JSON.stringify(contact)],
  });
}

/**
 * Options that are given replace those of the same name; the others stay.
 * @returns all of them as they were, and as they are
 */
export async function mergeOptions(
  db: Queryable,
  ref: AccountRef,
  options: AccountRecord["options"],
): Promise<{ before: AccountRecord["options"]; after: AccountRecord["options"] }> {
  const { rows } = await db.query({
    name: "merge-options",
    text: `with old as (
        select options from accounts where master_id = $1 and id = $2 for update)
      update accounts a set options = a.options || $3 from old
        where a.master_id = $1 and a.id = $2
        returning old.options as before, a.options as after`,
    values: [ref.masterId, ref.accountId, JSON.stringify(options)],
  });
  return rows[0];
}

/** Whether an account of the tenant has this owner already, whatever the case of its letters. */
export async function isEmailUsed(
  db: Queryable,
  masterId: string,
  email: string,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: "is-email-used",
    text: "select 1 from accounts where master_id = $1 and lower(owner_email) = lower($2)",
    values: [masterId, email],
  });
  return rowCount !== null && rowCount > 0;
}

/** The account leaves its master: it answers to nobody any more; its books stay where they are. */
export async function disassociate(db: Queryable, ref: AccountRef, at: Date): Promise<void> {
  await db.query({
    name: "disassociate",
    text: `update accounts set disassociated_at = $3, next_due_date = null
      where master_id = $1 and id = $2`,
    values: [ref.masterId, ref.accountId, at],
  });
}

/** Columns that the operator may set, by the name of the member that sets them. */
const FLAG_COLUMNS = [
  "account_name",
  "vip",
  "bulk_licenses",
  "may_add_sub_accounts",
  "reseller",
  "tier",
  "payment_term_days",
  "tax_exempt",
  "consolidated_statements",
] as const;

export type AccountFlags = { readonly [K in (typeof FLAG_COLUMNS)[number]]?: unknown };

/** Sets the given flags; the others stay. */
export async function saveFlags(
  db: Queryable,
  ref: AccountRef,
  flags: AccountFlags,
): Promise<void> {
  const given = FLAG_COLUMNS.filter((name) => flags[name] !== undefined);
  const assignments = given.map((name, index) => `${name} = $${index + 3}`);
  await db.query(`update accounts set ${assignments.join(", ")} where master_id = $1 and id = $2`, [
    ref.masterId,
    ref.accountId,
    ...given.map((name) => flags[name]),
  ]);
}
