/** Posting a draft and cancelling an invoice. */
import { minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { cancelInvoice, InvoiceRefusal } from "../billing/cancel-invoice.js";
import { postDraft } from "../billing/post-draft.js";
import { findInvoiceTenant, type InvoiceRecord } from "../store/invoices.js";
import type { AdminServices } from "./index.js";
import { adminRoute, conflict, notFound } from "./route.js";

export function registerInvoiceRoutes(app: FastifyInstance, services: AdminServices): void {
  const change = (
    action: (masterId: string, id: string, trackingId: string) => Promise<InvoiceRecord>,
  ) => {
    return async ({
      params,
      trackingId,
    }: {
      params: Record<string, string>;
      trackingId: string;
    }) => {
      const id = params.id ?? "";
      const masterId = await findInvoiceTenant(services.pool, id);
      if (masterId === undefined) throw notFound(`InvoiceId does not exist: ${id}.`);
      try {
        return { status: 200, body: invoiceBody(await action(masterId, id, trackingId)) };
      } catch (error) {
        if (!(error instanceof InvoiceRefusal)) throw error;
        throw error.conflict ? conflict(error.message) : notFound(error.message);
      }
    };
  };
  adminRoute(
    app,
    "POST",
    "/invoices/:id/post",
    Type.Object({}),
    change((masterId, id, trackingId) =>
      postDraft(services, masterId, id, { actor: "operator", trackingId }),
    ),
  );
  adminRoute(
    app,
    "POST",
    "/invoices/:id/cancel",
    Type.Object({}),
    change((masterId, id, trackingId) =>
      cancelInvoice(services, masterId, id, { actor: "operator", trackingId }),
    ),
  );
}

function invoiceBody(invoice: InvoiceRecord) {
  return {
    id: invoice.id,
    account_id: invoice.accountId,
    payer_id: invoice.payerId,
    invoice_number: invoice.invoiceNumber,
    status: invoice.status,
    currency: invoice.currency,
    invoice_date: invoice.invoiceDate,
    target_date: invoice.targetDate,
    due_date: invoice.dueDate,
    tax_amount: minorToMajor(invoice.taxMinor),
    total_amount: minorToMajor(invoice.totalMinor),
    balance: minorToMajor(invoice.balanceMinor),
  };
}
