/** Numbers of hosts: the catalogue's limits, and the base plan's hosts where a plan depends on them. */
import { baseClassOf, findPlan, MAX_HOSTS, type Plan, type PlanRule } from "@paymaster/contract";
import type { Day } from "./calendar.js";
import { type Item, isRunning } from "./state.js";

export interface HostProblem {
  readonly error:
    | "invalidHostNumber"
    | "buyHostsOverMaximum"
    | "buyHostsTooFew"
    | "buyHostsTooMany";
  readonly params: Readonly<Record<string, number>>;
}

/** The first problem of a number of hosts of a plan by itself; null: none was given. */
export function hostProblem(plan: Plan, hosts: number | null): HostProblem | null {
  if (hosts === null) {
    return plan.hosts === null ? null : { error: "invalidHostNumber", params: {} };
  }
  if (hosts <= 0) return { error: "invalidHostNumber", params: {} };
  if (hosts > MAX_HOSTS) return { error: "buyHostsOverMaximum", params: {} };
  const { min, max } = plan.hosts ?? { min: 1, max: 1 };
  if (hosts < min) return { error: "buyHostsTooFew", params: { minBuyHost: min } };
  if (hosts > max) return { error: "buyHostsTooMany", params: { maxBuyHost: max } };
  return null;
}

/** How a plan's hosts depend on the base plan's. */
function dependence(type: string): Extract<PlanRule, { kind: "total_hosts" | "own_hosts" }> | null {
  for (const rule of findPlan(type)?.rules ?? []) {
    if (rule.kind === "total_hosts" || rule.kind === "own_hosts") return rule;
  }
  return null;
}

/** Plans of this type's group on `day`, together, where the group counts as a whole. */
function groupOn(items: readonly Item[], type: string, day: Day): number {
  const group = findPlan(type)?.families[0];
  let total = 0;
  for (const item of items) {
    const isInGroup =
      dependence(item.type)?.kind === "total_hosts" && findPlan(item.type)?.families[0] === group;
    if (isInGroup) total += hostsOn(item, day);
  }
  return total;
}

/** The most hosts that `item` may have beside the base plan, today and later; null: no limit. */
export function mostBesideBase(items: readonly Item[], item: Item, today: Day): number | null {
  const rule = dependence(item.type);
  if (rule === null) return null;
  const base = items.find((one) => one.base && isRunning(one));
  const rooms = turningDays(items, today).flatMap((day) => {
    const hosts = base === undefined ? 0 : hostsOn(base, day);
    // After the base plan's end there is nothing left beside it.
    if (hosts === 0) return [];
    if (rule.kind === "own_hosts") return [hosts];
    const others = groupOn(items, item.type, day) - hostsOn(item, day);
    return [hosts - others - (rule.comparison === "<" ? 1 : 0)];
  });
  return rooms.length === 0 ? null : Math.min(...rooms);
}

/** The fewest hosts that the base plan may have from `day` on, for the add-ons that run then and later. */
export function leastForAddons(items: readonly Item[], from: Day): number {
  let least = 0;
  for (const day of turningDays(items, from)) {
    for (const item of items) {
      const rule = dependence(item.type);
      const hosts = hostsOn(item, day);
      if (rule === null || hosts === 0) continue;
      if (rule.kind === "own_hosts") least = Math.max(least, hosts);
      else {
        const total = groupOn(items, item.type, day);
        least = Math.max(least, rule.comparison === "<" ? total + 1 : total);
      }
    }
  }
  return least;
}

/** The day, and those after it on which hosts change by themselves. */
function turningDays(items: readonly Item[], from: Day): Day[] {
  const turning = items.filter(
    (item) => isRunning(item) && (item.pending !== null || item.status === "cancel"),
  );
  return [from, ...turning.map((item) => item.periodEnd).filter((day) => day > from)];
}

/** Hosts that an item has on a day to come: a reduction counts from its day, an end as none. */
export function hostsOn(item: Item, day: Day): number {
  if (!isRunning(item)) return 0;
  if (day < item.periodEnd) return item.hosts;
  if (item.status === "cancel") return 0;
  return item.pending?.hosts ?? item.hosts;
}

export type Need = PlanRule["kind"] | "business or education";

/** The first thing that the plan needs and the items (it among them) do not give; null: all is there. */
export function unmetNeed(items: readonly Item[], type: string): Need | null {
  const plan = findPlan(type);
  const held = items.filter(isRunning);
  const baseType = held.find((item) => item.base)?.type;
  const baseClass = baseType === undefined ? null : baseClassOf(baseType);
  for (const rule of plan?.rules ?? []) {
    if (!isMet(rule, held, baseClass)) return rule.kind;
  }
  // Audio by use is sold with business and education plans only.
  const isAudioByUse = plan?.families[0] === "plan_audio" && plan.interval === "usage";
  const isAllowed = baseClass === "business" || baseClass === "education";
  return isAudioByUse && !isAllowed ? "business or education" : null;
}

function isMet(rule: PlanRule, held: readonly Item[], baseClass: string | null): boolean {
  switch (rule.kind) {
    case "needs_family":
      return held.some((item) => rule.families.includes(item.family));
    case "needs_video_sdk":
      return baseClass === "video_sdk";
    case "needs_unlimited":
      return held.some(({ type }) => type.startsWith(rule.prefix) && type.includes("_unlimited_"));
    case "contact_center": {
      const packages = held.filter((item) => item.family === "plan_zcc.plan_package_list");
      const concurrent = packages.filter((item) =>
        findPlan(item.type)?.name.toLowerCase().includes("concurrent"),
      );
      const hasBasic = packages.length > concurrent.length;
      return hasBasic && concurrent.length > 0 === (rule.concurrent === "needed");
    }
    case "enablement":
      return false;
    default:
      return true;
  }
}
