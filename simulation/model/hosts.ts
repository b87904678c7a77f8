/** Numbers of hosts: the catalogue's limits, and the base plan's hosts where a plan depends on them. */
import { baseClassOf, findPlan, MAX_HOSTS, type Plan } from "@paymaster/contract";
import type { Day } from "./calendar.js";
import { type Item, isRunning } from "./state.js";

/** Before any period ends. */
const NOW: Day = Number.MIN_SAFE_INTEGER;

export interface HostProblem {
  readonly error:
    | "invalidHostNumber"
    | "buyHostsOverMaximum"
    | "buyHostsTooFew"
    | "buyHostsTooMany";
  readonly params: Readonly<Record<string, number>>;
}

/** The first problem of a number of hosts of a plan by itself. */
export function hostProblem(plan: Plan, hosts: number): HostProblem | null {
  if (hosts <= 0) return { error: "invalidHostNumber", params: {} };
  if (hosts > MAX_HOSTS) return { error: "buyHostsOverMaximum", params: {} };
  if (plan.hosts === null) return null;
  const { min, max } = plan.hosts;
  if (hosts < min) return { error: "buyHostsTooFew", params: { minBuyHost: min } };
  if (hosts > max) return { error: "buyHostsTooMany", params: { maxBuyHost: max } };
  return null;
}

/**
 * The most hosts that the plan may have beside the account's base plan; null: the base does not matter.
 * Both the hosts of today count and those after a reduction of the base plan that is to come.
 */
export function mostBesideBase(
  plan: Plan,
  family: string,
  exceptType: string,
  base: Item,
  items: readonly Item[],
): number | null {
  const others = items.filter(
    (item) => isRunning(item) && item.family === family && item.type !== exceptType,
  );
  const room = (day: Day, baseHosts: number, strictly: boolean) =>
    baseHosts - others.reduce((sum, item) => sum + hostsOn(item, day), 0) - (strictly ? 1 : 0);
  const later = base.pending?.hosts ?? base.hosts;
  let most: number | null = null;
  for (const rule of plan.rules) {
    if (rule.kind === "own_hosts") most = Math.min(base.hosts, later);
    if (rule.kind !== "total_hosts") continue;
    const strictly = rule.comparison === "<";
    most = Math.min(room(NOW, base.hosts, strictly), room(base.periodEnd, later, strictly));
  }
  return most;
}

/** Hosts that a running item has on a day to come: a reduction counts from its day, an end as none. */
export function hostsOn(item: Item, day: Day): number {
  if (day < item.periodEnd) return item.hosts;
  if (item.status === "cancel") return 0;
  return item.pending?.hosts ?? item.hosts;
}

/** The fewest hosts that the base plan may have from `day` on, for the add-ons that run then. */
export function leastForAddons(items: readonly Item[], day: Day): number {
  const addons = items.filter((item) => isRunning(item) && !item.base);
  let least = 0;
  for (const item of addons) {
    const hosts = hostsOn(item, day);
    if (hosts === 0) continue;
    for (const rule of findPlan(item.type)?.rules ?? []) {
      if (rule.kind === "own_hosts") least = Math.max(least, hosts);
      if (rule.kind !== "total_hosts") continue;
      const total = addons
        .filter((other) => other.family === item.family)
        .reduce((sum, other) => sum + hostsOn(other, day), 0);
      least = Math.max(least, rule.comparison === "<" ? total + 1 : total);
    }
  }
  return least;
}

/** Audio by use is sold with business and education plans only. */
export function isSoldWith(type: string, baseType: string): boolean {
  return type !== "tollfree_payongo" || ["business", "education"].includes(baseClassOf(baseType));
}
