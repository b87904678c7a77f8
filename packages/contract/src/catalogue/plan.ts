/**
 * The 650 plan types, from the vendor's published plan list of 2026-02 and earlier documents. The data
 * is `plan-catalogue.json`, one plan a line, each with where its facts come from; here it is given types.
 */
import catalogue from "./plan-catalogue.json" with { type: "json" };
import { groupRules, type PlanRule, readRule } from "./plan-rules.js";
import { storageGbOf } from "./storage.js";

export type PlanInterval =
  | "monthly"
  | "quarterly"
  | "yearly"
  | "two_years"
  | "three_years"
  /** nothing in advance; what is used is billed monthly */
  | "usage"
  | "trial";

/** Months of a billing period; 0 for plans that cost nothing in advance. */
export const INTERVAL_MONTHS = {
  monthly: 1,
  quarterly: 3,
  yearly: 12,
  two_years: 24,
  three_years: 36,
  usage: 0,
  trial: 0,
} as const satisfies Record<PlanInterval, 0 | 1 | 3 | 12 | 24 | 36>;

/** No purchase is larger [wire facts 3.1]. */
export const MAX_HOSTS = 9_999;

export interface Plan {
  /** The code on the wire, e.g. `business_monthly`. */
  readonly type: string;
  readonly name: string;
  /** Families that it may be held in, the first is the usual one. */
  readonly families: readonly string[];
  readonly interval: PlanInterval;
  readonly intervalMonths: 0 | 1 | 3 | 12 | 24 | 36;
  /** null: the family has no hosts. */
  readonly hosts: { readonly min: number; readonly max: number } | null;
  readonly rules: readonly PlanRule[];
  /** Cloud storage that one unit of the plan gives, in GB; 0 for all but recording plans. */
  readonly storageGb: number;
  /** List price in major units where one is known, published or assumed. */
  readonly listPriceUsd: number | null;
  readonly priceStatus: "published" | "assumed" | null;
  readonly deprecated: boolean;
}

interface CatalogueEntry {
  readonly type: string;
  readonly family: string;
  readonly name: string;
  readonly interval: string;
  readonly min_hosts: number | null;
  readonly max_hosts: number | null;
  readonly list_price_usd: number | null;
  readonly price_source: string | null;
  readonly rules?: readonly string[];
  readonly alt_families?: readonly string[];
  readonly deprecated?: boolean;
}

function readPlan(entry: CatalogueEntry): Plan {
  const interval = entry.interval as PlanInterval;
  if (!(interval in INTERVAL_MONTHS)) throw new Error(`${entry.type}: interval ${interval}`);
  const { min_hosts: min, max_hosts: max } = entry;
  return Object.freeze({
    type: entry.type,
    name: entry.name,
    // An alternative may carry a remark in brackets: "plan_base (2017-21 docs …)".
    families: [entry.family, ...(entry.alt_families ?? []).map((name) => name.replace(/ .*/, ""))],
    interval,
    intervalMonths: INTERVAL_MONTHS[interval],
    hosts: min === null || max === null ? null : { min, max },
    rules: rulesOf(entry),
    storageGb: storageGbOf(entry.type, entry.name, entry.family),
    listPriceUsd: entry.list_price_usd,
    priceStatus: entry.price_source as Plan["priceStatus"],
    deprecated: entry.deprecated === true,
  });
}

/** The row's own rules and those of its group, each once. */
function rulesOf({ type, family, rules = [] }: CatalogueEntry): readonly PlanRule[] {
  const own = rules
    .map(readRule)
    // The phone base plans' rule to need a phone base plan is a slip of the list.
    .filter((rule) => !(rule.kind === "needs_family" && rule.families.includes(family)));
  const known = new Set(own.map((rule) => JSON.stringify(rule)));
  return [...own, ...groupRules(type, family).filter((rule) => !known.has(JSON.stringify(rule)))];
}

/** All plan types, in the order of the vendor's list. */
export const plans: readonly Plan[] = Object.freeze(
  (catalogue as readonly CatalogueEntry[]).map(readPlan),
);

const byType = new Map(plans.map((plan) => [plan.type, plan]));

/** The plan of that code; undefined for a code that the catalogue does not have. */
export function findPlan(type: string): Plan | undefined {
  return byType.get(type);
}

/** Whether the plan may be an account's base plan. */
export function mayBeBase(plan: Plan): boolean {
  return plan.families.includes("plan_base");
}
