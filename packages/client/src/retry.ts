/** When a failed call may be sent again. Pure: no clock, no randomness. */
import { NetworkError, type PaymasterError, RateLimitError, TimeoutError } from "./errors.js";

export interface RetryPolicy {
  /** How often one call is sent at most, the first time included. Default 3. */
  readonly maxAttempts: number;
  /** The longest wait for a quota or a pause; a longer one is told to the caller. Default 5 s. */
  readonly maxWaitMs: number;
  /** Pause before the first repetition when the service names none; doubles each time. */
  readonly baseDelayMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 3,
  maxWaitMs: 5_000,
  baseDelayMs: 250,
};

export interface FailedAttempt {
  /** Of the contract; only reads are repeated. */
  readonly effect: "read" | "write" | "cancel";
  /** 1 for the first sending. */
  readonly attempt: number;
  readonly error: PaymasterError;
  /** In [0, 1): spreads callers that failed together. */
  readonly jitter: number;
  /** A quota planner has heard of a 429 and waits for the rule to open. Default false. */
  readonly isPlanned?: boolean | undefined;
}

export type RetryDecision =
  | { readonly retry: true; readonly waitMs: number }
  | { readonly retry: false; readonly reason: "write" | "final" | "attempts" | "wait_too_long" };

/**
 * Only reads are repeated: a write whose answer was lost may have moved money. Only failures that
 * say nothing about the request itself are: a short quota, an overloaded or unreachable service.
 */
export function shouldRetry(failed: FailedAttempt, policy: RetryPolicy): RetryDecision {
  if (failed.isPlanned === true && failed.error instanceof RateLimitError) {
    // A refused call was not carried out, not even a write.
    if (failed.attempt >= policy.maxAttempts) return { retry: false, reason: "attempts" };
    return { retry: true, waitMs: 0 };
  }
  if (failed.effect !== "read") return { retry: false, reason: "write" };
  if (!isTransient(failed.error)) return { retry: false, reason: "final" };
  if (failed.attempt >= policy.maxAttempts) return { retry: false, reason: "attempts" };
  const waitMs = pauseMs(failed, policy);
  if (waitMs === undefined || waitMs > policy.maxWaitMs) {
    return { retry: false, reason: "wait_too_long" };
  }
  return { retry: true, waitMs };
}

/** The failure says nothing about the request itself, nor whether it was carried out. */
export function isTransient(error: PaymasterError): boolean {
  if (error instanceof RateLimitError) return true;
  if (error instanceof NetworkError || error instanceof TimeoutError) return true;
  const status = "status" in error ? error.status : undefined;
  return status === 502 || status === 503 || status === 504;
}

/** @returns undefined when the quota reopens at a time nobody named (a daily limit) */
function pauseMs(failed: FailedAttempt, policy: RetryPolicy): number | undefined {
  const backoffMs = policy.baseDelayMs * 2 ** (failed.attempt - 1) * (0.5 + failed.jitter / 2);
  if (!(failed.error instanceof RateLimitError)) return Math.round(backoffMs);
  if (failed.error.retryAfterMs !== undefined) {
    return Math.round(failed.error.retryAfterMs + backoffMs);
  }
  // An instant of another clock: how long until then is not known.
  if (failed.error.retryAt !== undefined) return undefined;
  if (failed.error.rateLimit?.type === "Daily-limit") return undefined;
  // A per-second limit without a time: the next second.
  return Math.round(1000 + backoffMs);
}
