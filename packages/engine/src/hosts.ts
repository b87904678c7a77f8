/** Limits of the number of hosts: the catalogue's own, and those that follow from the base plan's hosts. */
import { MAX_HOSTS } from "@paymaster/contract";
import { assert } from "./assert.js";
import { hostsOn, isRunning, runningBase } from "./items.js";
import { factsOf, type HostRule, type PlanFacts } from "./plan-facts.js";
import type { CivilDate, SubscriptionItem } from "./state.js";

/** Why a number of hosts cannot be bought; the names are those of the contract's errors. */
export type HostProblem =
  | { readonly error: "invalidHostNumber" }
  | { readonly error: "buyHostsOverMaximum" }
  | { readonly error: "buyHostsTooFew"; readonly minBuyHost: number }
  | { readonly error: "buyHostsTooMany"; readonly maxBuyHost: number };

/** The plan's own limits. Families without hosts take 1, or none given. */
export function catalogueHostProblem(facts: PlanFacts, hosts: number | null): HostProblem | null {
  if (hosts === null) return facts.unit === "plan" ? null : { error: "invalidHostNumber" };
  assert(Number.isInteger(hosts), `hosts ${hosts}`);
  if (hosts <= 0) return { error: "invalidHostNumber" };
  if (hosts > MAX_HOSTS) return { error: "buyHostsOverMaximum" };
  if (hosts < facts.minHosts) return { error: "buyHostsTooFew", minBuyHost: facts.minHosts };
  if (hosts > facts.maxHosts) return { error: "buyHostsTooMany", maxBuyHost: facts.maxHosts };
  return null;
}

/**
 * The most hosts of `item` that its base plan allows, now and at every date on which a pending change or a
 * cancellation takes effect; null when nothing binds it.
 */
export function mostHostsAllowed(
  items: readonly SubscriptionItem[],
  item: SubscriptionItem,
  today: CivilDate,
): number | null {
  const rule = factsOf(item.planType).hostRule;
  if (rule === null) return null;
  let most: number | null = null;
  for (const date of datesOfChange(items, today)) {
    const base = baseHostsOn(items, date);
    if (base === null) continue;
    const others = groupHostsOn(items, rule, date) - hostsOn(item, date);
    const allowed = rule.strictlyFewer ? base - 1 : base;
    most = Math.min(most ?? allowed, allowed - (rule.inTotal ? others : 0));
  }
  return most;
}

/** The fewest hosts that the base plan may have from `from` on, for the add-ons held then and later. */
export function fewestBaseHosts(items: readonly SubscriptionItem[], from: CivilDate): number {
  let fewest = 0;
  for (const date of datesOfChange(items, from)) {
    for (const item of items) {
      const { hostRule } = factsOf(item.planType);
      const hosts = hostsOn(item, date);
      if (hostRule === null || hosts === 0) continue;
      const held = hostRule.inTotal ? groupHostsOn(items, hostRule, date) : hosts;
      fewest = Math.max(fewest, hostRule.strictlyFewer ? held + 1 : held);
    }
  }
  return fewest;
}

/** `from`, and the later dates on which what is held now will change by itself. */
function datesOfChange(items: readonly SubscriptionItem[], from: CivilDate): Set<CivilDate> {
  const dates = new Set([from]);
  for (const item of items) {
    const willChange = item.pending !== null || item.status === "cancel";
    if (willChange && isRunning(item) && item.periodEnd > from) dates.add(item.periodEnd);
  }
  return dates;
}

/** Null when the base is over by then: its add-ons are too. */
function baseHostsOn(items: readonly SubscriptionItem[], date: CivilDate): number | null {
  const base = runningBase(items);
  const hosts = base === null ? 0 : hostsOn(base, date);
  return hosts === 0 ? null : hosts;
}

function groupHostsOn(items: readonly SubscriptionItem[], rule: HostRule, date: CivilDate): number {
  let total = 0;
  for (const item of items) {
    if (factsOf(item.planType).hostRule?.group === rule.group) total += hostsOn(item, date);
  }
  return total;
}
