/** Two invoices of an account side by side: what one has that the other has not. */
import type { Reader, Reading } from "./reader.js";

/** A charge as far as it can be compared; amounts in major units, without tax. */
export interface ChargeSum {
  readonly charge_name: string;
  readonly quantity: number;
  readonly total_amount: number;
  readonly periods: readonly string[];
}

export interface InvoiceDifference {
  readonly total_change: number;
  readonly tax_change: number;
  readonly only_in_this: readonly ChargeSum[];
  readonly only_in_the_one_before: readonly ChargeSum[];
  readonly changed: readonly {
    readonly charge_name: string;
    readonly before: ChargeSum;
    readonly now: ChargeSum;
    readonly total_change: number;
  }[];
  readonly unchanged: number;
}

export interface InvoiceChange {
  readonly account_id: string;
  readonly this_invoice: unknown;
  readonly the_one_before: unknown;
  readonly difference: InvoiceDifference;
}

interface ListedInvoice {
  readonly id: string;
  readonly invoice_date: string;
  readonly invoice_number: string;
  readonly status: string;
}

/**
 * @param invoiceId undefined: the newest one
 * @returns a text that says why there is nothing to compare, in place of the comparison
 */
export async function readInvoiceChange(
  reader: Reader,
  accountId: string,
  invoiceId: string | undefined,
  signal: AbortSignal,
): Promise<InvoiceChange | string> {
  const list = await reader.read("account_billing_invoices", { accountId }, signal);
  if (!list.ok) return list.problem;
  const pair = pairOf(list.data, invoiceId);
  if (typeof pair === "string") return pair;
  const details: unknown[] = [];
  for (const { id } of pair) {
    const input = { accountId, invoiceId: id };
    const detail: Reading<unknown> = await reader.read(
      "get_account_billing_invoice",
      input,
      signal,
    );
    if (!detail.ok) return detail.problem;
    details.push(detail.data);
  }
  const [this_invoice, the_one_before] = details;
  return {
    account_id: accountId,
    this_invoice,
    the_one_before,
    difference: compareInvoices(this_invoice, the_one_before),
  };
}

/** The invoice and the one before it; a text when there is no such pair. */
function pairOf(
  list: unknown,
  invoiceId: string | undefined,
): readonly [ListedInvoice, ListedInvoice] | string {
  const { invoices } = (list ?? {}) as { invoices?: unknown };
  const posted = (Array.isArray(invoices) ? (invoices as ListedInvoice[]) : [])
    .filter(({ id, status }) => id === invoiceId || (status !== "Draft" && status !== "Canceled"))
    .sort(newestFirst);
  const index = invoiceId === undefined ? 0 : posted.findIndex(({ id }) => id === invoiceId);
  const [wanted, before] = index < 0 ? [] : posted.slice(index, index + 2);
  if (wanted === undefined) {
    return invoiceId === undefined
      ? "The account has no invoice within the last year."
      : `Invoice ${invoiceId} is not among the account's invoices of the last year.`;
  }
  if (before === undefined) {
    return `Invoice ${wanted.invoice_number} of ${wanted.invoice_date} is the account's first one within the last year: there is none before it to compare.`;
  }
  return [wanted, before];
}

function newestFirst(a: ListedInvoice, b: ListedInvoice): number {
  return compare(b.invoice_date, a.invoice_date) || compare(b.invoice_number, a.invoice_number);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Charges are the same when they have the same name; several lines of one are added up. */
export function compareInvoices(now: unknown, before: unknown): InvoiceDifference {
  const [chargesNow, chargesBefore] = [chargesOf(now), chargesOf(before)];
  const names = Array.from(chargesNow.keys()).filter((name) => chargesBefore.has(name));
  const pairs = names.flatMap((name) => {
    const [after, earlier] = [chargesNow.get(name), chargesBefore.get(name)];
    return after === undefined || earlier === undefined ? [] : [{ now: after, before: earlier }];
  });
  const isSame = (pair: { now: ChargeSum; before: ChargeSum }) =>
    pair.now.total_amount === pair.before.total_amount &&
    pair.now.quantity === pair.before.quantity;
  return {
    total_change: minus(amountOf(now, "total_amount"), amountOf(before, "total_amount")),
    tax_change: minus(amountOf(now, "tax_amount"), amountOf(before, "tax_amount")),
    only_in_this: without(chargesNow, chargesBefore),
    only_in_the_one_before: without(chargesBefore, chargesNow),
    changed: pairs
      .filter((pair) => !isSame(pair))
      .map((pair) => ({
        charge_name: pair.now.charge_name,
        ...pair,
        total_change: minus(pair.now.total_amount, pair.before.total_amount),
      })),
    unchanged: pairs.filter(isSame).length,
  };
}

function without(
  charges: ReadonlyMap<string, ChargeSum>,
  others: ReadonlyMap<string, ChargeSum>,
): ChargeSum[] {
  return Array.from(charges.values()).filter(({ charge_name }) => !others.has(charge_name));
}

function chargesOf(invoice: unknown): Map<string, ChargeSum> {
  const { invoice_items } = (invoice ?? {}) as { invoice_items?: unknown };
  const sums = new Map<string, ChargeSum>();
  for (const item of Array.isArray(invoice_items) ? (invoice_items as unknown[]) : []) {
    const { charge_name, quantity, start_date, end_date } = (item ?? {}) as Record<string, unknown>;
    const name = String(charge_name ?? "");
    const before = sums.get(name);
    sums.set(name, {
      charge_name: name,
      quantity: (before?.quantity ?? 0) + (typeof quantity === "number" ? quantity : 0),
      total_amount: minus(before?.total_amount ?? 0, -amountOf(item, "total_amount")),
      periods: [...(before?.periods ?? []), `${String(start_date)} to ${String(end_date)}`],
    });
  }
  return sums;
}

function amountOf(value: unknown, name: string): number {
  const amount = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof amount === "number" ? amount : 0;
}

/** In cents, so that no fraction of a cent appears. */
function minus(a: number, b: number): number {
  return (Math.round(a * 100) - Math.round(b * 100)) / 100;
}
