import Type from "typebox";
import { accountNotFoundUnder400, invoiceNotFound } from "../errors/shared.js";
import { defineOperation, type SpecialLimit } from "../operation.js";
import { amount, currency, date, invoiceMembers } from "../schemas/invoice.js";
import { accountInvoicePath } from "../schemas/path-params.js";

/**
 * 30 minutes leave room for 48 calls a day, fewer than the 100 that a day may have: the interval is
 * therefore read as one for each invoice (inferred), and the day's count as one for each account.
 */
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
    scope: "account",
    source: ["S1", "OAD", "D26"],
    confidence: "documented",
  },
] as const satisfies readonly SpecialLimit[];

const itemMembers = {
  charge_name: Type.String({ description: "Name of the charge, e.g. `Standard Biz Annual`." }),
  charge_number: Type.String({ description: "Number of the charge, e.g. `C-00000004`." }),
  charge_type: Type.String({ description: "Kind of the charge, e.g. `Recurring`." }),
  end_date: date("Last day of service that the line charges."),
  quantity: Type.Integer({ description: "Number of licences or units." }),
  start_date: date("First day of service that the line charges."),
  tax_amount: amount("Tax on the line."),
  total_amount: amount("Amount of the line, without tax."),
};

const members = { ...invoiceMembers, currency };

/** GET /accounts/{accountId}/billing/invoices/{invoiceId}. Facts: section 1.4. */
export const getAccountBillingInvoice = defineOperation({
  id: "getAccountBillingInvoice",
  id2026: "GetInvoiceDetails",
  tool: "get_account_billing_invoice",
  method: "GET",
  path: "/accounts/{accountId}/billing/invoices/{invoiceId}",
  group: "billing",
  title: "Get invoice details",
  description:
    "One invoice of an account with its lines. `me` is the calling master or regular account. An invoice can be asked for once in thirty minutes, an account's invoices a hundred times a day.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:read:invoice_details:master"],
    granularForOwnAccount: ["billing:read:invoice_details:admin"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": specialLimits, "2026": specialLimits },
  acceptsMe: true,
  effect: "read",
  idempotent: true,
  params: accountInvoicePath,
  query: null,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 200, "2026": 200 },
    description: "The invoice with its lines.",
    body: {
      "2021": Type.Object({ ...members, invoice_items: Type.Array(Type.Object(itemMembers)) }),
      "2026": Type.Object({
        ...members,
        invoice_items: Type.Array(
          Type.Object({
            ...itemMembers,
            partner_sku: Type.String({
              description: "The partner's number of the plan, or empty.",
            }),
            purchase_order_number: Type.String({ description: "Purchase order, or empty." }),
          }),
        ),
      }),
    },
  },
  errors: { accountNotFound: accountNotFoundUnder400, invoiceNotFound },
  examples: {
    responses: [
      {
        name: "Invoice with one line",
        status: 200,
        body: {
          balance: 1_999,
          currency: "USD",
          due_date: "2026-03-31",
          id: "8ad0855192b3dc860192b93fc9f00476",
          invoice_date: "2026-03-01",
          invoice_items: [
            {
              charge_name: "Standard Biz Annual",
              charge_number: "C-00000004",
              charge_type: "Recurring",
              end_date: "2027-02-28",
              partner_sku: "",
              purchase_order_number: "",
              quantity: 10,
              start_date: "2026-03-01",
              tax_amount: 0,
              total_amount: 1_999,
            },
          ],
          invoice_number: "INV00000043",
          status: "Posted",
          target_date: "2026-03-01",
          tax_amount: 0,
          total_amount: 1_999,
        },
      },
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
