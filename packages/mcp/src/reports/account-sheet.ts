/** One account at a glance: plans, licences, contact, open invoices. */
import type { ToolName } from "@paymaster/contract";
import {
  type LicenceLine,
  licencesIn,
  type OpenInvoices,
  openInvoices,
  PRICE_CURRENCY,
  PRICE_NOTE,
  type RenewalLine,
  renewalsIn,
} from "@paymaster/fleet/figures";
import type { Reader, Reading } from "./reader.js";

export interface AccountSheet {
  readonly account_id: string;
  readonly plans?: unknown;
  readonly usage?: unknown;
  readonly licences?: readonly LicenceLine[];
  readonly renewals?: readonly RenewalLine[];
  readonly contact?: unknown;
  readonly open_invoices?: OpenInvoices;
  readonly currency_of_prices: string;
  /** When each part was read, on the service's clock; a part that the quota closed may be older. */
  readonly read_at: Readonly<Record<string, string>>;
  /** Parts that could not be read, and why. */
  readonly missing: readonly { readonly part: string; readonly problem: string }[];
  readonly note: string;
}

const PARTS = {
  plans: "account_plans",
  usage: "get_plan_usage",
  contact: "account_billing",
  open_invoices: "account_billing_invoices",
} as const satisfies Readonly<Record<string, ToolName>>;

type Part = keyof typeof PARTS;

/** At least one of them must be offered for the sheet to be. */
export const SHEET_TOOLS: readonly ToolName[] = Object.values(PARTS);

/**
 * Calls one operation after the other, four at most.
 * @returns the first failed reading when nothing can be read at all
 */
export async function readAccountSheet(
  reader: Reader,
  accountId: string,
  signal: AbortSignal,
): Promise<AccountSheet | Extract<Reading<unknown>, { ok: false }>> {
  const readings = new Map<Part, Reading<unknown>>();
  for (const part of Object.keys(PARTS) as Part[]) {
    const reading = await reader.read(PARTS[part], { accountId }, signal);
    readings.set(part, reading);
    // The other three would say the same.
    if (!reading.ok && isUnknownAccount(reading.error)) return reading;
  }
  const failures = Array.from(readings.values()).filter((reading) => !reading.ok);
  const [first] = failures;
  if (first !== undefined && failures.length === readings.size) return first;
  return {
    account_id: accountId,
    ...partsOf(readings),
    currency_of_prices: PRICE_CURRENCY,
    read_at: Object.fromEntries(
      Array.from(readings).flatMap(([part, reading]) =>
        reading.ok ? [[part, reading.readAt]] : [],
      ),
    ),
    missing: Array.from(readings).flatMap(([part, reading]) =>
      reading.ok ? [] : [{ part, problem: reading.problem }],
    ),
    note: PRICE_NOTE,
  };
}

function partsOf(readings: ReadonlyMap<Part, Reading<unknown>>): Partial<AccountSheet> {
  const dataOf = (part: Part) => {
    const reading = readings.get(part);
    return reading?.ok === true ? reading.data : undefined;
  };
  const [plans, usage, contact] = [dataOf("plans"), dataOf("usage"), dataOf("contact")];
  const invoices = dataOf("open_invoices");
  const usageReading = readings.get("usage");
  const day = usageReading?.ok === true ? usageReading.readAt.slice(0, 10) : "";
  return {
    ...(plans === undefined ? {} : { plans, renewals: renewalsIn(plans) }),
    ...(usage === undefined ? {} : { usage, licences: licencesIn(usage, day) }),
    ...(contact === undefined ? {} : { contact }),
    ...(invoices === undefined ? {} : { open_invoices: openInvoices(invoices) }),
  };
}

function isUnknownAccount(error: unknown): boolean {
  return (error as { errorName?: unknown } | undefined)?.errorName === "accountNotFound";
}
