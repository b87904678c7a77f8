/** What a sync reads of each account, and with which operation of the contract. */
import type { ToolName } from "@paymaster/contract";
import { dayAfter } from "../figures/index.js";

/** The years of invoices before the last one are kinds of their own: each is read once. */
export const ACCOUNT_KINDS = [
  "plans",
  "contact",
  "usage",
  "invoices",
  "invoices_2",
  "invoices_3",
] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export type Kind = AccountKind | "details";

export const TOOL_OF: Readonly<Record<Kind, ToolName>> = {
  plans: "account_plans",
  contact: "account_billing",
  usage: "get_plan_usage",
  invoices: "account_billing_invoices",
  invoices_2: "account_billing_invoices",
  invoices_3: "account_billing_invoices",
  details: "get_account_billing_invoice",
};

/** One call of a sync. */
export interface Task {
  readonly kind: Kind;
  readonly accountId: string;
  /** Of a detail. */
  readonly invoiceId?: string;
}

export function keyOf({ kind, accountId, invoiceId = "" }: Task): string {
  return `${kind} ${accountId} ${invoiceId}`;
}

const YEARS_BACK: Partial<Readonly<Record<Kind, number>>> = { invoices_2: 1, invoices_3: 2 };

/**
 * Path and query of the call.
 * @param today on the service's clock; the last year is what the service lists without dates
 */
export function inputOf(
  { kind, accountId, invoiceId }: Task,
  today: string,
): Readonly<Record<string, string>> {
  const yearsBack = YEARS_BACK[kind];
  if (yearsBack !== undefined) {
    const from = dayAfter(today, -365 * (yearsBack + 1));
    return { accountId, from, to: dayAfter(today, -365 * yearsBack - 1) };
  }
  return invoiceId === undefined ? { accountId } : { accountId, invoiceId };
}

/** The first day of what the service lists of an account's invoices without dates. */
export function listedSince(today: string): string {
  return dayAfter(today, -365);
}
