/**
 * Periods. Period k runs from anchor + k intervals to anchor + (k+1) intervals, the day of month always
 * the anchor's, clamped to the month's end. Months are counted exactly, so the month of a period's start
 * tells which period it is.
 */
import { type Day, dayInMonth, dayOfMonth, monthOf } from "./calendar.js";
import { partOf } from "./money.js";
import type { Item } from "./state.js";

export function endOfPeriod(start: Day, months: number, anchorDay: number): Day {
  return dayInMonth(monthOf(start) + months, anchorDay);
}

export function anchoredAt(day: Day): { anchorMonth: number; anchorDay: number } {
  return { anchorMonth: monthOf(day), anchorDay: dayOfMonth(day) };
}

/** The next monthly date of the item's anchor after `day`. */
export function nextMonthlyDate(item: Item, day: Day): Day {
  const candidate = dayInMonth(monthOf(day), item.anchorDay);
  return candidate > day ? candidate : dayInMonth(monthOf(day) + 1, item.anchorDay);
}

/** The monthly date of the item's anchor before `date`, which is one itself. */
export function previousMonthlyDate(item: Item, date: Day): Day {
  return dayInMonth(monthOf(date) - 1, item.anchorDay);
}

/** Whole-period charge of so many hosts. */
export function fullCharge(unitPrice: bigint, hosts: number): bigint {
  return unitPrice * BigInt(hosts);
}

/** An account that was invoiced ahead of its time has no current period to charge a part of. */
export class AheadOfTime extends Error {}

/** What the rest of the item's current period costs from `day` on, for one block of hosts. */
export function restOfPeriod(item: Item, hosts: number, day: Day): bigint {
  if (day < item.periodStart) throw new AheadOfTime();
  const days = item.periodEnd - item.periodStart;
  return partOf(fullCharge(item.unitPrice, hosts), days, day - item.periodStart, days);
}
