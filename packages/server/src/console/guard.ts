/** Who calls through the console's door, and whether it is the console that calls. */
import { commonErrors } from "@paymaster/contract";
import type { FastifyRequest } from "fastify";
import type { Queryable } from "../database/pool.js";
import { plainId } from "../http/plain-text.js";
import type { Principal } from "../http/principal.js";
import { ownFault, WireFault } from "../http/wire-fault.js";
import { allScopes } from "../oauth/scopes.js";
import type { Door } from "./door.js";
import { findSession, isCsrfToken, type Session } from "./sessions.js";

export const SESSION_COOKIE = "paymaster_session";
export const CSRF_HEADER = "x-paymaster-csrf";

export interface ConsoleCaller {
  readonly isOperator: boolean;
  /** For calls of `/v2`; null: the operator, for no account in particular. */
  readonly principal: Principal | null;
}

/** @throws WireFault 401 without a living session, 403 when it is not certain that the console asks */
export async function admitThroughDoor(
  db: Queryable,
  request: FastifyRequest,
  door: Door,
): Promise<ConsoleCaller> {
  const { session } = await requireSession(db, request);
  const { caller } = session;
  if (caller.kind === "account") {
    if (door.actsFor !== null) throw notForAccounts();
    return { isOperator: false, principal: caller.principal };
  }
  const principal = door.actsFor === null ? null : await principalOf(db, door.actsFor);
  return { isOperator: true, principal };
}

/** The session, the CSRF token and the origin of a call: all three, for reading as well. */
export async function requireSession(
  db: Queryable,
  request: FastifyRequest,
): Promise<{ readonly session: Session; readonly token: string }> {
  checkOrigin(request);
  const token = sessionTokenOf(request);
  const session = token === null ? undefined : await findSession(db, token);
  if (token === null || session === undefined) {
    throw ownFault(401, commonErrors.invalidToken.code, "You are signed out: sign in again.");
  }
  const given = request.headers[CSRF_HEADER];
  if (!isCsrfToken(token, typeof given === "string" ? given : undefined)) {
    throw ownFault(
      403,
      403,
      `The header ${CSRF_HEADER} does not fit the session: reload the page.`,
    );
  }
  return { session, token };
}

/**
 * Pages of other origins are refused, though they may share the cookie's site (another port). The host is
 * the header's own: a proxy that is trusted may still pass on an `X-Forwarded-Host` that a client made up.
 */
export function checkOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const isForeign =
    origin === undefined
      ? request.method !== "GET"
      : hostOf(origin) !== (request.headers.host ?? "").toLowerCase();
  if (isForeign || (site !== undefined && site !== "same-origin" && site !== "none")) {
    throw ownFault(403, 403, "Only the console's own pages may call this address.");
  }
}

export function sessionTokenOf(request: FastifyRequest): string | null {
  const cookies = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim());
  const found = cookies.find((pair) => pair.startsWith(`${SESSION_COOKIE}=`));
  return found === undefined ? null : found.slice(SESSION_COOKIE.length + 1);
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : "";
}

/** The operator as the account, with every scope; the audit log says that it was the operator. */
async function principalOf(db: Queryable, accountId: string): Promise<Principal> {
  const { rows } = await db.query({
    name: "find-console-principal",
    text: `select master_id as "masterId", id as "accountId", kind, tier from accounts
      where id = $1 and kind in ('master', 'regular') and disassociated_at is null`,
    values: [plainId(accountId)],
  });
  if (rows[0] === undefined) throw new WireFault(commonErrors.noRoute);
  return { ...rows[0], scopes: new Set(allScopes), actor: "operator", expiresAtMs: null };
}

function notForAccounts(): WireFault {
  return ownFault(403, 403, "Only the operator may act for another account.");
}
