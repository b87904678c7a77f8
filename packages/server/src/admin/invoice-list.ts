/** Looking for invoices among all of them. */
import { minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { type ListedInvoice, listAllInvoices } from "../store/invoice-list.js";
import type { AdminServices } from "./index.js";
import { nextOf, oneOf, readCursor, readDate, readFlag, readLimit, toCursor } from "./query.js";
import { adminRoute } from "./route.js";

export function registerInvoiceListRoutes(
  app: FastifyInstance,
  { pool, clock }: AdminServices,
): void {
  adminRoute(app, "GET", "/invoices", Type.Object({}), async ({ query }) => {
    const limit = readLimit(query);
    const [beforeId = null] = readCursor(query, 1) ?? [];
    const invoices = await listAllInvoices(
      pool,
      clock.today(),
      {
        accountId: query.account_id || null,
        masterId: query.master_id || null,
        status: oneOf(query, "status", ["Draft", "Posted", "Canceled"]),
        open: readFlag(query, "open"),
        overdue: readFlag(query, "overdue"),
        from: readDate(query, "from"),
        to: readDate(query, "to"),
        search: query.search?.trim() || null,
      },
      { beforeId, limit },
    );
    return {
      status: 200,
      body: {
        invoices: invoices.map(listedBody),
        next: nextOf(invoices, limit, (last) => toCursor([last.id])),
      },
    };
  });
}

function listedBody(invoice: ListedInvoice) {
  return {
    id: invoice.id,
    master_id: invoice.masterId,
    account_id: invoice.accountId,
    account_name: invoice.accountName,
    payer_id: invoice.payerId,
    invoice_number: invoice.invoiceNumber,
    status: invoice.status,
    currency: invoice.currency,
    invoice_date: invoice.invoiceDate,
    due_date: invoice.dueDate,
    tax_amount: minorToMajor(invoice.taxMinor),
    total_amount: minorToMajor(invoice.totalMinor),
    balance: minorToMajor(invoice.balanceMinor),
    days_overdue: invoice.daysOverdue,
  };
}
