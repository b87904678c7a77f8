/** One signal for a time limit and the caller's own signal. */
import { AbortError, TimeoutError } from "./errors.js";

/**
 * AbortSignal.any is not used: on Node 20 and 22 it leaks when the caller's signal lives as long as
 * the process (nodejs/node #54614, #55351). A deadline that is `release`d leaves nothing behind.
 */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the time limit anew, e.g. before each chunk of a stream. */
  restart(): void;
  /** Stops the time limit until the next `restart`; the caller's signal stays in force. */
  pause(): void;
  /** Ends the time limit and lets go of the caller's signal. */
  release(): void;
}

/**
 * @param timeoutMs after which the signal aborts with a TimeoutError
 * @param callerSignal whose abort aborts the signal with an AbortError
 */
export function createDeadline(
  timeoutMs: number,
  callerSignal: AbortSignal | undefined,
  operation: string | undefined,
): Deadline {
  const controller = new AbortController();
  const onAbort = () =>
    controller.abort(new AbortError({ operation, cause: callerSignal?.reason as unknown }));
  const onTimeout = () => controller.abort(new TimeoutError(timeoutMs, { operation }));
  if (callerSignal?.aborted) onAbort();
  else callerSignal?.addEventListener("abort", onAbort, { once: true });
  let timer = setTimeout(onTimeout, timeoutMs);
  return {
    signal: controller.signal,
    restart() {
      clearTimeout(timer);
      timer = setTimeout(onTimeout, timeoutMs);
    },
    pause() {
      clearTimeout(timer);
    },
    release() {
      clearTimeout(timer);
      callerSignal?.removeEventListener("abort", onAbort);
    },
  };
}

/** Waits; @throws AbortError as soon as the caller's signal aborts. */
export function sleep(
  waitMs: number,
  callerSignal: AbortSignal | undefined,
  operation: string | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      clearTimeout(timer);
      reject(new AbortError({ operation, cause: callerSignal?.reason as unknown }));
    };
    const timer = setTimeout(() => {
      callerSignal?.removeEventListener("abort", fail);
      resolve();
    }, waitMs);
    if (callerSignal?.aborted) fail();
    else callerSignal?.addEventListener("abort", fail, { once: true });
  });
}

/** Waits for shared work, but no longer than this caller's own signal allows. */
export function waitFor<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(signal.reason);
    // First of all, so that work which fails after this caller left is not an unhandled rejection.
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", fail));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
