/** Sub accounts as the list shows them. */
import type { Database } from "./driver.js";

export interface ListedAccount {
  readonly accountId: string;
  readonly name: string;
  readonly number: string;
  /** E.g. `Free`, `Free Trial` or `Business`. */
  readonly type: string;
  readonly ownerEmail: string;
  readonly seats: number;
  readonly createdAt: string;
  readonly subscriptionStart: string;
  readonly subscriptionEnd: string;
}

export interface StoredAccount extends ListedAccount {
  readonly changedAt: string;
  readonly plansChangedAt: string | null;
}

const COLUMNS = `account_id AS "accountId", name, number, type, owner_email AS "ownerEmail", seats,
  created_at AS "createdAt", subscription_start AS "subscriptionStart",
  subscription_end AS "subscriptionEnd", changed_at AS "changedAt",
  plans_changed_at AS "plansChangedAt"`;

/** Those that are there, in the order in which they came. */
export function listAccounts(database: Database): StoredAccount[] {
  return database.all(`SELECT ${COLUMNS} FROM accounts WHERE gone_at IS NULL ORDER BY rowid`);
}

export function findAccount(database: Database, accountId: string): StoredAccount | undefined {
  const sql = `SELECT ${COLUMNS} FROM accounts WHERE account_id = ? AND gone_at IS NULL`;
  return database.get(sql, [accountId]);
}

/** A page of the list. What differs from what was known has changed at `seenAt`. */
export function recordAccounts(
  database: Database,
  accounts: readonly ListedAccount[],
  seenAt: string,
): void {
  for (const account of accounts) {
    const { accountId, name, number, type, ownerEmail, seats } = account;
    const { createdAt, subscriptionStart, subscriptionEnd } = account;
    database.run(
      `INSERT INTO accounts (account_id, name, number, type, owner_email, seats, created_at,
         subscription_start, subscription_end, first_seen_at, seen_at, changed_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?10)
       ON CONFLICT (account_id) DO UPDATE SET
         changed_at = CASE
           WHEN (type, seats, subscription_start, subscription_end) = (?4, ?6, ?8, ?9)
             AND gone_at IS NULL
           THEN changed_at ELSE ?10 END,
         name = ?2, number = ?3, type = ?4, owner_email = ?5, seats = ?6, created_at = ?7,
         subscription_start = ?8, subscription_end = ?9, seen_at = ?10, gone_at = NULL`,
      [
        accountId,
        name,
        number,
        type,
        ownerEmail,
        seats,
        createdAt,
        subscriptionStart,
        subscriptionEnd,
        seenAt,
      ],
    );
  }
}

/**
 * After a whole list: who was not on any of its pages is gone.
 * @param startedAt before the list's first page
 * @returns their ids
 */
export function markMissing(database: Database, startedAt: string, goneAt: string): string[] {
  const missing = database.all<{ account_id: string }>(
    "SELECT account_id FROM accounts WHERE gone_at IS NULL AND seen_at < ?",
    [startedAt],
  );
  for (const { account_id } of missing) markGone(database, account_id, goneAt);
  return missing.map(({ account_id }) => account_id);
}

/** What was read of it stays in the store, and out of the reports. */
export function markGone(database: Database, accountId: string, goneAt: string): void {
  database.run("UPDATE accounts SET gone_at = ? WHERE account_id = ?", [goneAt, accountId]);
}
