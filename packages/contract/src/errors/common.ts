/**
 * Errors that every operation can answer: tokens, scopes, bodies, quotas, and what Paymaster adds of its
 * own. Facts: sections 4.3, 5.2 and 6.1 of the wire facts.
 */
import type { WireError } from "../operation.js";
import { always, badRequest, conflict, notFound } from "./statuses.js";

export const commonErrors = {
  invalidToken: {
    code: 124,
    message: "Invalid access token.",
    status: always(401),
    source: ["ISS", "SK"],
    confidence: "captured",
  },
  /** One guide gives code 201 for the same text; what was seen on the wire is 124. */
  expiredToken: {
    code: 124,
    message: "Access token is expired.",
    status: always(401),
    source: ["CODE", "SK"],
    confidence: "captured",
  },
  /** `{scopes}`: comma and space between them. 4700, 104 and 201 were seen, too, each less often. */
  missingScopes: {
    code: 4711,
    message: "Invalid access token, does not contain scopes:[{scopes}].",
    status: badRequest,
    source: ["ISS"],
    confidence: "captured",
  },
  wrongTokenKind: {
    code: 200,
    message: "Invalid api key or secret.",
    status: badRequest,
    source: ["ISS"],
    confidence: "captured",
    unreachable: "Only one kind of token is issued here, so none can be of the wrong kind.",
  },
  proPlanRequired: {
    code: 200,
    message: "Must have a Pro or a higher plan.",
    status: badRequest,
    source: ["CODE"],
    confidence: "captured",
    unreachable:
      "Which operations a caller may use is decided by its kind and scopes, never by its plan.",
  },
  /** Seen under HTTP 200 as well; 403 is what the published table of statuses says. */
  notAllowed: {
    code: 200,
    message: "You do not have the right permissions.",
    status: always(403),
    source: ["CODE"],
    confidence: "captured",
  },
  invalidJson: {
    code: 300,
    message: "Request Body should be a valid JSON object.",
    status: badRequest,
    source: ["ISS"],
    confidence: "captured",
  },
  /** Carries `errors`: `[{field, message}]`. */
  validationFailed: {
    code: 300,
    message: "Validation Failed.",
    status: badRequest,
    source: ["ISS"],
    confidence: "captured",
  },
  perSecondLimit: {
    code: 429,
    message: "You have reached the maximum per-second rate limit for this API. Try again later.",
    status: always(429),
    source: ["D26", "SK"],
    confidence: "documented",
  },
  dailyLimit: {
    code: 429,
    message:
      "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.",
    status: always(429),
    source: ["D26", "SK"],
    confidence: "documented",
  },
  /** Status and wording were seen on the wire; the code is general knowledge. */
  noRoute: {
    code: 2300,
    message: "This API endpoint is not recognized.",
    status: notFound,
    source: ["ISS", "MEM"],
    confidence: "captured",
  },
  bodyTooLarge: {
    code: 300,
    message: "The request body is too large.",
    status: always(413),
    source: ["own"],
    confidence: "assumed",
  },
  /** With `Retry-After`: the same key is being answered right now. */
  idempotencyInProgress: {
    code: 409,
    message: "A request with this Idempotency-Key is still in progress.",
    status: conflict,
    source: ["own"],
    confidence: "assumed",
  },
  idempotencyMismatch: {
    code: 409,
    message: "This Idempotency-Key was used for another request.",
    status: conflict,
    source: ["own"],
    confidence: "assumed",
  },
  internal: {
    code: 500,
    message: "Internal error. The tracking id of this answer names it in the log.",
    status: always(500),
    source: ["own"],
    confidence: "assumed",
  },
  /** With `Retry-After`: the database is away. */
  unavailable: {
    code: 503,
    message: "The service is temporarily unavailable. Try again later.",
    status: always(503),
    source: ["own"],
    confidence: "assumed",
  },
} as const satisfies Readonly<Record<string, WireError>>;

export type CommonErrorName = keyof typeof commonErrors;
