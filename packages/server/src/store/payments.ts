/** Payments as they were received. What they settled is in `applications`. */
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "./accounts.js";

export interface PaymentRecord {
  readonly id: string;
  readonly requestHash: Buffer;
  readonly creditMinor: number;
  readonly applied: readonly { readonly invoiceId: string; readonly amountMinor: number }[];
}

/** The payment that an account already made under `reference`, with what it settled. */
export async function findPayment(
  db: Queryable,
  ref: AccountRef,
  reference: string,
): Promise<PaymentRecord | undefined> {
  const { rows } = await db.query({
    name: "find-payment",
    text: `select p.id, p.request_hash as "requestHash", p.credit_minor as "creditMinor",
        coalesce((select jsonb_agg(jsonb_build_object(
            'invoiceId', x.invoice_id, 'amountMinor', x.amount_minor) order by x.id)
          from applications x where x.master_id = p.master_id and x.payment_id = p.id), '[]')
          as applied
      from payments p where p.master_id = $1 and p.account_id = $2 and p.reference = $3`,
    values: [ref.masterId, ref.accountId, reference],
  });
  return rows[0];
}

export async function insertPayment(
  db: Queryable,
  ref: AccountRef,
  payment: {
    readonly id: string;
    readonly reference: string;
    readonly amountMinor: number;
    readonly currency: string;
    readonly requestHash: Buffer;
    readonly creditMinor: number;
    readonly receivedOn: string;
    readonly now: Date;
  },
): Promise<void> {
  await db.query({
    name: "insert-payment",
    text: `insert into payments (master_id, account_id, id, reference, amount_minor, currency,
        request_hash, credit_minor, received_on, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      ref.masterId,
      ref.accountId,
      payment.id,
      payment.reference,
      payment.amountMinor,
      payment.currency,
      payment.requestHash,
      payment.creditMinor,
      payment.receivedOn,
      payment.now,
    ],
  });
}
