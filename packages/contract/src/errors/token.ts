/**
 * Errors of `POST /oauth/token`, which have OAuth's shape and not the envelope of the API. Facts: section
 * 4.2 of the wire facts, bodies seen by third parties; where HTTP statuses were seen to differ, 400.
 */
import type { Confidence, Source } from "../operation.js";

/** Body `{reason, error}`. */
export interface TokenError {
  readonly status: number;
  readonly reason: string;
  /** OAuth's error code. */
  readonly error: string;
  readonly source: readonly Source[];
  readonly confidence: Confidence;
  /** Why a client cannot meet this error here; absent: it can. */
  readonly unreachable?: string;
}

const noUserFlows = "Codes and refresh tokens belong to user flows, which are not offered here.";

export const tokenErrors = {
  invalidClient: {
    status: 400,
    reason: "Invalid client_id or client_secret",
    error: "invalid_client",
    source: ["ISS"],
    confidence: "captured",
  },
  /** A wrong or mangled `account_id`. */
  badRequest: {
    status: 400,
    reason: "Bad Request",
    error: "invalid_request",
    source: ["ISS"],
    confidence: "captured",
  },
  unsupportedGrantType: {
    status: 400,
    reason: "unsupported grant type",
    error: "unsupported_grant_type",
    source: ["ISS"],
    confidence: "captured",
  },
  /** In 2020 it was HTTP 401 with `invalid_request`. */
  invalidGrant: {
    status: 400,
    reason: "Invalid Token!",
    error: "invalid_grant",
    source: ["ISS"],
    confidence: "captured",
    unreachable: noUserFlows,
  },
  invalidAuthorizationCode: {
    status: 400,
    reason: "Invalid authorization code",
    error: "invalid_grant",
    source: ["ISS"],
    confidence: "captured",
    unreachable: noUserFlows,
  },
  accountDoesNotExist: {
    status: 400,
    reason: "Account does not exist",
    error: "invalid_request",
    source: ["CODE"],
    confidence: "captured",
    unreachable: "A client belongs to one account; any other is answered with `badRequest`.",
  },
  appTypeNotEnabled: {
    status: 400,
    reason: "Account does not enabled the OAuth app type",
    error: "invalid_request",
    source: ["CODE"],
    confidence: "captured",
    unreachable: "There are no app types here that an account could lack.",
  },
} as const satisfies Readonly<Record<string, TokenError>>;

export type TokenErrorName = keyof typeof tokenErrors;
