/** When there is next something to do for an account without anyone asking. */

import { isRunning, runningBase } from "./items.js";
import { nextMonthlyDate } from "./period.js";
import type { AccountState, CivilDate } from "./state.js";
import { hasChargeableUsage } from "./usage-charges.js";

/**
 * The earliest of: the end of a running item's period (renewal, expiry, end of a trial), and the
 * account's next monthly date while there is use to charge. Null: never.
 */
export function nextDueDate(state: AccountState): CivilDate | null {
  let next = nextUsageDate(state);
  for (const item of state.items) {
    if (isRunning(item) && (next === null || item.periodEnd < next)) next = item.periodEnd;
  }
  return next;
}

/** The next monthly date on which use is charged; null when nothing would be. */
export function nextUsageDate(state: AccountState): CivilDate | null {
  if (state.usageChargedThrough === null) return null;
  const base = runningBase(state.items);
  if (base === null || !hasChargeableUsage(state, base)) return null;
  return nextMonthlyDate(base.anchorDay, state.usageChargedThrough);
}
