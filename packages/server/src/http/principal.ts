/** Who calls: found by the bearer token, remembered for a short while, bound to an account and scopes. */
import type { ServiceClock } from "../clock.js";
import type { Queryable } from "../database/pool.js";
import { hashSecret } from "../ids.js";
import type { AccountRef } from "../store/accounts.js";

export interface Principal extends AccountRef {
  readonly kind: "master" | "sub" | "regular";
  readonly tier: "free" | "pro" | "business";
  readonly scopes: ReadonlySet<string>;
  /** For the audit log: `key:<id>` or `client:<id>`. */
  readonly actor: string;
  /** Service time at which the token ends; null: it has no end. */
  readonly expiresAtMs: number | null;
}

/** How long a token is trusted without asking the database: the bound on a revocation elsewhere. */
const TRUST_MS = 5_000;
const MAX_REMEMBERED = 10_000;
const MAX_TOKEN_LENGTH = 4_096;

interface Remembered {
  readonly principal: Principal;
  readonly untilMs: number;
}

export type Authentication =
  | { readonly outcome: "known"; readonly principal: Principal }
  | { readonly outcome: "unknown" }
  | { readonly outcome: "expired" };

export class Authenticator {
  readonly #db: Queryable;
  readonly #clock: ServiceClock;
  readonly #remembered = new Map<string, Remembered>();

  constructor(db: Queryable, clock: ServiceClock) {
    this.#db = db;
    this.#clock = clock;
  }

  async authenticate(token: string): Promise<Authentication> {
    if (token.length === 0 || token.length > MAX_TOKEN_LENGTH) return { outcome: "unknown" };
    const realMs = performance.now();
    const remembered = this.#remembered.get(token);
    let principal = remembered?.principal;
    if (remembered === undefined || remembered.untilMs < realMs) {
      principal = await findPrincipal(this.#db, hashSecret(token));
      if (principal === undefined) {
        this.#remembered.delete(token);
        return { outcome: "unknown" };
      }
      this.#remember(token, { principal, untilMs: realMs + TRUST_MS });
    }
    if (principal === undefined) return { outcome: "unknown" };
    if (principal.expiresAtMs !== null && principal.expiresAtMs <= this.#clock.nowMs()) {
      return { outcome: "expired" };
    }
    return { outcome: "known", principal };
  }

  /** After a revocation or a change of an account's flags in this process. */
  forgetAll(): void {
    this.#remembered.clear();
  }

  #remember(token: string, entry: Remembered): void {
    if (this.#remembered.size >= MAX_REMEMBERED) {
      const oldest = this.#remembered.keys().next();
      if (!oldest.done) this.#remembered.delete(oldest.value);
    }
    this.#remembered.set(token, entry);
  }
}

async function findPrincipal(db: Queryable, hash: Buffer): Promise<Principal | undefined> {
  const { rows } = await db.query({
    name: "find-principal",
    text: `select a.master_id, a.id, a.kind, manager.tier, found.scopes, found.actor, found.expires_at
      from (
        select master_id, account_id, scopes, 'key:' || id as actor, null::timestamptz as expires_at
          from api_keys where key_hash = $1 and revoked_at is null
        union all
        select master_id, account_id, scopes, 'client:' || client_id, expires_at
          from access_tokens where token_hash = $1 and revoked_at is null
      ) found
      join accounts a on a.master_id = found.master_id and a.id = found.account_id
      join accounts manager on manager.master_id = a.master_id and manager.id = a.master_id
      where a.disassociated_at is null`,
    values: [hash],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    masterId: row.master_id,
    accountId: row.id,
    kind: row.kind,
    tier: row.tier,
    scopes: new Set(row.scopes),
    actor: row.actor,
    expiresAtMs: row.expires_at === null ? null : row.expires_at.getTime(),
  };
}
