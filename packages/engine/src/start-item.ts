/** A new item and its first charge. */
import { assert } from "./assert.js";
import { recurringLine } from "./charges.js";
import { addDays, dayOfMonth } from "./civil-date.js";
import type { PlanRequest } from "./command.js";
import type { Draft } from "./draft.js";
import { nextBoundary, nextMonthlyDate } from "./period.js";
import { factsOf, familyHoldsSeveral, type PlanFacts } from "./plan-facts.js";
import { monthsOf } from "./renew.js";
import type { CivilDate, Derivation, SubscriptionItem } from "./state.js";

/** Longest free trial, and the length of every one. */
export const TRIAL_DAYS = 30;

type Dates = Pick<SubscriptionItem, "anchor" | "anchorDay" | "periodStart" | "periodEnd">;

/**
 * Starts an item today and charges its first period, or what is left of the base's when it joins the
 * base's periods. `base` is null for the base itself and for what is bought together with it.
 */
export function startItem(
  draft: Draft,
  request: PlanRequest,
  today: CivilDate,
  base: SubscriptionItem | null,
  cause: Derivation["cause"],
): SubscriptionItem {
  const facts = factsOf(request.planType);
  const hosts = request.hosts ?? 1;
  assert(Number.isInteger(hosts) && hosts >= 1, `hosts ${hosts}`);
  retireForerunners(draft, request, today);
  const item: SubscriptionItem = {
    number: draft.takeItemNumber(),
    family: request.family,
    role: request.role,
    planType: request.planType,
    hosts,
    hostBlocks: [hosts],
    unitPriceMinor: draft.priceOn(request.planType, today),
    intervalMonths: facts.intervalMonths,
    isTrial: facts.isTrial,
    startDate: today,
    ...firstDates(facts, today, base),
    status: "active",
    pending: null,
    options: request.options,
    cancellation: null,
    endDate: null,
  };
  draft.add(item, "item_started");
  if (item.intervalMonths > 0) draft.charge(recurringLine(item, today, cause, draft.account));
  return item;
}

/** Dates of a new item; one that joins the base keeps the base's day of month from its next period on. */
function firstDates(facts: PlanFacts, today: CivilDate, base: SubscriptionItem | null): Dates {
  if (facts.isTrial) return { ...own(today, 1), periodEnd: addDays(today, TRIAL_DAYS) };
  if (base === null) return own(today, monthsOf(facts.intervalMonths));
  if (facts.intervalMonths === 0) {
    const periodEnd = nextMonthlyDate(base.anchorDay, today);
    return { anchor: periodEnd, anchorDay: base.anchorDay, periodStart: today, periodEnd };
  }
  if (facts.intervalMonths !== base.intervalMonths) return own(today, facts.intervalMonths);
  const { anchorDay, periodStart, periodEnd } = base;
  return { anchor: periodEnd, anchorDay, periodStart, periodEnd };
}

function own(today: CivilDate, months: number): Dates {
  const anchorDay = dayOfMonth(today);
  const periodEnd = nextBoundary(today, anchorDay, months);
  return { anchor: today, anchorDay, periodStart: today, periodEnd };
}

/**
 * Expired items leave sight when their type is subscribed to again, and, in a family that holds one,
 * when another type takes their place.
 */
function retireForerunners(draft: Draft, request: PlanRequest, today: CivilDate): void {
  for (const item of draft.items.slice()) {
    if (item.status !== "expired" || item.role !== request.role) continue;
    if (item.family !== request.family) continue;
    if (item.planType === request.planType || !familyHoldsSeveral(item.family)) {
      draft.retire(item, item.endDate ?? today, "item_superseded");
    }
  }
}
