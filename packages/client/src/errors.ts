/**
 * What a call can end in. Every failure of this client is one of these classes, so a caller decides
 * by `instanceof` and by fields, never by reading a message.
 */
import type { RateLimit } from "./rate-limit.js";

/** One field that the service refused (facts, 6.1). */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface ErrorContext {
  /** The method of the client that failed, e.g. `getPlanUsage`; undefined: outside a call. */
  readonly operation?: string | undefined;
  readonly cause?: unknown;
}

/** The root of all errors that this client throws on purpose. */
export class PaymasterError extends Error {
  override readonly name: string = "PaymasterError";
  readonly operation: string | undefined;

  constructor(message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.operation = context.operation;
  }
}

export interface ApiErrorFields extends ErrorContext {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly errors?: readonly FieldError[] | undefined;
  readonly errorName?: string | undefined;
  readonly trackingId?: string | undefined;
  readonly rateLimit?: RateLimit | undefined;
}

/**
 * The service understood and refused. `message` is the service's own text, word for word; `status`
 * is what travelled on the wire, which for some documented errors is 200 or 300 (facts, section 1).
 */
export class ApiError extends PaymasterError {
  override readonly name: string = "ApiError";
  readonly status: number;
  /** `code` of the body. */
  readonly code: number;
  readonly errors: readonly FieldError[];
  /** Name of the error in the contract whose message template matches; undefined: none does. */
  readonly errorName: string | undefined;
  /** Header `x-zm-trackingid`: what the vendor's support asks for. */
  readonly trackingId: string | undefined;
  readonly rateLimit: RateLimit | undefined;

  constructor(fields: ApiErrorFields) {
    super(fields.message, fields);
    this.status = fields.status;
    this.code = fields.code;
    this.errors = fields.errors ?? [];
    this.errorName = fields.errorName;
    this.trackingId = fields.trackingId;
    this.rateLimit = fields.rateLimit;
  }
}

/** The token is good but lacks a scope; `scopes` are those of which the service wants one. */
export class MissingScopeError extends ApiError {
  override readonly name: string = "MissingScopeError";
  readonly scopes: readonly string[];

  constructor(fields: ApiErrorFields, scopes: readonly string[]) {
    super(fields);
    this.scopes = scopes;
  }
}

/**
 * A quota is used up. The client waits by itself only for short times; here is when to come back.
 * Either the service said so (429), or the quota planner did before anything was sent.
 */
export class RateLimitError extends ApiError {
  override readonly name: string = "RateLimitError";
  /** false: the planner knew that the wait would be too long, and the call was not sent. */
  readonly sent: boolean;
  /** The planner's name of the rule that is used up, e.g. `pace:Heavy`; undefined: not known. */
  readonly rule: string | undefined;
  /** When the quota reopens; undefined: the service did not say. */
  readonly retryAt: Date | undefined;
  /**
   * Milliseconds from the answer to `retryAt`, never negative; undefined: there is no `retryAt`, or
   * the answer's Date is of another clock.
   */
  readonly retryAfterMs: number | undefined;

  /** @param unsent given by the planner for a call that it does not let out */
  constructor(
    fields: ApiErrorFields,
    retryAfterMs: number | undefined,
    unsent?: { readonly rule: string },
  ) {
    super(fields);
    this.sent = unsent === undefined;
    this.rule = unsent?.rule;
    this.retryAt = fields.rateLimit?.retryAt;
    this.retryAfterMs = retryAfterMs;
  }
}

/** More calls wait for their turn than `maxQueued`; this one was not sent. */
export class QueueFullError extends PaymasterError {
  override readonly name: string = "QueueFullError";
  readonly maxQueued: number;

  constructor(maxQueued: number, context: ErrorContext = {}) {
    super(`${maxQueued} calls wait for their turn already; this one was not sent`, context);
    this.maxQueued = maxQueued;
  }
}

/** The counts of the quota planner cannot be kept, so no call is sent uncounted; `cause` says why. */
export class QuotaStoreError extends PaymasterError {
  override readonly name: string = "QuotaStoreError";
}

export interface AuthenticationErrorFields extends ErrorContext {
  readonly status?: number | undefined;
  readonly code?: number | undefined;
  /** `error` of the token endpoint, e.g. `invalid_client`. */
  readonly error?: string | undefined;
  readonly trackingId?: string | undefined;
}

/** The credential was not accepted, by the API (401, code 124) or by the token endpoint. */
export class AuthenticationError extends PaymasterError {
  override readonly name: string = "AuthenticationError";
  readonly status: number | undefined;
  readonly code: number | undefined;
  readonly error: string | undefined;
  readonly trackingId: string | undefined;

  constructor(message: string, fields: AuthenticationErrorFields = {}) {
    super(message, fields);
    this.status = fields.status;
    this.code = fields.code;
    this.error = fields.error;
    this.trackingId = fields.trackingId;
  }
}

/** No complete answer within `timeoutMs`. Whether a write took effect is unknown. */
export class TimeoutError extends PaymasterError {
  override readonly name: string = "TimeoutError";
  readonly timeoutMs: number;

  constructor(timeoutMs: number, context: ErrorContext = {}) {
    super(`no complete answer within ${timeoutMs} ms`, context);
    this.timeoutMs = timeoutMs;
  }
}

/** The caller's signal was aborted; `cause` is its reason. */
export class AbortError extends PaymasterError {
  override readonly name: string = "AbortError";

  constructor(context: ErrorContext = {}) {
    super("aborted by the caller", context);
  }
}

/** The connection failed; `cause` is what the runtime reported. */
export class NetworkError extends PaymasterError {
  override readonly name: string = "NetworkError";
}

export interface UnexpectedResponseFields extends ErrorContext {
  readonly status: number;
  readonly contentType?: string | undefined;
  /** The first characters of the body, for a log. */
  readonly excerpt?: string | undefined;
  readonly trackingId?: string | undefined;
}

/** The answer is not one of this API: a proxy's page, a redirect, a cut or oversized body. */
export class UnexpectedResponseError extends PaymasterError {
  override readonly name: string = "UnexpectedResponseError";
  readonly status: number;
  readonly contentType: string | undefined;
  readonly excerpt: string | undefined;
  readonly trackingId: string | undefined;

  constructor(message: string, fields: UnexpectedResponseFields) {
    super(message, fields);
    this.status = fields.status;
    this.contentType = fields.contentType;
    this.excerpt = fields.excerpt;
    this.trackingId = fields.trackingId;
  }
}
