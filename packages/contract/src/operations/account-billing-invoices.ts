import Type from "typebox";
import { badRequest } from "../errors/define.js";
import { accountNotFoundUnder400 } from "../errors/shared.js";
import { defineOperation, type SpecialLimit } from "../operation.js";
import { currency, invoiceMembers } from "../schemas/invoice.js";
import { accountPath } from "../schemas/path-params.js";

const DATE_LENGTH = 32;

/** Plain text: what is wrong with a date is said by the server, which names the field. */
const query = Type.Object({
  from: Type.Optional(
    Type.String({
      maxLength: DATE_LENGTH,
      description:
        "First day, yyyy-mm-dd, within the past three years. Default: 365 days before `to`.",
    }),
  ),
  to: Type.Optional(
    Type.String({
      maxLength: DATE_LENGTH,
      description: "Last day, yyyy-mm-dd, at most one year after `from`. Default: today.",
    }),
  ),
});

/**
 * One call in 5 minutes and 6 a day for each account: the rule of 2021, consistent with itself. The
 * 2026 document prints 1 call in 200 minutes and 100000 a day; 200 minutes leave room for 7 calls a
 * day, so that at least one of its numbers is a slip. Both generations therefore carry the older rule: a
 * stand-in that is stricter than the service because of a misprint would block tests for hours.
 * It is configurable: the rate limiter takes other special rules for an operation, or none.
 */
const specialLimits = [
  {
    count: 1,
    window: "interval",
    interval_seconds: 300,
    scope: "account",
    source: ["S1", "OAD"],
    confidence: "documented",
  },
  { count: 6, window: "day", scope: "account", source: ["S1", "OAD"], confidence: "documented" },
] as const satisfies readonly SpecialLimit[];

const body = Type.Object({
  currency,
  invoices: Type.Array(Type.Object(invoiceMembers), {
    description: "The invoices of the range, at once: there are no pages.",
  }),
});

/** GET /accounts/{accountId}/billing/invoices. Facts: section 1.3. */
export const accountBillingInvoices = defineOperation({
  id: "accountBillingInvoices",
  id2026: "ListBillingInvoices",
  tool: "account_billing_invoices",
  method: "GET",
  path: "/accounts/{accountId}/billing/invoices",
  group: "billing",
  title: "List billing invoices",
  description:
    "The invoices of an account from at most one year, within the past three. `me` is the calling master or regular account. An account can be listed once in five minutes and six times a day.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:read:list_invoices:master"],
    granularForOwnAccount: ["billing:read:list_invoices:admin"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: {
    "2021": specialLimits,
    "2026": specialLimits.map((limit) => ({ ...limit, confidence: "assumed" as const })),
  },
  acceptsMe: true,
  effect: "read",
  idempotent: true,
  params: accountPath,
  query,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 200, "2026": 200 },
    description: "The invoices and their currency.",
    body: { "2021": body, "2026": body },
  },
  errors: {
    accountNotFound: accountNotFoundUnder400,
    paidAccountOnly: badRequest(200, "Only available for Paid account: {subAccountId}.", {
      source: ["OAD", "D26"],
    }),
  },
  examples: {
    responses: [
      {
        name: "Two invoices",
        status: 200,
        body: {
          currency: "USD",
          invoices: [
            {
              balance: 149.9,
              due_date: "2026-03-31",
              id: "8ad0855192b3dc860192b93fc9f00476",
              invoice_date: "2026-03-01",
              invoice_number: "INV00000043",
              status: "Posted",
              target_date: "2026-03-01",
              tax_amount: 0,
              total_amount: 149.9,
            },
            {
              balance: 0,
              due_date: "2026-03-03",
              id: "8ad0855192b3dc860192b93fc9f00412",
              invoice_date: "2026-02-01",
              invoice_number: "INV00000037",
              status: "Posted",
              target_date: "2026-02-01",
              tax_amount: 0,
              total_amount: 149.9,
            },
          ],
        },
      },
      {
        name: "The account never had a paid plan",
        status: 400,
        body: { code: 200, message: "Only available for Paid account: EJSCJqQaTmamt4aVbXyX3A." },
      },
    ],
  },
});
