/** One invoice: reading it, why its lines are what they are, posting a draft, cancelling. */
import { addDays, type ChargeLine, explain, minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { cancelInvoice, InvoiceRefusal } from "../billing/cancel-invoice.js";
import { postDraft } from "../billing/post-draft.js";
import {
  chargeNumber,
  findInvoice,
  findInvoiceTenant,
  type InvoiceRecord,
  readLines,
} from "../store/invoices.js";
import type { AdminServices } from "./index.js";
import { adminRoute, conflict, notFound } from "./route.js";

const Nothing = Type.Object({});

export function registerInvoiceRoutes(app: FastifyInstance, services: AdminServices): void {
  const { pool } = services;
  adminRoute(app, "GET", "/invoices/:id", Nothing, async ({ params }) => ({
    status: 200,
    body: invoiceBody(await requireInvoice(services, params.id)),
  }));
  adminRoute(app, "GET", "/invoices/:id/lines", Nothing, async ({ params }) => {
    const invoice = await requireInvoice(services, params.id);
    const lines = await readLines(pool, invoice);
    return { status: 200, body: { invoice_id: invoice.id, lines: lines.map(lineBody) } };
  });
  const change = (
    action: (masterId: string, id: string, trackingId: string) => Promise<InvoiceRecord>,
  ) => {
    return async ({
      params,
      trackingId,
    }: {
      params: Readonly<Record<string, string>>;
      trackingId: string;
    }) => {
      const { masterId, id } = await requireInvoice(services, params.id);
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
    Nothing,
    change((masterId, id, trackingId) =>
      postDraft(services, masterId, id, { actor: "operator", trackingId }),
    ),
  );
  adminRoute(
    app,
    "POST",
    "/invoices/:id/cancel",
    Nothing,
    change((masterId, id, trackingId) =>
      cancelInvoice(services, masterId, id, { actor: "operator", trackingId }),
    ),
  );
}

async function requireInvoice({ pool }: AdminServices, id = ""): Promise<InvoiceRecord> {
  const masterId = await findInvoiceTenant(pool, id);
  const invoice = masterId === undefined ? undefined : await findInvoice(pool, masterId, id);
  if (invoice === undefined) throw notFound(`InvoiceId does not exist: ${id}.`);
  return invoice;
}

export function invoiceBody(invoice: InvoiceRecord) {
  return {
    id: invoice.id,
    master_id: invoice.masterId,
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
    bill_run_id: invoice.billRunId,
  };
}

/** A line with its derivation, as data and as a sentence; dates are inclusive, as on the wire. */
function lineBody(line: ChargeLine, index: number) {
  const { derivation } = line;
  return {
    line: index + 1,
    charge_number: chargeNumber(line.itemNumber),
    charge_name: line.chargeName,
    charge_type: line.chargeType,
    plan_type: line.planType,
    reason: line.reason,
    quantity: line.quantity,
    unit_price: minorToMajor(line.unitPriceMinor),
    start_date: line.startDate,
    end_date: addDays(line.endDate, -1),
    amount: minorToMajor(line.amountMinor),
    tax_rate_percent: line.taxRatePpm / 10_000,
    tax_amount: minorToMajor(line.taxMinor),
    derivation: {
      rule: derivation.rule,
      cause: derivation.cause,
      unit: derivation.unit,
      period_start: derivation.periodStart,
      period_end: addDays(derivation.periodEnd, -1),
      period_days: derivation.periodDays,
      full_amount: minorToMajor(derivation.fullAmountMinor),
      from_day: derivation.fromDay,
      to_day: derivation.toDay,
      charged_days: derivation.toDay - derivation.fromDay,
      rounding: derivation.rounding,
      host_blocks: derivation.hostBlocks ?? null,
      inputs: derivation.inputs ?? {},
    },
    explanation: explain(derivation),
  };
}
