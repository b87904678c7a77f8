/** What is owed. Pure. */
import { toMajor, toMinor } from "./money.js";

const OWES_NOTHING: ReadonlySet<string> = new Set(["draft", "canceled", "cancelled"]);

/** Drafts are not owed yet, cancelled ones not any more. */
export function isOpen(status: string, balance: number): boolean {
  return balance > 0 && !OWES_NOTHING.has(status.toLowerCase());
}

export interface OpenInvoices {
  readonly currency: string;
  /** Major units. */
  readonly balance: number;
  readonly invoices: readonly unknown[];
}

/** The open ones of an answer of the list of invoices, as they are. */
export function openInvoices(list: unknown): OpenInvoices {
  const { currency, invoices } = (list ?? {}) as { currency?: unknown; invoices?: unknown };
  const open = (Array.isArray(invoices) ? invoices : []).filter((invoice: unknown) => {
    const { balance, status } = (invoice ?? {}) as { balance?: unknown; status?: unknown };
    return typeof balance === "number" && isOpen(String(status), balance);
  }) as { readonly balance: number }[];
  return {
    currency: typeof currency === "string" ? currency : "",
    balance: toMajor(open.reduce((sum, { balance }) => sum + toMinor(balance), 0)),
    invoices: open,
  };
}
