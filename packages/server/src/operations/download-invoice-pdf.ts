/** GET /api/download/billing/invoices/{invoiceId}: an invoice of the caller or of its subs as a PDF. */
import { operationFault } from "../billing/plan-write.js";
import { isReachable, loadAccount } from "../store/accounts.js";
import { findInvoice } from "../store/invoices.js";
import type { ReadFactory } from "./factory.js";

export const downloadInvoicePdf: ReadFactory<"pool" | "pdfs"> =
  ({ pool, pdfs }) =>
  async (call) => {
    const { masterId } = call.principal;
    const invoiceId = call.params.invoiceId ?? "";
    const invoice = await findInvoice(pool, masterId, invoiceId);
    const owner =
      invoice === undefined
        ? undefined
        : await loadAccount(pool, { masterId, accountId: invoice.accountId });
    if (
      invoice === undefined ||
      owner === undefined ||
      !isReachable(call.principal, owner.record)
    ) {
      throw operationFault(call, "invoiceNotFound", { invoiceId });
    }
    return {
      status: 200,
      file: await pdfs.get(invoice),
      contentType: "application/pdf",
      headers: { "content-disposition": `attachment; filename="${invoice.id}.pdf"` },
    };
  };
