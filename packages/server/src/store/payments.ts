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

/** A payment as it is listed. */
export interface ReceivedPayment extends AccountRef {
  readonly id: string;
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** What it left over. */
  readonly creditMinor: number;
  readonly receivedOn: string;
}

const RECEIVED = `master_id as "masterId", account_id as "accountId", id, reference,
  amount_minor as "amountMinor", currency, credit_minor as "creditMinor",
  received_on as "receivedOn"`;

/** Payments to an account, the newest first; `before` is the last one of the page before. */
export async function listPayments(
  db: Queryable,
  account: AccountRef,
  page: {
    readonly before: Pick<ReceivedPayment, "receivedOn" | "id"> | null;
    readonly limit: number;
  },
): Promise<ReceivedPayment[]> {
  const { rows } = await db.query({
    name: "list-payments",
    text: `select ${RECEIVED} from payments
      where master_id = $1 and account_id = $2
        and ($3::date is null or (received_on, id) < ($3::date, $4::text))
      order by received_on desc, id desc limit $5`,
    values: [
      account.masterId,
      account.accountId,
      page.before?.receivedOn ?? null,
      page.before?.id ?? null,
      page.limit,
    ],
  });
  return rows;
}

/** The unapplied credit of a payer. */
export async function creditOf(db: Queryable, payer: AccountRef): Promise<number> {
  const { rows } = await db.query({
    name: "credit-of",
    text: "select credit_minor from accounts where master_id = $1 and id = $2",
    values: [payer.masterId, payer.accountId],
  });
  return rows[0]?.credit_minor ?? 0;
}
