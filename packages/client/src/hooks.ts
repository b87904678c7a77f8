/** What a caller may watch. No event holds a credential, a request body or an answer's body. */
import type { PaymasterError } from "./errors.js";
import type { RateLimit } from "./rate-limit.js";

export interface RequestEvent {
  /** Method of the client, e.g. `getPlanUsage`. */
  readonly operation: string;
  readonly method: string;
  /** As sent, without a credential that travels in the query. */
  readonly url: string;
  /** 1 for the first sending of a call. */
  readonly attempt: number;
}

export interface ResponseEvent extends RequestEvent {
  readonly status: number;
  /** From sending to the answer's headers. */
  readonly durationMs: number;
  readonly trackingId: string | undefined;
  readonly rateLimit: RateLimit | undefined;
}

export interface RetryEvent extends RequestEvent {
  readonly error: PaymasterError;
  readonly waitMs: number;
}

/** Functions for logs and metrics. What they throw is dropped: watching must not change a call. */
export interface Hooks {
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  readonly onResponse?: ((event: ResponseEvent) => void) | undefined;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
}

/** @param event made only if somebody watches */
export function notify<E>(hook: ((event: E) => void) | undefined, event: () => E): void {
  if (hook === undefined) return;
  try {
    hook(event());
  } catch {
    // A call that may have moved money does not fail because of its log.
  }
}
