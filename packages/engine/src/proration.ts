/**
 * Parts of a period (billing rules, "Charges"): with F the charge of the full period of N days,
 * C(d) = F x d / N rounded half away from zero, and the days from a to b of it cost C(b) - C(a). Cuts of
 * one period therefore always add up to F, however often it is cut.
 */
import { assert } from "./assert.js";
import { multiplyDivide } from "./money.js";
import type { Minor } from "./state.js";

/** C(d): what the first `days` of `periodDays` days cost. */
export function chargeUpTo(fullMinor: Minor, periodDays: number, days: number): Minor {
  assert(Number.isInteger(periodDays) && periodDays > 0, `period of ${periodDays} days`);
  assert(Number.isInteger(days) && days >= 0 && days <= periodDays, `${days} of ${periodDays}`);
  if (days === 0) return 0;
  return days === periodDays ? fullMinor : multiplyDivide(fullMinor, days, periodDays);
}

/** What the days [fromDay, toDay) of the period cost: C(toDay) - C(fromDay). */
export function chargeBetween(
  fullMinor: Minor,
  periodDays: number,
  fromDay: number,
  toDay: number,
): Minor {
  assert(fromDay <= toDay, `days ${fromDay} to ${toDay}`);
  return chargeUpTo(fullMinor, periodDays, toDay) - chargeUpTo(fullMinor, periodDays, fromDay);
}
