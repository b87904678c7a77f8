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

export interface ListedApiKey extends AccountRef {
  readonly id: string;
  readonly accountName: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** API keys, the newest first; the keys themselves are known to nobody here. */
export async function listApiKeys(
  db: Queryable,
  filter: { readonly accountId: string | null; readonly revoked: boolean | null },
  page: {
    readonly before: { readonly createdAt: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<(ListedApiKey & { readonly place: string })[]> {
  const { rows } = await db.query({
    name: "list-api-keys",
    text: `select k.master_id as "masterId", k.account_id as "accountId", k.id,
        a.account_name as "accountName", k.scopes, k.created_at as "createdAt",
        k.revoked_at as "revokedAt", k.created_at::text as place
      from api_keys k
      join accounts a on a.master_id = k.master_id and a.id = k.account_id
      where ($1::text is null or k.account_id = $1)
        and ($2::boolean is null or (k.revoked_at is not null) = $2)
        and ($3::timestamptz is null or (k.created_at, k.id) < ($3, $4))
      order by k.created_at desc, k.id desc limit $5`,
    values: [
      filter.accountId,
      filter.revoked,
      page.before?.createdAt ?? null,
      page.before?.id ?? "",
      page.limit,
    ],
  });
  return rows;
}
