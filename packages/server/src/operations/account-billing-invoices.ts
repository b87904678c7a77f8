/** GET /accounts/{accountId}/billing/invoices: the invoices of an account within at most one year. */
import { minorToMajor } from "@paymaster/engine";
import { operationFault, readTarget } from "../billing/plan-write.js";
import { invoiceRange } from "../http/invoice-range.js";
import { type InvoiceRecord, listInvoices } from "../store/invoices.js";
import type { ReadFactory } from "./factory.js";

export const accountBillingInvoices: ReadFactory<"pool" | "accounts" | "clock"> =
  ({ pool, accounts, clock }) =>
  async (call) => {
    const { from, to } = invoiceRange(call.query, clock.today());
    const { record } = await readTarget(call, accounts);
    if (!record.everPaid) throw operationFault(call, "paidAccountOnly");
    const invoices = await listInvoices(pool, record, from, to);
    return {
      status: 200,
      body: { currency: record.currency, invoices: invoices.map(invoiceSummary) },
    };
  };

/** The members that the list and the detail of an invoice share. */
export function invoiceSummary(invoice: InvoiceRecord) {
  return {
    balance: minorToMajor(invoice.balanceMinor),
    due_date: invoice.dueDate,
    id: invoice.id,
    invoice_date: invoice.invoiceDate,
    invoice_number: invoice.invoiceNumber,
    status: invoice.status,
    target_date: invoice.targetDate,
    tax_amount: minorToMajor(invoice.taxMinor),
    total_amount: minorToMajor(invoice.totalMinor),
  };
}
