/** Payments received, idempotent by their reference. */
import { isCivilDate, majorToMinor, minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { PaymentRefusal, receivePayment } from "../billing/payments.js";
import { findAccountInBooks } from "../store/accounts.js";
import { listPayments, type ReceivedPayment } from "../store/payments.js";
import type { AdminServices } from "./index.js";
import { nextOf, readCursor, readLimit, toCursor } from "./query.js";
import { registerReceivableRoutes } from "./receivables.js";
import { adminRoute, badField, conflict, MAX_AMOUNT, notFound } from "./route.js";

const NewPayment = Type.Object(
  {
    amount: Type.Number({ maximum: MAX_AMOUNT }),
    currency: Type.String({ minLength: 3, maxLength: 3 }),
    reference: Type.String({ minLength: 1, maxLength: 255 }),
    invoice_ids: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 1_000 }),
    ),
  },
  { additionalProperties: false },
);

export function registerPaymentRoutes(app: FastifyInstance, services: AdminServices): void {
  registerReceivableRoutes(app, services);
  adminRoute(app, "GET", "/accounts/:id/payments", Type.Object({}), async ({ params, query }) => {
    const account = await findAccountInBooks(services.pool, params.id ?? "");
    if (account === undefined) throw notFound(`Account does not exist: ${params.id}.`);
    const limit = readLimit(query);
    const [receivedOn, id] = readCursor(query, 2) ?? [];
    if (receivedOn !== undefined && !isCivilDate(receivedOn)) {
      throw badField("after", "Must be the next of an earlier answer.");
    }
    const before = receivedOn === undefined || id === undefined ? null : { receivedOn, id };
    const payments = await listPayments(services.pool, account, { before, limit });
    return {
      status: 200,
      body: {
        payments: payments.map(paymentBody),
        next: nextOf(payments, limit, (last) => toCursor([last.receivedOn, last.id])),
      },
    };
  });
  adminRoute(app, "POST", "/accounts/:id/payments", NewPayment, async (call) => {
    const { body, params, trackingId } = call;
    const account = await findAccountInBooks(services.pool, params.id ?? "");
    if (account === undefined) throw notFound(`Account does not exist: ${params.id}.`);
    const amountMinor = majorToMinor(body.amount);
    if (amountMinor === null || amountMinor <= 0) {
      throw badField("amount", "Must be more than 0, with at most two decimals.");
    }
    try {
      const result = await receivePayment(
        services,
        {
          masterId: account.masterId,
          accountId: account.accountId,
          amountMinor,
          currency: body.currency,
          reference: body.reference,
          invoiceIds: body.invoice_ids === undefined ? null : [...new Set(body.invoice_ids)],
        },
        { actor: "operator", trackingId },
      );
      return {
        status: 201,
        body: {
          id: result.id,
          applied: result.applied.map((part) => ({
            invoice_id: part.invoiceId,
            amount: minorToMajor(part.amountMinor),
          })),
          credit: minorToMajor(result.creditMinor),
        },
      };
    } catch (error) {
      if (!(error instanceof PaymentRefusal)) throw error;
      throw error.conflict ? conflict(error.message) : badField(error.field, error.message);
    }
  });
}

function paymentBody(payment: ReceivedPayment) {
  return {
    id: payment.id,
    account_id: payment.accountId,
    reference: payment.reference,
    amount: minorToMajor(payment.amountMinor),
    currency: payment.currency,
    credit: minorToMajor(payment.creditMinor),
    received_on: payment.receivedOn,
  };
}
