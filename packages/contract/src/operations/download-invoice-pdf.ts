import { inferred } from "../errors/define.js";
import { accountNotFoundUnder400, invoiceNotFound } from "../errors/shared.js";
import { defineOperation, type SpecialLimit } from "../operation.js";
import { invoicePath } from "../schemas/path-params.js";

/** Read like those of the detail; the path names no account, so a day counts the caller's downloads. */
const specialLimits = [
  {
    count: 1,
    window: "interval",
    interval_seconds: 1_800,
    scope: "invoice",
    source: ["S1", "OAD", "D26"],
    confidence: "inferred",
  },
  {
    count: 100,
    window: "day",
    scope: "caller",
    source: ["S1", "OAD", "D26"],
    confidence: "inferred",
  },
] as const satisfies readonly SpecialLimit[];

/** GET /api/download/billing/invoices/{invoiceId}. Facts: section 1.13. */
export const downloadInvoicePDF = defineOperation({
  id: "downloadInvoicePDF",
  id2026: "downloadInvoicePDF",
  tool: "download_invoice_p_d_f",
  method: "GET",
  // The server's address and the path together put this below /v2; the bare path is the older route.
  path: "/api/download/billing/invoices/{invoiceId}",
  aliases: ["/api/download/billing/invoices/{invoiceId}"],
  group: "billing",
  title: "Download an invoice file",
  description:
    "An invoice of the calling account or of one of its sub accounts as a PDF file. An invoice can be downloaded once in thirty minutes, a hundred invoices a day.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:read:download_invoice_file:master"],
  },
  label: { "2021": null, "2026": null },
  specialLimits: { "2021": specialLimits, "2026": specialLimits },
  acceptsMe: false,
  effect: "read",
  idempotent: true,
  params: invoicePath,
  query: null,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 200, "2026": 200 },
    description: "The invoice as a PDF file.",
    body: { "2021": null, "2026": null },
    contentType: "application/pdf",
  },
  errors: {
    accountNotFound: {
      ...accountNotFoundUnder400,
      unreachable: "The path names no account; an invoice out of reach does not exist.",
    },
    /** Documented for the detail only; nothing is documented for an unknown invoice here. */
    invoiceNotFound: inferred(invoiceNotFound),
  },
  examples: {
    responses: [
      {
        name: "Unknown invoice",
        status: 400,
        body: {
          code: 2001,
          message: "InvoiceId does not exist: 8ad0855192b3dc860192b93fc9f00476.",
        },
      },
    ],
  },
});
