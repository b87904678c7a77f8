/** The first two checks of every call: a token that is known and lives, and a scope that allows the call. */
import { commonErrors, type Operation, type WireProfile } from "@paymaster/contract";
import type { FastifyRequest } from "fastify";
import type { Authenticator, Principal } from "./principal.js";
import { WireFault } from "./wire-fault.js";

/** The token of `Authorization: Bearer <token>`; null when there is none. */
export function bearerToken(header: string | undefined): string | null {
  const match = /^Bearer +([^\s]+) *$/i.exec(header ?? "");
  return match?.[1] ?? null;
}

export async function authorize(
  request: FastifyRequest,
  operation: Operation,
  authenticator: Authenticator,
  profile: WireProfile,
): Promise<Principal> {
  const principal =
    request.consoleCaller === null
      ? await principalOfToken(request, authenticator)
      : request.consoleCaller.principal;
  if (principal === null) throw new WireFault(commonErrors.invalidToken);
  const written = (request.params as Record<string, string>).accountId;
  const own = written === undefined || written === "me" || written === principal.accountId;
  const allowed = sufficientScopes(operation, own, principal.kind, profile);
  if (!allowed.some((scope) => principal.scopes.has(scope))) {
    throw new WireFault(commonErrors.missingScopes, { scopes: allowed.join(", ") });
  }
  return principal;
}

async function principalOfToken(
  request: FastifyRequest,
  authenticator: Authenticator,
): Promise<Principal | null> {
  const token = bearerToken(request.headers.authorization);
  if (token === null) return null;
  const authentication = await authenticator.authenticate(token);
  if (authentication.outcome === "expired") throw new WireFault(commonErrors.expiredToken);
  return authentication.outcome === "known" ? authentication.principal : null;
}

/** Scopes any of which allows the call; the ones for the own account only where that is asked for. */
function sufficientScopes(
  operation: Operation,
  own: boolean,
  kind: Principal["kind"],
  _profile: WireProfile,
): string[] {
  const { classic, granular, classicForOwnAccount, granularForOwnAccount } = operation.scopes;
  return [
    ...classic,
    ...granular,
    ...(own ? (granularForOwnAccount ?? []) : []),
    ...(own && kind !== "master" ? (classicForOwnAccount ?? []) : []),
  ];
}
