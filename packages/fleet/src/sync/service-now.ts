/** The service's time, as the planner knows it. */
import type { PlannerClock, QuotaPlanner } from "@paymaster/client";

/** Asking the planner goes over all its rules: for each call of a sync that would be too often. */
const ASKED_EVERY_MS = 1_000;

/** @returns a function that gives the present instant, ISO */
export function serviceNow(quota: QuotaPlanner, clock: PlannerClock): () => string {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let aheadMs = 0;
  return () => {
    const localMs = clock.now();
    if (localMs - askedAtMs >= ASKED_EVERY_MS) {
      aheadMs = quota.status().nowMs - localMs;
      askedAtMs = localMs;
    }
    return new Date(localMs + aheadMs).toISOString();
  };
}
