/** What is invoiced next, and when, from the answer of GET plans. Pure. */
import { findPlan, findPrice, shippedPriceBook } from "@paymaster/contract";

export interface RenewalLine {
  readonly plan_type: string;
  readonly plan_name: string;
  /** Absent where a plan has no licences, or the answer does not show them. */
  readonly hosts?: number;
  readonly status: string;
  /** First day that is not yet invoiced. */
  readonly next_invoice_date: string;
  /** Cancelled plans end on that day instead. */
  readonly renews: boolean;
  /** Major units for a whole period at list price, without tax; null: not known. */
  readonly list_price: number | null;
}

/** By date; plans without a next invoice, or that have ended already, are left out. */
export function renewalsIn(plans: unknown): RenewalLine[] {
  return [...entriesOf(plans), ...recordingOf(plans)]
    .filter(({ status }) => status.toLowerCase() !== "expired")
    .map(toLine)
    .sort(byDate);
}

export function byDate(a: RenewalLine, b: RenewalLine): number {
  return a.next_invoice_date < b.next_invoice_date
    ? -1
    : a.next_invoice_date > b.next_invoice_date
      ? 1
      : 0;
}

interface Entry {
  readonly type: string;
  readonly hosts: number | undefined;
  readonly status: string;
  readonly date: string;
}

function toLine({ type, hosts, status, date }: Entry): RenewalLine {
  const plan = findPlan(type);
  const price = findPrice(shippedPriceBook, type, date);
  const known = plan !== undefined && price !== undefined && plan.intervalMonths > 0;
  return {
    plan_type: type,
    plan_name: plan?.name ?? type,
    ...(hosts === undefined ? {} : { hosts }),
    status,
    next_invoice_date: date,
    renews: status.toLowerCase() === "active",
    list_price: known ? (price.unitPriceMinor * (hosts ?? 1)) / 100 : null,
  };
}

const MAX_DEPTH = 4;

function entriesOf(value: unknown, depth = 0): Entry[] {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  const { type, hosts, status, next_invoice_date: date } = value as Record<string, unknown>;
  if (typeof type === "string") {
    if (typeof date !== "string" || date === "") return [];
    const count = typeof hosts === "number" ? hosts : undefined;
    return [{ type, hosts: count, status: typeof status === "string" ? status : "active", date }];
  }
  return Object.values(value).flatMap((member) => entriesOf(member, depth + 1));
}

/** A recording plan is the code itself, with its status and dates beside it (facts, 1.5). */
function recordingOf(plans: unknown): Entry[] {
  const {
    plan_recording: type,
    plan_recording_status: status,
    plan_recording_next_invoice_date: date,
  } = (plans ?? {}) as Record<string, unknown>;
  if (typeof type !== "string" || typeof date !== "string" || date === "") return [];
  return [{ type, hosts: undefined, status: typeof status === "string" ? status : "active", date }];
}
