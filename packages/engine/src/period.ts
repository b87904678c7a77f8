/**
 * Periods of a subscription item (billing rules, "Dates and periods"): period k runs from anchor + k
 * intervals to anchor + (k+1) intervals, half-open, its day of month taken from the anchor and clamped to
 * the month's end.
 */
import { assert } from "./assert.js";
import { addMonthsClamped } from "./civil-date.js";
import type { CivilDate } from "./state.js";

/** Where periods start: the anchor's month, and the day of month, which may be inherited. */
export interface Anchor {
  readonly anchor: CivilDate;
  /** Day of month that periods start on, clamped to the month's end. */
  readonly anchorDay: number;
}

/** Half-open run of days. */
export interface Period {
  readonly start: CivilDate;
  readonly end: CivilDate;
}

/** Start of period k, computed from the anchor and never from period k-1. */
export function periodStart(at: Anchor, intervalMonths: number, k: number): CivilDate {
  assert(Number.isInteger(k), `period ${k}`);
  assertInterval(intervalMonths);
  return addMonthsClamped(at.anchor, k * intervalMonths, at.anchorDay);
}

/** Period k of an anchor and an interval. */
export function period(at: Anchor, intervalMonths: number, k: number): Period {
  return {
    start: periodStart(at, intervalMonths, k),
    end: periodStart(at, intervalMonths, k + 1),
  };
}

/**
 * The boundary one interval after `boundary`, which must be the start of a period of that anchor day.
 * A boundary's month already says which k it is and the day always comes from the anchor, so this equals
 * `periodStart(anchor, interval, k + 1)`; a property test says so for 50 years.
 */
export function nextBoundary(
  boundary: CivilDate,
  anchorDay: number,
  intervalMonths: number,
): CivilDate {
  assertInterval(intervalMonths);
  return addMonthsClamped(boundary, intervalMonths, anchorDay);
}

/** The first monthly date of an anchor's day (anchor + j months, any integer j) strictly after `date`. */
export function nextMonthlyDate(anchorDay: number, date: CivilDate): CivilDate {
  const inThisMonth = addMonthsClamped(date, 0, anchorDay);
  return inThisMonth > date ? inThisMonth : addMonthsClamped(date, 1, anchorDay);
}

/** The last monthly date of an anchor's day on or before `date`. */
export function lastMonthlyDate(anchorDay: number, date: CivilDate): CivilDate {
  const inThisMonth = addMonthsClamped(date, 0, anchorDay);
  return inThisMonth <= date ? inThisMonth : addMonthsClamped(date, -1, anchorDay);
}

function assertInterval(intervalMonths: number): void {
  assert(Number.isInteger(intervalMonths) && intervalMonths > 0, `interval ${intervalMonths}`);
}
