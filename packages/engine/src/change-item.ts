/** The change of a running item to another type or number of hosts (billing rules, "Charges"). */
import { assert } from "./assert.js";
import { addedHostsLine, unusedLine } from "./charges.js";
import type { Draft } from "./draft.js";
import { sentenceDate } from "./explain.js";
import { multiply } from "./money.js";
import { factsOf } from "./plan-facts.js";
import { startItem } from "./start-item.js";
import type { CivilDate, Derivation, SubscriptionItem } from "./state.js";
import { carryUsage, closeUsage } from "./usage-charges.js";

/** What an item is to become. */
export interface Target {
  readonly planType: string;
  readonly hosts: number;
}

/**
 * now: at once. period_end: pending until the item renews. none: it is so already, and a pending change
 * is withdrawn.
 */
export type Effect = "now" | "period_end" | "none";

/** Whether a change takes effect at once; compares full-period charges at the hosts before and after. */
export function effectOf(
  draft: Draft,
  item: SubscriptionItem,
  to: Target,
  today: CivilDate,
): Effect {
  if (to.planType === item.planType) {
    if (to.hosts === item.hosts) return "none";
    return to.hosts > item.hosts ? "now" : "period_end";
  }
  const { intervalMonths } = factsOf(to.planType);
  if (intervalMonths !== item.intervalMonths) {
    return intervalMonths > item.intervalMonths ? "now" : "period_end";
  }
  const before = multiply(item.unitPriceMinor, item.hosts);
  const after = multiply(draft.priceOn(to.planType, today), to.hosts);
  return after > before ? "now" : "period_end";
}

/** Carries out a change that was found to be allowed; returns the date on which it takes effect. */
export function changeItem(
  draft: Draft,
  item: SubscriptionItem,
  to: Target,
  today: CivilDate,
): CivilDate {
  assert(item.status === "active", `change of an item that is ${item.status}`);
  switch (effectOf(draft, item, to, today)) {
    case "none":
      if (item.pending !== null) draft.update({ ...item, pending: null }, "pending_withdrawn");
      return today;
    case "period_end":
      putOff(draft, item, to, today);
      return item.periodEnd;
    case "now":
      if (to.planType === item.planType) addHosts(draft, item, to.hosts, today, "change");
      else replaceNow(draft, item, to, today);
      return today;
  }
}

/** Keeps the change for the end of the period; a later one replaces it. */
export function putOff(
  draft: Draft,
  item: SubscriptionItem,
  to: Target,
  today: CivilDate,
): SubscriptionItem {
  const waiting: SubscriptionItem = { ...item, pending: { ...to, requestedOn: today } };
  draft.update(waiting, "change_pending");
  const hosts = factsOf(to.planType).unit === "host" ? ` with ${to.hosts} hosts` : "";
  draft.warnings.push(`Pending: ${to.planType}${hosts} from ${sentenceDate(item.periodEnd)}.`);
  return waiting;
}

/** More hosts for the rest of the current period; a pending change is replaced by this. */
export function addHosts(
  draft: Draft,
  item: SubscriptionItem,
  hosts: number,
  today: CivilDate,
  cause: Derivation["cause"],
): SubscriptionItem {
  const added = hosts - item.hosts;
  assert(added > 0, `${added} hosts added`);
  const grown: SubscriptionItem = {
    ...item,
    hosts,
    hostBlocks: [...item.hostBlocks, added],
    pending: null,
  };
  draft.update(grown, "hosts_added");
  if (grown.intervalMonths > 0) {
    draft.charge(addedHostsLine(grown, added, today, cause, draft.account));
  }
  return grown;
}

/** The unused part of the old period comes back, and the new type's first period starts today. */
function replaceNow(draft: Draft, item: SubscriptionItem, to: Target, today: CivilDate): void {
  // Use up to today is charged by what holds until today: the monthly dates, which follow the base, and
  // the storage of a recording plan, which a longer term may make smaller. Where it is charged through
  // today already, what was reported since stays.
  if (item.role === "base" || factsOf(item.planType).storageGb > 0) closeUsage(draft, today);
  draft.retire(item, today, "item_replaced");
  if (item.intervalMonths > 0) draft.charge(unusedLine(item, today, draft.account));
  draft.usage = carryUsage(draft.usage, item.planType, to.planType);
  const { family, role, options } = item;
  startItem(draft, { family, role, ...to, options }, today, null, "change");
}
