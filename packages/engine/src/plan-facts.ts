import type { IntervalMonths, SubscriptionItem } from "./state.js";
export type BaseClass = "business" | "education" | "commercial";
export interface HostRule {
  readonly group: string;
  readonly strictlyFewer: boolean;
  readonly inTotal: boolean;
}
export interface PlanFacts {
  readonly type: string;
  readonly name: string;
  readonly intervalMonths: 0 | IntervalMonths;
  readonly isTrial: boolean;
  readonly unit: "host" | "plan";
  readonly minHosts: number;
  readonly maxHosts: number;
  readonly storageGb: number;
  readonly hostRule: HostRule | null;
  readonly baseClass: BaseClass | null;
  readonly addonFamilies: readonly string[];
  readonly needsAudioOption: boolean;
  readonly occupies: readonly string[];
}
export function factsIfKnown(planType: string): PlanFacts | null {
  throw new Error(planType);
}
export function factsOf(planType: string): PlanFacts {
  throw new Error(planType);
}
export function addonFamilyOf(facts: PlanFacts): string | null {
  return facts.addonFamilies[0] ?? null;
}
export function unmetNeed(
  items: readonly SubscriptionItem[],
  item: SubscriptionItem,
): string | null {
  return items.length > 0 && item ? null : "";
}
export function familyHoldsSeveral(family: string): boolean {
  return family.length > 0;
}
