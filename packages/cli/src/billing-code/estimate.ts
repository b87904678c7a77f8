/** What steps cost by a price book, before tax and credit: for services that offer no preview. */

import type { HeldPlan } from "@paymaster/client";
import { findPlan, findPrice, type PriceBook } from "@paymaster/contract";
import type { DesiredAccount } from "./desired.js";
import type { Holding, Step, StepChange } from "./plan-steps.js";

/** Amounts are integers of minor units; null: the book cannot tell. */
export interface Renewal {
  readonly months: number;
  readonly amountMinor: number;
}

const DAY_MS = 86_400_000;

/** @param today `YYYY-MM-DD`. @returns null when a plan has no price */
export function estimateNow(
  step: Step,
  held: readonly HeldPlan[],
  book: PriceBook,
  today: string,
): number | null {
  const amounts = step.changes.map((change) => changeNow(change, held, book, today));
  return amounts.reduce<number | null>(
    (sum, amount) => (sum === null || amount === null ? null : sum + amount),
    0,
  );
}

function changeNow(
  { from, to, isResumed }: StepChange,
  held: readonly HeldPlan[],
  book: PriceBook,
  today: string,
): number | null {
  // A cancellation gives nothing back, and taking it back charges nothing twice.
  if (to === undefined || isResumed) return 0;
  const base = held.find(({ family }) => family.name === "plan_base");
  const full = fullPeriod(to, book, today);
  if (full === null) return null;
  if (from === undefined) {
    const isAligned = base !== undefined && monthsOf(base) === monthsOf(to);
    return isAligned ? partOf(full, to, base.nextInvoiceDate, today) : full;
  }
  const before = fullPeriod(from, book, today);
  if (before === null) return null;
  const plan = held.find(({ type }) => type === from.type);
  if (from.type === to.type) {
    const more = full - before;
    return more <= 0 ? 0 : partOf(more, to, plan?.nextInvoiceDate, today);
  }
  // To a longer period, or a dearer plan of the same: at once, and the rest of the old period comes off.
  const isUp = monthsOf(to) > monthsOf(from) || (monthsOf(to) === monthsOf(from) && full > before);
  return isUp ? full - partOf(before, from, plan?.nextInvoiceDate, today) : 0;
}

/** What the plans of an account cost each time they renew, by the length of their periods. */
export function renewals(
  desired: Pick<DesiredAccount, "base" | "addOns">,
  book: PriceBook,
  today: string,
): readonly Renewal[] | null {
  const sums = new Map<number, number>();
  for (const plan of [...(desired.base === null ? [] : [desired.base]), ...desired.addOns]) {
    const amount = fullPeriod(plan, book, today);
    if (amount === null) return null;
    const months = monthsOf(plan);
    if (months > 0) sums.set(months, (sums.get(months) ?? 0) + amount);
  }
  return Array.from(sums, ([months, amountMinor]) => ({ months, amountMinor })).sort(
    (a, b) => a.months - b.months,
  );
}

function fullPeriod({ type, hosts }: Holding, book: PriceBook, today: string): number | null {
  if (monthsOf({ type }) === 0) return 0;
  const price = findPrice(book, type, today);
  return price === undefined ? null : price.unitPriceMinor * (hosts ?? 1);
}

function monthsOf({ type }: Pick<Holding, "type">): number {
  return findPlan(type)?.intervalMonths ?? 0;
}

/** The days that are left of the period, half a unit rounded away from zero. */
function partOf(
  amountMinor: number,
  holding: Holding,
  nextInvoiceDate: string | undefined,
  today: string,
): number {
  const months = monthsOf(holding);
  const endMs = Date.parse(`${nextInvoiceDate ?? ""}T00:00:00Z`);
  if (months === 0 || Number.isNaN(endMs)) return amountMinor;
  const end = new Date(endMs);
  const startMs = Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - months, end.getUTCDate());
  const days = Math.round((endMs - startMs) / DAY_MS);
  const left = Math.round((endMs - Date.parse(`${today}T00:00:00Z`)) / DAY_MS);
  const share = Math.min(Math.max(left, 0), days);
  return Math.round((amountMinor * share) / days);
}
