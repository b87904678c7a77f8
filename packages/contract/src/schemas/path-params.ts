/**
 * Path parameters. An id that is not the caller's is "does not exist", however it is written: no pattern
 * or length is demanded of it.
 */
import Type from "typebox";

const accountId = Type.String({
  description: "Id of a sub account. Where the operation says so, `me` is the calling account.",
});
const invoiceId = Type.String({
  description: "Id of an invoice, as the list of invoices gives it.",
});

/** `/accounts/{accountId}/...` */
export const accountPath = Type.Object({ accountId });
/** `/accounts/{accountId}/billing/invoices/{invoiceId}` */
export const accountInvoicePath = Type.Object({ accountId, invoiceId });
/** `/api/download/billing/invoices/{invoiceId}` */
export const invoicePath = Type.Object({ invoiceId });
/** Paths without parameters. */
export const noPathParams = Type.Object({});
