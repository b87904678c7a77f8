/**
 * Sessions of the console, shared by all processes. A session is exactly its principal: the operator, or
 * an account as one of its clients. The token is random and stored as a hash; what makes a request that
 * comes with the cookie authentic is the CSRF token, which is derived from it and never in a cookie.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Queryable } from "../database/pool.js";
import type { Principal } from "../http/principal.js";
import { hashSecret, newSecret } from "../ids.js";
import { allScopes } from "../oauth/scopes.js";

/** A browser that asks for nothing for so long is signed out. */
export const IDLE_MINUTES = 60;
/** However busy: then the secret is asked for again. */
export const ABSOLUTE_HOURS = 12;
/** Sessions of one key or client; the oldest ends for a new one. */
const MAX_SESSIONS = 50;
/** How exact `seen_at` is: a call in between writes nothing. */
const TOUCH_SECONDS = 60;
const MAX_TOKEN_LENGTH = 200;

export type SessionOwner =
  | { readonly kind: "operator"; readonly adminKeyHash: Buffer }
  | { readonly kind: "account"; readonly masterId: string; readonly clientId: string };

export type SessionCaller =
  | { readonly kind: "operator" }
  | { readonly kind: "account"; readonly accountName: string; readonly principal: Principal };

export interface Session {
  readonly caller: SessionCaller;
  /** Machine's time of the absolute end. */
  readonly endsAt: Date;
}

/** Begins a session and returns its token; old ones are cleared away on the occasion. */
export async function beginSession(db: Queryable, owner: SessionOwner): Promise<string> {
  const token = newSecret("pmc");
  const adminKeyHash = owner.kind === "operator" ? owner.adminKeyHash : null;
  const [masterId, clientId] =
    owner.kind === "account" ? [owner.masterId, owner.clientId] : [null, null];
  await db.query(
    `with over as (
       delete from console_sessions
         where created_at <= now() - make_interval(hours => $5)
            or seen_at <= now() - make_interval(mins => $6)
            or token_hash in (
              select token_hash from console_sessions
                where admin_key_hash = $2 or (master_id = $3 and client_id = $4)
                order by created_at desc offset $7))
     insert into console_sessions (token_hash, admin_key_hash, master_id, client_id)
       values ($1, $2, $3, $4)`,
    [
      hashSecret(token),
      adminKeyHash,
      masterId,
      clientId,
      ABSOLUTE_HOURS,
      IDLE_MINUTES,
      MAX_SESSIONS - 1,
    ],
  );
  return token;
}

/** The living session of a token, which thereby counts as used; undefined: there is none. */
export async function findSession(db: Queryable, token: string): Promise<Session | undefined> {
  if (token.length === 0 || token.length > MAX_TOKEN_LENGTH) return undefined;
  const { rows } = await db.query({
    name: "find-console-session",
    text: `with touched as (
        update console_sessions set seen_at = now()
          where token_hash = $1 and seen_at <= now() - make_interval(secs => $4)
            and seen_at > now() - make_interval(mins => $3)
            and created_at > now() - make_interval(hours => $2))
      select s.admin_key_hash is not null as "isOperator", s.client_id as "clientId",
          s.created_at + make_interval(hours => $2) as "endsAt",
          a.master_id as "masterId", a.id as "accountId", a.kind, a.account_name as "accountName",
          manager.tier
        from console_sessions s
        left join oauth_clients c on c.master_id = s.master_id and c.client_id = s.client_id
        left join accounts a on a.master_id = c.master_id and a.id = c.account_id
          and a.disassociated_at is null
        left join accounts manager on manager.master_id = a.master_id and manager.id = a.master_id
        where s.token_hash = $1
          and s.seen_at > now() - make_interval(mins => $3)
          and s.created_at > now() - make_interval(hours => $2)
          and (s.admin_key_hash is not null or a.id is not null)`,
    values: [hashSecret(token), ABSOLUTE_HOURS, IDLE_MINUTES, TOUCH_SECONDS],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  if (row.isOperator) return { caller: { kind: "operator" }, endsAt: row.endsAt };
  const principal: Principal = {
    masterId: row.masterId,
    accountId: row.accountId,
    kind: row.kind,
    tier: row.tier,
    // As many as a token of the client has.
    scopes: new Set(allScopes),
    actor: `client:${row.clientId}`,
    expiresAtMs: null,
  };
  return {
    caller: { kind: "account", accountName: row.accountName, principal },
    endsAt: row.endsAt,
  };
}

export async function endSession(db: Queryable, token: string): Promise<void> {
  await db.query("delete from console_sessions where token_hash = $1", [hashSecret(token)]);
}

/** Only who holds the session's token can make it, and nobody can make the token from it. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac("sha256", sessionToken).update("paymaster console csrf").digest("base64url");
}

export function isCsrfToken(sessionToken: string, given: string | undefined): boolean {
  const expected = Buffer.from(csrfTokenOf(sessionToken));
  const actual = Buffer.from(given ?? "");
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
