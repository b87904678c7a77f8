/** Payments received, idempotent by their reference. */
import { majorToMinor, minorToMajor } from "@paymaster/engine";
import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { PaymentRefusal, receivePayment } from "../billing/payments.js";
import { findAccount } from "../store/accounts.js";
import type { AdminServices } from "./index.js";
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
  adminRoute(app, "POST", "/accounts/:id/payments", NewPayment, async (call) => {
    const { body, params, trackingId } = call;
    const account = await findAccount(services.pool, params.id ?? "");
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
