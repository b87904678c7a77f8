/** What happens to one item on the end of its period: it renews, takes its pending change, or expires. */
import { assert } from "./assert.js";
import { recurringLine } from "./charges.js";
import type { Draft } from "./draft.js";
import { nextBoundary } from "./period.js";
import { factsOf } from "./plan-facts.js";
import type { CivilDate, IntervalMonths, SubscriptionItem } from "./state.js";
import { carryUsage, dropHosts } from "./usage-charges.js";

/** Whether the item goes on after the end of its period. */
export function willRenew(item: SubscriptionItem, autoRenew: boolean): boolean {
  return item.status === "active" && !item.isTrial && autoRenew;
}

/** Renews the item for the period that starts at the end of the current one, at that day's price. */
export function renew(draft: Draft, item: SubscriptionItem): void {
  assert(item.status === "active", `renewal of an item that is ${item.status}`);
  const { pending } = item;
  if (pending !== null && pending.planType !== item.planType) {
    replaceAtRenewal(draft, item, pending.planType, pending.hosts);
    return;
  }
  const hosts = pending?.hosts ?? item.hosts;
  const start = item.periodEnd;
  const renewed: SubscriptionItem = {
    ...item,
    hosts,
    hostBlocks: [hosts],
    unitPriceMinor: draft.priceOn(item.planType, start),
    periodStart: start,
    periodEnd: nextBoundary(start, item.anchorDay, monthsOf(item.intervalMonths)),
    pending: null,
  };
  draft.update(renewed, "item_renewed");
  chargeInAdvance(draft, renewed);
}

/** A pending change to another type: a new item follows the old one and keeps the anchor's day. */
function replaceAtRenewal(
  draft: Draft,
  item: SubscriptionItem,
  planType: string,
  hosts: number,
): void {
  const facts = factsOf(planType);
  const start = item.periodEnd;
  draft.retire(item, start, "item_replaced");
  const follower: SubscriptionItem = {
    ...item,
    number: draft.takeItemNumber(),
    planType,
    hosts,
    hostBlocks: [hosts],
    unitPriceMinor: draft.priceOn(planType, start),
    intervalMonths: facts.intervalMonths,
    isTrial: facts.isTrial,
    startDate: start,
    anchor: start,
    periodStart: start,
    periodEnd: nextBoundary(start, item.anchorDay, monthsOf(facts.intervalMonths)),
    pending: null,
  };
  draft.usage = carryUsage(draft.usage, item.planType, planType);
  draft.add(follower, "item_started");
  chargeInAdvance(draft, follower);
}

/** The item is over from `date` on; it stays in sight as expired and is gone from usage. */
export function expire(draft: Draft, item: SubscriptionItem, date: CivilDate): void {
  assert(date <= item.periodEnd, "an item expires at the end of its period or with its base");
  const expired: SubscriptionItem = { ...item, status: "expired", pending: null, endDate: date };
  draft.update(expired, "item_expired");
  draft.usage = dropHosts(draft.usage, item.planType);
}

/** Months from one period to the next: types billed by use are looked at monthly. */
export function monthsOf(intervalMonths: IntervalMonths | 0): IntervalMonths {
  return intervalMonths === 0 ? 1 : intervalMonths;
}

function chargeInAdvance(draft: Draft, item: SubscriptionItem): void {
  if (item.intervalMonths === 0) return;
  draft.charge(recurringLine(item, item.periodStart, "renewal", draft.account));
}
