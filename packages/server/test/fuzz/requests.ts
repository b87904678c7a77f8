/** Requests as they are sent: drawn, with a credential, and a third of them distorted. */
import fc, { type Arbitrary } from "fast-check";
import type { Credentials } from "../../src/index.js";
import {
  arbitraryRequest,
  type FuzzOperation,
  type FuzzRequest,
  onAccounts,
  type Targets,
} from "../errors/arbitrary-requests.js";
import { type Distortion, distortions, type SentRequest } from "./distortions.js";

interface Drawn {
  readonly request: FuzzRequest;
  readonly changes: readonly Distortion[];
  /** One in so many wire calls comes from a sub account, or with the wrong kind of key. */
  readonly caller: number;
}

export interface Keys extends Credentials {
  readonly subAccountKey: string;
}

export function fuzzedRequests(
  operations: readonly FuzzOperation[],
  targets: Targets,
  keys: Keys,
): Arbitrary<Drawn> {
  const wire = operations.filter(({ path }) => !path.startsWith("/oauth/"));
  return fc.record({
    request: fc.oneof(
      { weight: 30, arbitrary: arbitraryRequest(wire, targets) },
      { weight: 1, arbitrary: tokenRequest(keys) },
    ),
    changes: distortions,
    caller: fc.nat({ max: 29 }),
  });
}

/** With the accounts that are at their places now. */
export function sentRequest(
  { request, changes, caller }: Drawn,
  accounts: readonly string[],
  keys: Keys,
): SentRequest {
  const plain: SentRequest = {
    method: request.method,
    path: onAccounts(request.path, accounts, encodeURIComponent),
    headers: { authorization: credentialFor(request.path, caller, keys), ...request.headers },
    body: request.body === null ? null : onAccounts(request.body, accounts),
  };
  return changes.reduce((changed, change) => change(changed), plain);
}

function credentialFor(path: string, caller: number, keys: Keys): string {
  if (path.startsWith("/admin/")) return `Bearer ${caller === 0 ? keys.api_key : keys.admin_key}`;
  if (caller === 0) return `Bearer ${keys.admin_key}`;
  return `Bearer ${caller < 3 ? keys.subAccountKey : keys.api_key}`;
}

const NAMES = ["grant_type", "account_id", "client_id", "client_secret", "token", "__proto__"];

/** Tokens asked for and revoked, as forms, JSON or a query, rightly or not. */
function tokenRequest(keys: Keys): Arbitrary<FuzzRequest> {
  const { client_id, client_secret, account_id } = keys;
  const known = ["account_credentials", "client_credentials", account_id, client_id, client_secret];
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }) },
  );
  const basic = (id: string, secret: string) =>
    `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  return fc
    .record({
      path: fc.constantFrom("/oauth/token", "/oauth/token", "/oauth/revoke"),
      grantType: fc.constantFrom("account_credentials", "client_credentials", "password"),
      more: fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4 }),
      as: fc.constantFrom("form", "form", "json", "query"),
      authorization: fc.oneof(
        { weight: 3, arbitrary: fc.constant(basic(client_id, client_secret)) },
        { weight: 1, arbitrary: fc.tuple(value, value).map(([a, b]) => basic(a, b)) },
      ),
    })
    .map(({ path, grantType, more, as, authorization }) => {
      const all = [["grant_type", grantType], ["account_id", account_id], ...more];
      const text = new URLSearchParams(all).toString();
      const type = as === "json" ? "application/json" : "application/x-www-form-urlencoded";
      return {
        method: "POST",
        path: as === "query" ? `${path}?${text}` : path,
        headers: { authorization, "content-type": type },
        body: as === "json" ? JSON.stringify(Object.fromEntries(all)) : as === "form" ? text : "",
      };
    });
}
