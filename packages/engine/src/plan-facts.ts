/** The catalogue as the rules ask it, put together once: what is looked up for every item of a bill run. */
import {
  type BaseClass,
  baseClassOf,
  findFamily,
  mayBeBase,
  type Plan,
  type PlanRule,
  plans,
} from "@paymaster/contract";
import { EngineDefect } from "./assert.js";
import { isRunning, runningBase } from "./items.js";
import type { IntervalMonths, SubscriptionItem } from "./state.js";

const BASE_FAMILY = "plan_base";

/** How hosts of an add-on are bound to the hosts of the base plan. */
export interface HostRule {
  /** Plans that are counted together when `inTotal`. */
  readonly group: string;
  readonly inTotal: boolean;
  /** Fewer than the base plan's hosts, not as many. */
  readonly strictlyFewer: boolean;
}

export interface PlanFacts {
  readonly type: string;
  readonly name: string;
  readonly intervalMonths: IntervalMonths | 0;
  readonly isTrial: boolean;
  /** What its quantity counts: hosts, or the plan itself where the family has none. */
  readonly unit: "host" | "plan";
  readonly minHosts: number;
  readonly maxHosts: number;
  /** Cloud storage that one unit gives, in GB. */
  readonly storageGb: number;
  readonly hostRule: HostRule | null;
  readonly rules: readonly PlanRule[];
  /** null: it cannot be a base plan. */
  readonly baseClass: BaseClass | null;
  /** Families that it can be held in as an add-on, the usual one first. */
  readonly addonFamilies: readonly string[];
}

const factsByType: ReadonlyMap<string, PlanFacts> = new Map(
  plans.map((plan) => [plan.type, readFacts(plan)]),
);

function readFacts(plan: Plan): PlanFacts {
  return Object.freeze({
    type: plan.type,
    name: plan.name,
    intervalMonths: plan.intervalMonths,
    isTrial: plan.interval === "trial",
    unit: plan.hosts === null ? "plan" : "host",
    minHosts: plan.hosts?.min ?? 1,
    maxHosts: plan.hosts?.max ?? 1,
    storageGb: plan.storageGb,
    hostRule: readHostRule(plan),
    rules: plan.rules,
    baseClass: mayBeBase(plan) ? baseClassOf(plan.type) : null,
    addonFamilies: plan.families.filter((family) => family !== BASE_FAMILY),
  });
}

function readHostRule(plan: Plan): HostRule | null {
  for (const rule of plan.rules) {
    if (rule.kind === "total_hosts") {
      const strictlyFewer = rule.comparison === "<";
      return { group: `total ${plan.families[0]}`, inTotal: true, strictlyFewer };
    }
    if (rule.kind === "own_hosts") {
      return { group: plan.type, inTotal: false, strictlyFewer: false };
    }
  }
  return null;
}

/** Facts of a plan type that a request names; null when the catalogue does not have it. */
export function factsIfKnown(planType: string): PlanFacts | null {
  return factsByType.get(planType) ?? null;
}

/** Facts of a plan type that is held. */
export function factsOf(planType: string): PlanFacts {
  const facts = factsByType.get(planType);
  if (facts === undefined) throw new EngineDefect(`plan type ${planType} is not in the catalogue`);
  return facts;
}

/** The family in which the plan is usually held as an add-on; null when it is a base plan only. */
export function addonFamilyOf(facts: PlanFacts): string | null {
  return facts.addonFamilies[0] ?? null;
}

/** Whether several types of the family may be held at once. */
export function familyHoldsSeveral(family: string): boolean {
  return findFamily(family).many;
}

/** Whether entries of the family name the countries that an audio plan is for. */
export function isAudioFamily(family: string): boolean {
  return findFamily(family).shape === "audio";
}

/** Something that a plan needs and the account does not have. */
export type Need = PlanRule["kind"] | "business_or_education_base";

/** The first thing that the plan needs and `items`, itself among them, do not give; null: all is there. */
export function unmetNeed(items: readonly SubscriptionItem[], planType: string): Need | null {
  const facts = factsOf(planType);
  const rule = facts.rules.find((one) => !isMet(one, items));
  if (rule !== undefined) return rule.kind;
  if (!isPayAsYouGoAudio(facts)) return null;
  const base = classOf(runningBase(items));
  return base === "business" || base === "education" ? null : "business_or_education_base";
}

/** Audio conferencing without a commitment [wire facts 3.2; the error of PUT addons says the rule]. */
function isPayAsYouGoAudio({ addonFamilies, intervalMonths }: PlanFacts): boolean {
  return intervalMonths === 0 && addonFamilies.includes("plan_audio");
}

function isMet(rule: PlanRule, items: readonly SubscriptionItem[]): boolean {
  switch (rule.kind) {
    case "needs_family":
      return items.some((item) => isRunning(item) && rule.families.includes(item.family));
    case "needs_video_sdk":
      return classOf(runningBase(items)) === "video_sdk";
    case "contact_center":
      return (
        hasContactCenter(items, false) &&
        hasContactCenter(items, true) === (rule.concurrent === "needed")
      );
    case "needs_unlimited":
      return items.some(
        (item) =>
          isRunning(item) &&
          item.planType.startsWith(rule.prefix) &&
          item.planType.includes("_unlimited_"),
      );
    case "enablement":
      // There is no way to have a plan enabled here, so nobody has.
      return false;
    case "total_hosts":
    case "own_hosts":
    case "engagements":
      return true;
  }
}

function classOf(base: SubscriptionItem | null): BaseClass | null {
  return base === null ? null : factsOf(base.planType).baseClass;
}

const CONTACT_CENTER_FAMILY = "plan_zcc.plan_package_list";

/** Whether a package of the Contact Center is held that counts concurrent agents, or one that does not. */
function hasContactCenter(items: readonly SubscriptionItem[], concurrent: boolean): boolean {
  return items.some(
    (item) =>
      isRunning(item) &&
      item.family === CONTACT_CENTER_FAMILY &&
      /concurrent/i.test(factsOf(item.planType).name) === concurrent,
  );
}
