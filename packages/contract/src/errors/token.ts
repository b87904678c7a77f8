/** Errors of `POST /oauth/token` (section 4.2 of the wire facts). Their body is `{reason, error}`. */
import type { Confidence, Source } from "../operation.js";

export interface TokenError {
  readonly status: number;
  readonly reason: string;
  readonly error: string;
  readonly source: readonly Source[];
  readonly confidence: Confidence;
  /** Why a client cannot meet this error here; absent: it can. */
  readonly unreachable?: string;
}

const CAPTURED = { status: 400, source: ["ISS", "CODE"], confidence: "captured" } as const;
const NO_USER_FLOWS = "Only server-to-server grants exist here: no user is asked for consent.";

export const tokenErrors = {
  invalidClient: {
    ...CAPTURED,
    reason: "Invalid client_id or client_secret",
    error: "invalid_client",
  },
  /** The account id is missing, mangled or another's. */
  badRequest: { ...CAPTURED, reason: "Bad Request", error: "invalid_request" },
  unsupportedGrantType: {
    ...CAPTURED,
    reason: "unsupported grant type",
    error: "unsupported_grant_type",
  },
  invalidToken: {
    ...CAPTURED,
    reason: "Invalid Token!",
    error: "invalid_grant",
    unreachable: NO_USER_FLOWS,
  },
  invalidAuthorizationCode: {
    ...CAPTURED,
    reason: "Invalid authorization code",
    error: "invalid_grant",
    unreachable: NO_USER_FLOWS,
  },
  accountDoesNotExist: {
    ...CAPTURED,
    source: ["CODE"],
    reason: "Account does not exist",
    error: "invalid_request",
    unreachable: "A wrong account id gets the more often seen answer, Bad Request.",
  },
  appTypeNotEnabled: {
    ...CAPTURED,
    source: ["CODE"],
    reason: "Account does not enabled the OAuth app type",
    error: "invalid_request",
    unreachable: "Every client here may use server-to-server grants.",
  },
} as const satisfies Readonly<Record<string, TokenError>>;

export type TokenErrorName = keyof typeof tokenErrors;
