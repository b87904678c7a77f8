/** A planner whose waiting calls can be sent home, while those on their way are still answered. */
import type { QuotaPlanner, Turn, TurnOptions } from "@paymaster/client";

/**
 * @param stop ends all waits for a turn in AbortError; a call that was let out is not touched, so that
 *   what the service counts against a quota is not thrown away
 */
export function stoppable(quota: QuotaPlanner, stop: AbortSignal): QuotaPlanner {
  return {
    plan: (calls) => quota.plan(calls),
    status: () => quota.status(),
    turn: (call, options = {}) => withStop(options, stop, (both) => quota.turn(call, both)),
    showServiceTime: (serviceMs) => quota.showServiceTime(serviceMs),
    close: () => quota.close(),
  };
}

/** By hand: the signals of AbortSignal.any outlive their calls as long as `stop` lives. */
async function withStop(
  options: TurnOptions,
  stop: AbortSignal,
  wait: (options: TurnOptions) => Promise<Turn>,
): Promise<Turn> {
  const { signal } = options;
  const both = new AbortController();
  const abort = () => both.abort(stop.aborted ? stop.reason : signal?.reason);
  if (stop.aborted || signal?.aborted) abort();
  stop.addEventListener("abort", abort);
  signal?.addEventListener("abort", abort);
  try {
    return await wait({ ...options, signal: both.signal });
  } finally {
    stop.removeEventListener("abort", abort);
    signal?.removeEventListener("abort", abort);
  }
}
