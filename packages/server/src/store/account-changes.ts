/** Writing accounts: new ones with their credentials, contacts, options, flags, disassociation. */
import type { Queryable } from "../database/pool.js";
import type { AccountRecord, AccountRef, Contact } from "./accounts.js";

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

export async function saveContact(
  db: Queryable,
  ref: AccountRef,
  contact: Contact,
): Promise<void> {
  await db.query({
    name: "save-contact",
    text: "update accounts set contact = $3 where master_id = $1 and id = $2",
    values: [ref.masterId, ref.accountId, JSON.stringify(contact)],
  });
}

export async function saveOptions(
  db: Queryable,
  ref: AccountRef,
  options: AccountRecord["options"],
): Promise<void> {
  await db.query({
    name: "save-options",
    text: "update accounts set options = $3 where master_id = $1 and id = $2",
    values: [ref.masterId, ref.accountId, JSON.stringify(options)],
  });
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
