/** One call of a sync, with its waits: for a turn, and for quotas that reopen. */
import {
  AbortError,
  type PlannerClock,
  type QuotaPlanner,
  RateLimitError,
} from "@paymaster/client";
import { answeredAt } from "./answered-at.js";
import type { FleetClient } from "./list-accounts.js";
import { type Outcome, outcomeOf } from "./outcome.js";

export interface CallContext {
  readonly client: FleetClient;
  readonly quota: QuotaPlanner;
  readonly clock: PlannerClock;
  /** The longest wait for a rule of one account or invoice alone. */
  readonly maxOwnWaitMs: number;
  /** Ends waits and calls at once. */
  readonly signal: AbortSignal;
  /** Nothing that waits is begun any more. */
  readonly stop: AbortSignal;
}

/** A test clock may be moved meanwhile: so one looks again. */
const LOOK_AGAIN_MS = 30_000;
const LEAST_WAIT_MS = 250;
/** Refusals of the service that no plan foresaw, before a call is left for the next time. */
const MAX_REFUSALS = 5;

/**
 * The planner holds a call back under two kinds of rules. Those of its label concern everybody, and are
 * waited for as long as it takes; those of its account or invoice only this call, and are not.
 */
export async function callWithinQuota(
  context: CallContext,
  tool: string,
  input: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const { client, signal, maxOwnWaitMs } = context;
  for (let refusals = 0; ; ) {
    try {
      const options = { signal, priority: "background", maxWaitMs: maxOwnWaitMs } as const;
      const { data, headers } = await client.request(tool, input, options);
      return { is: "read", data, at: answeredAt(headers) };
    } catch (error) {
      if (!(error instanceof RateLimitError)) return outcomeOf(error);
      if (error.sent) refusals += 1;
      const held = heldUntil(context.quota, tool, input);
      const isTooLong = held.isOwn && held.waitMs > maxOwnWaitMs;
      if (isTooLong || refusals > MAX_REFUSALS) return deferred(error, held);
      await pause(context, Math.max(LEAST_WAIT_MS, Math.min(held.waitMs, LOOK_AGAIN_MS)));
      if (context.stop.aborted || signal.aborted) return outcomeOf(new AbortError());
    }
  }
}

function heldUntil(quota: QuotaPlanner, tool: string, input: Readonly<Record<string, string>>) {
  const { steps, nowMs } = quota.plan([{ tool, input, priority: "background" }]);
  const { atMs = nowMs, waitsFor = "" } = steps[0] ?? {};
  return { atMs, waitMs: atMs - nowMs, rule: waitsFor, isOwn: waitsFor.startsWith(`${tool}:`) };
}

function deferred(error: RateLimitError, { atMs, rule }: ReturnType<typeof heldUntil>): Outcome {
  const retryAt = new Date(atMs).toISOString();
  const problem = error.sent
    ? `refused, for its quota is used up until ${retryAt}: ${error.message}`
    : `its quota is used up until ${retryAt}`;
  return { is: "deferred", problem, retryAt, rule };
}

/** Ends early when nobody waits for it any more. */
export function pause(
  { clock, signal, stop }: Pick<CallContext, "clock" | "signal" | "stop">,
  waitMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener("abort", end);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(waitMs, end);
    if (signal.aborted || stop.aborted) return end();
    signal.addEventListener("abort", end);
    stop.addEventListener("abort", end);
  });
}
