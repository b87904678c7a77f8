/** What is invoiced next, and when, from the answer of GET plans. Pure. */
import {
  findPlan,
  findPrice,
  type PriceBook,
  type PriceStatus,
  shippedPriceBook,
} from "@paymaster/contract";
import { membersWith } from "./walk.js";

/** An entry of GET plans. */
export interface PlanEntry {
  readonly family: string;
  readonly type: string;
  /** undefined: the plan has no licences, or the answer does not show them. */
  readonly hosts: number | undefined;
  readonly status: string;
  /** `YYYY-MM-DD`; undefined: the answer does not tell. */
  readonly nextInvoiceDate: string | undefined;
  readonly serviceEffectiveDate: string | undefined;
}

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
  /** published: somebody stated the price in public; assumed: nobody did; operator: from a file. */
  readonly price: PriceStatus | "unknown";
}

export const RENEWAL_NOTE =
  "list_price is the shipped price book's price of a whole period without tax; an account whose " +
  "automatic renewal is off, which plans do not show, ends on that day instead.";

/** By date; plans without a next invoice, or that have ended already, are left out. */
export function renewalsIn(plans: unknown): RenewalLine[] {
  return planEntries(plans)
    .map((entry) => renewalLine(entry, shippedPriceBook))
    .filter((line) => line !== undefined)
    .sort(byDate);
}

/** @returns undefined for a plan that has ended or has no next invoice */
export function renewalLine(
  { type, hosts, status, nextInvoiceDate }: Omit<PlanEntry, "family" | "serviceEffectiveDate">,
  book: PriceBook,
): RenewalLine | undefined {
  if (nextInvoiceDate === undefined || status.toLowerCase() === "expired") return undefined;
  const plan = findPlan(type);
  const price = findPrice(book, type, nextInvoiceDate);
  const known = plan !== undefined && price !== undefined && plan.intervalMonths > 0;
  return {
    plan_type: type,
    plan_name: plan?.name ?? type,
    ...(hosts === undefined ? {} : { hosts }),
    status,
    next_invoice_date: nextInvoiceDate,
    renews: status.toLowerCase() === "active",
    list_price: known ? (price.unitPriceMinor * (hosts ?? 1)) / 100 : null,
    price: known ? price.status : "unknown",
  };
}

export function byDate(a: RenewalLine, b: RenewalLine): number {
  return a.next_invoice_date < b.next_invoice_date
    ? -1
    : a.next_invoice_date > b.next_invoice_date
      ? 1
      : 0;
}

/** Every plan of an answer of GET plans, ended ones included. */
export function planEntries(plans: unknown): PlanEntry[] {
  const entries = membersWith(plans, hasType).map(({ family, value }): PlanEntry => {
    const { type, hosts, status, next_invoice_date: next, service_effective_date: since } = value;
    return {
      family,
      type,
      hosts: typeof hosts === "number" ? hosts : undefined,
      status: typeof status === "string" ? status : "active",
      nextInvoiceDate: dateIn(next),
      serviceEffectiveDate: dateIn(since),
    };
  });
  return [...entries, ...recordingOf(plans)];
}

/** A recording plan is the code itself, with its status and dates beside it (facts, 1.5). */
function recordingOf(plans: unknown): PlanEntry[] {
  const {
    plan_recording: type,
    plan_recording_status: status,
    plan_recording_next_invoice_date: next,
    plan_recording_service_effective_date: since,
  } = (plans ?? {}) as Record<string, unknown>;
  if (typeof type !== "string" || type === "") return [];
  return [
    {
      family: "plan_recording",
      type,
      hosts: undefined,
      status: typeof status === "string" ? status : "active",
      nextInvoiceDate: dateIn(next),
      serviceEffectiveDate: dateIn(since),
    },
  ];
}

type WireEntry = { readonly type: string } & Readonly<Record<string, unknown>>;

function hasType(value: object): value is WireEntry {
  return typeof (value as { type?: unknown }).type === "string";
}

function dateIn(value: unknown): string | undefined {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value)
    ? value.slice(0, 10)
    : undefined;
}
