/** GET /accounts/{accountId}/billing/invoices/{invoiceId}: one invoice with its lines. */
import { addDays, minorToMajor } from "@paymaster/engine";
import { operationFault, readTarget } from "../billing/plan-write.js";
import { chargeNumber, findInvoice, readLines } from "../store/invoices.js";
import { invoiceSummary } from "./account-billing-invoices.js";
import type { ReadFactory } from "./factory.js";

export const getAccountBillingInvoice: ReadFactory<"pool" | "accounts" | "profile"> =
  ({ pool, accounts, profile }) =>
  async (call) => {
    const { record } = await readTarget(call, accounts);
    const invoiceId = call.params.invoiceId ?? "";
    const invoice = await findInvoice(pool, record.masterId, invoiceId);
    if (invoice === undefined || invoice.accountId !== record.accountId) {
      throw operationFault(call, "invoiceNotFound", { invoiceId });
    }
    const lines = await readLines(pool, invoice);
    return {
      status: 200,
      body: {
        ...invoiceSummary(invoice),
        currency: invoice.currency,
        invoice_items: lines.map((line) => ({
          charge_name: line.chargeName,
          charge_number: chargeNumber(line.itemNumber),
          charge_type: line.chargeType,
          end_date: addDays(line.endDate, -1),
          quantity: line.quantity,
          start_date: line.startDate,
          tax_amount: minorToMajor(line.taxMinor),
          total_amount: minorToMajor(line.amountMinor),
          // Neither a partner's number nor a purchase order exists here; 2026 has members for them.
          ...(profile === "2026" ? { partner_sku: "", purchase_order_number: "" } : {}),
        })),
      },
    };
  };
