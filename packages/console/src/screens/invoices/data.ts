/** Invoices in one form, whether the operator's API tells them or the wire. */
export interface InvoiceRow {
  readonly id: string;
  readonly master_id: string;
  readonly account_id: string;
  readonly account_name: string;
  readonly payer_id: string;
  readonly invoice_number: string;
  readonly status: "Draft" | "Posted" | "Canceled";
  readonly currency: string;
  readonly invoice_date: string;
  readonly due_date: string;
  readonly tax_amount: number;
  readonly total_amount: number;
  readonly balance: number;
  readonly days_overdue: number;
}

export type InvoiceState = "draft" | "canceled" | "paid" | "overdue" | "open";

export const STATES: Readonly<
  Record<InvoiceState, { readonly label: string; readonly color: string }>
> = {
  draft: { label: "Draft", color: "gray" },
  canceled: { label: "Cancelled", color: "gray" },
  paid: { label: "Paid", color: "fern" },
  overdue: { label: "Overdue", color: "red" },
  open: { label: "Open", color: "blue" },
};

export function stateOf(
  invoice: Pick<InvoiceRow, "status" | "balance"> & { readonly days_overdue?: number },
): InvoiceState {
  if (invoice.status === "Draft") return "draft";
  if (invoice.status === "Canceled") return "canceled";
  if (invoice.balance === 0) return "paid";
  return (invoice.days_overdue ?? 0) > 0 ? "overdue" : "open";
}

export function nameOf(invoice: Pick<InvoiceRow, "invoice_number" | "status">): string {
  return invoice.invoice_number === "" ? "Draft" : invoice.invoice_number;
}
