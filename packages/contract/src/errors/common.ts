/**
 * Errors that any operation may answer with: authentication and scope (section 4.3 of the wire facts),
 * rate limits (5.2), the body (6.1), and what Paymaster adds because a server needs it.
 */
import { badRequest, type ErrorDetails, wireError } from "./define.js";

const OWN: ErrorDetails = { source: ["own"], confidence: "assumed" };
const CAPTURED: ErrorDetails = { source: ["ISS", "CODE"], confidence: "captured" };

export const commonErrors = {
  /** No token, a token that is not known, or one that was revoked. */
  invalidToken: wireError(124, "Invalid access token.", 401, CAPTURED),
  /** One guide gives code 201 for the same text; what was seen on the wire is 124. */
  expiredToken: wireError(124, "Access token is expired.", 401, CAPTURED),
  /**
   * `{scopes}`: those of which one is needed, separated by comma and space. 4700, 104 and 201 were seen,
   * too, each less often.
   */
  missingScopes: badRequest(
    4711,
    "Invalid access token, does not contain scopes:[{scopes}].",
    CAPTURED,
  ),
  wrongTokenKind: badRequest(200, "Invalid api key or secret.", {
    source: ["ISS"],
    confidence: "captured",
    unreachable: "Only one kind of token exists here; any other is not known at all.",
  }),
  planTooLow: badRequest(200, "Must have a Pro or a higher plan.", {
    source: ["CODE"],
    confidence: "captured",
    unreachable: "The caller's own plan does not decide about the billing API here.",
  }),
  /** The caller is no master. Seen under HTTP 200 as well; 403 is what the table of statuses says. */
  notAllowed: wireError(200, "You do not have the right permissions.", 403, {
    source: ["CODE"],
    confidence: "captured",
  }),
  perSecondLimit: wireError(
    429,
    "You have reached the maximum per-second rate limit for this API. Try again later.",
    429,
    { source: ["SK", "D26"] },
  ),
  dailyLimit: wireError(
    429,
    "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.",
    429,
    { source: ["SK", "D26"] },
  ),
  invalidJson: badRequest(300, "Request Body should be a valid JSON object.", {
    source: ["ISS"],
    confidence: "captured",
  }),
  /** Comes with `errors`, one `{field, message}` for each field. */
  validationFailed: badRequest(300, "Validation Failed.", {
    source: ["ISS"],
    confidence: "captured",
  }),
  /** Status and wording were seen on the wire; the code is general knowledge. */
  noRoute: wireError(2300, "This API endpoint is not recognized.", 404, {
    source: ["ISS", "MEM"],
    confidence: "captured",
  }),
  bodyTooLarge: wireError(300, "The request body is too large.", 413, OWN),
  headersTooLarge: wireError(300, "The request has too many or too long headers.", 431, OWN),
  /** With `Retry-After`: a request with the same key is being answered right now. */
  idempotencyInProgress: wireError(
    409,
    "A request with this Idempotency-Key is still in progress.",
    409,
    OWN,
  ),
  idempotencyMismatch: wireError(
    409,
    "This Idempotency-Key was used for another request.",
    409,
    OWN,
  ),
  internal: wireError(
    500,
    "Internal error. The tracking id of this answer names it in the log.",
    500,
    {
      ...OWN,
      unreachable: "A failure of the server itself; no request is known to cause it.",
    },
  ),
  /** With `Retry-After`: the database is away. */
  unavailable: wireError(503, "The service is temporarily unavailable. Try again later.", 503, OWN),
} as const;

export type CommonErrorName = keyof typeof commonErrors;
