/** Licences bought, used and idle, and what the idle ones cost at a price book's prices. Pure. */
import {
  findPlan,
  findPrice,
  type PriceBook,
  type PriceStatus,
  shippedPriceBook,
} from "@paymaster/contract";
import { roundMajor } from "./money.js";
import { membersWith } from "./walk.js";

/** An entry of a usage answer that has licences. */
export interface LicenceEntry {
  /** Member of the answer under which it stands, e.g. `plan_webinar`. */
  readonly family: string;
  readonly type: string;
  readonly hosts: number;
  readonly used: number;
  /** Offered and not accepted yet (2026). */
  readonly pending: number;
}

export interface LicenceLine {
  readonly plan_type: string;
  readonly plan_name: string;
  readonly hosts: number;
  readonly used: number;
  readonly idle: number;
  /** Major units of the price book's currency for a month; null: the plan has no price in advance. */
  readonly idle_cost_per_month: number | null;
  /** published: somebody stated the price in public; assumed: nobody did; operator: from a file. */
  readonly price: PriceStatus | "unknown";
}

export const PRICE_NOTE =
  "Costs are list prices of the shipped price book for one month, longer terms divided by their " +
  "months; prices marked assumed are guesses. Discounts and an operator's own prices are not known here.";

export const PRICE_CURRENCY = shippedPriceBook.currency;

/** Every entry of a usage answer that has licences, whatever family it stands under. */
export function licenceEntries(usage: unknown): LicenceEntry[] {
  return membersWith(usage, isEntry).map(({ family, value }) => ({
    family,
    type: value.type,
    hosts: value.hosts,
    used: value.usage,
    pending: typeof value.pending === "number" ? value.pending : 0,
  }));
}

/** @param day of the prices, `YYYY-MM-DD` */
export function licencesIn(usage: unknown, day: string, book = shippedPriceBook): LicenceLine[] {
  return licenceEntries(usage).map((entry) => licenceLine(entry, day, book));
}

export function licenceLine(
  { type, hosts, used }: Pick<LicenceEntry, "type" | "hosts" | "used">,
  day: string,
  book: PriceBook,
): LicenceLine {
  const idle = Math.max(0, hosts - used);
  const plan = findPlan(type);
  const price = findPrice(book, type, day);
  const line = { plan_type: type, plan_name: plan?.name ?? type, hosts, used, idle };
  if (plan === undefined || price === undefined || plan.intervalMonths === 0) {
    return { ...line, idle_cost_per_month: null, price: "unknown" };
  }
  const minor = (price.unitPriceMinor * idle) / plan.intervalMonths;
  return { ...line, idle_cost_per_month: roundMajor(minor / 100), price: price.status };
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
  return roundMajor(
    lines.reduce((sum, { idle_cost_per_month }) => sum + (idle_cost_per_month ?? 0), 0),
  );
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

interface WireEntry {
  readonly type: string;
  readonly hosts: number;
  readonly usage: number;
  readonly pending?: unknown;
}

function isEntry(value: object): value is WireEntry {
  const { type, hosts, usage } = value as Partial<Record<keyof WireEntry, unknown>>;
  return typeof type === "string" && typeof hosts === "number" && typeof usage === "number";
}
