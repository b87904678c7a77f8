/** OAuth clients and API keys. Only hashes are stored; the secrets are told once, when they are made. */
import type { Queryable } from "../database/pool.js";
import { hashSecret, newAccountId, newSecret } from "../ids.js";
import type { AccountRef } from "./accounts.js";

/** Makes an API key and returns it. */
export async function insertApiKey(
  db: Queryable,
  account: AccountRef,
  id: string,
  scopes: readonly string[],
  now: Date,
): Promise<string> {
  const key = newSecret("pmk");
  await storeApiKey(db, account, { id, key, scopes, now });
  return key;
}

/** Stores a key that exists already, e.g. the one in the credentials file; the same again is no error. */
export async function storeApiKey(
  db: Queryable,
  account: AccountRef,
  made: { id: string; key: string; scopes: readonly string[]; now: Date },
): Promise<void> {
  await db.query(
    `insert into api_keys (master_id, account_id, id, key_hash, scopes, created_at)
      values ($1, $2, $3, $4, $5, $6)`,
    [account.masterId, account.accountId, made.id, hashSecret(made.key), made.scopes, made.now],
  );
}

/** Revokes a key; returns its account, or undefined when there is no such living key. */
export async function revokeApiKey(
  db: Queryable,
  id: string,
  now: Date,
): Promise<AccountRef | undefined> {
  const { rows } = await db.query(
    `update api_keys set revoked_at = $2 where id = $1 and revoked_at is null
      returning master_id as "masterId", account_id as "accountId"`,
    [id, now],
  );
  return rows[0];
}

/** Makes an OAuth client for an account and returns its id and secret. */
export async function insertClient(
  db: Queryable,
  account: AccountRef,
  now: Date,
): Promise<{ clientId: string; clientSecret: string }> {
  const clientId = newAccountId();
  const clientSecret = newSecret("pms");
  await db.query(
    `insert into oauth_clients (master_id, account_id, client_id, secret_hash, created_at)
      values ($1, $2, $3, $4, $5)`,
    [account.masterId, account.accountId, clientId, hashSecret(clientSecret), now],
  );
  return { clientId, clientSecret };
}
