/**
 * Windows of the service's clock. They are fixed, not sliding: each begins at a whole second, minute or
 * UTC day, as a documented reset in whole unix seconds and at 00:00 UTC has it [D26, SK].
 */
import { strict as assert } from "node:assert";

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Start of the window of `lengthMs` that holds the instant `nowMs`. */
export function windowStart(nowMs: number, lengthMs: number): number {
  assert(lengthMs > 0, "a window has a length");
  return Math.floor(nowMs / lengthMs) * lengthMs;
}

/**
 * An instant as Retry-After shows it, e.g. `2020-05-31T00:00:00Z`. It has whole seconds, so it is rounded
 * up: a client that waits until then is never too early.
 */
export function instantText(instantMs: number): string {
  const rounded = new Date(Math.ceil(instantMs / SECOND_MS) * SECOND_MS);
  return `${rounded.toISOString().slice(0, 19)}Z`;
}
