/** Licences bought, used and idle, and what the idle ones cost at list prices. Pure. */
import { findPlan, findPrice, shippedPriceBook } from "@paymaster/contract";

export interface LicenceLine {
  readonly plan_type: string;
  readonly plan_name: string;
  readonly hosts: number;
  readonly used: number;
  readonly idle: number;
  /** Major units of the price book's currency for a month; null: the plan has no price in advance. */
  readonly idle_cost_per_month: number | null;
  /** published: somebody stated the price in public; assumed: nobody did. */
  readonly price: "published" | "assumed" | "operator" | "unknown";
}

export const PRICE_NOTE =
  "Costs are list prices of the shipped price book for one month, longer terms divided by their " +
  "months; prices marked assumed are guesses. Discounts and an operator's own prices are not known here.";

export const PRICE_CURRENCY = shippedPriceBook.currency;

/**
 * Every entry of a usage answer that has licences, whatever family it stands under.
 * @param day of the prices, `YYYY-MM-DD`
 */
export function licencesIn(usage: unknown, day: string): LicenceLine[] {
  return entriesOf(usage).map(({ type, hosts, usage: used }) => {
    const idle = Math.max(0, hosts - used);
    const { plan_name, ...cost } = described(type, idle, day);
    return { plan_type: type, plan_name, hosts, used, idle, ...cost };
  });
}

/** Lines of the same plan type as one, the dearest idle ones first. */
export function sumByType(lines: readonly LicenceLine[]): LicenceLine[] {
  const byType = new Map<string, LicenceLine>();
  for (const line of lines) {
    const before = byType.get(line.plan_type);
    byType.set(line.plan_type, before === undefined ? line : plus(before, line));
  }
  return Array.from(byType.values()).sort(byIdleCost);
}

export function idleCost(lines: readonly LicenceLine[]): number {
  return round(lines.reduce((sum, { idle_cost_per_month }) => sum + (idle_cost_per_month ?? 0), 0));
}

export function byIdleCost(a: LicenceLine, b: LicenceLine): number {
  return (b.idle_cost_per_month ?? 0) - (a.idle_cost_per_month ?? 0) || b.idle - a.idle;
}

function plus(a: LicenceLine, b: LicenceLine): LicenceLine {
  const costs = [a.idle_cost_per_month, b.idle_cost_per_month];
  return {
    ...a,
    hosts: a.hosts + b.hosts,
    used: a.used + b.used,
    idle: a.idle + b.idle,
    idle_cost_per_month: costs.includes(null) ? null : idleCost([a, b]),
  };
}

function described(
  type: string,
  idle: number,
  day: string,
): Pick<LicenceLine, "plan_name" | "idle_cost_per_month" | "price"> {
  const plan = findPlan(type);
  const price = findPrice(shippedPriceBook, type, day);
  const plan_name = plan?.name ?? type;
  if (plan === undefined || price === undefined || plan.intervalMonths === 0) {
    return { plan_name, idle_cost_per_month: null, price: "unknown" };
  }
  const minor = (price.unitPriceMinor * idle) / plan.intervalMonths;
  return { plan_name, idle_cost_per_month: round(minor / 100), price: price.status };
}

function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}

interface Entry {
  readonly type: string;
  readonly hosts: number;
  readonly usage: number;
}

const MAX_DEPTH = 4;

/** Members and lists of members: some sources show one plan where others show several. */
function entriesOf(value: unknown, depth = 0): Entry[] {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  const { type, hosts, usage } = value as Partial<Record<string, unknown>>;
  if (typeof type === "string" && typeof hosts === "number" && typeof usage === "number") {
    return [{ type, hosts, usage }];
  }
  return Object.values(value).flatMap((member) => entriesOf(member, depth + 1));
}
