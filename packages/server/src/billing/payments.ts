/**
 * Payments: they settle invoices, the oldest due date first or those that are named; what is left over is
 * credit. A payment belongs to the payer, or to an invoiced account to pay only its invoices.
 */
import { createHash, randomUUID } from "node:crypto";
import { allocate, paymentReceived } from "@paymaster/engine";
import type { ServiceClock } from "../clock.js";
import { type Connection, type Pool, transaction } from "../database/pool.js";
import {
  type AccountRecord,
  type AccountRef,
  findAccountInBooks,
  lockAccounts,
  payerIdOf,
} from "../store/accounts.js";
import { type Actor, writeAudit } from "../store/audit.js";
import { toLedger, writePostings } from "../store/ledger.js";
import { findPayment, insertPayment } from "../store/payments.js";
import { applyToInvoices, changeCredit, MAX_SETTLED, openInvoices } from "./credit.js";

export interface PaymentRequest {
  readonly masterId: string;
  readonly accountId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly reference: string;
  readonly invoiceIds: readonly string[] | null;
}

export interface PaymentResult {
  readonly id: string;
  readonly applied: readonly { readonly invoiceId: string; readonly amountMinor: number }[];
  readonly creditMinor: number;
  /** The same reference had been paid before; nothing happened now. */
  readonly repeated: boolean;
}

/** A payment that cannot be taken, with the member of the request that is wrong. */
export class PaymentRefusal extends Error {
  constructor(
    readonly field: string,
    message: string,
    readonly conflict = false,
  ) {
    super(message);
  }
}

export async function receivePayment(
  { pool, clock }: { pool: Pool; clock: ServiceClock },
  request: PaymentRequest,
  by: Actor,
): Promise<PaymentResult> {
  const requestHash = createHash("sha256")
    .update(
      JSON.stringify([
        request.amountMinor,
        request.currency,
        request.invoiceIds === null ? null : [...request.invoiceIds].sort(),
      ]),
    )
    .digest();
  return transaction(pool, async (connection) => {
    const ref = { masterId: request.masterId, accountId: request.accountId };
    const { payerId, record } = await lockPayer(connection, ref);
    const known = await findPayment(connection, ref, request.reference);
    if (known !== undefined) {
      if (!requestHash.equals(known.requestHash)) {
        throw new PaymentRefusal(
          "reference",
          `The reference ${request.reference} was used for another payment of this account.`,
          true,
        );
      }
      return { ...known, repeated: true };
    }
    if (request.currency !== record.currency) {
      throw new PaymentRefusal("currency", `The account is billed in ${record.currency}.`);
    }
    const payer = { masterId: ref.masterId, accountId: payerId };
    await checkNamed(connection, request, payerId, record.accountId);
    const open = await openInvoices(connection, payer, {
      currency: request.currency,
      amountMinor: request.amountMinor,
      ...(payerId === record.accountId ? {} : { invoicedAccountId: record.accountId }),
      ...(request.invoiceIds === null ? {} : { invoiceIds: request.invoiceIds }),
    });
    if (open.length > MAX_SETTLED) {
      const message = `One payment settles at most ${MAX_SETTLED} invoices; pay in parts.`;
      throw new PaymentRefusal("amount", message);
    }
    const { applied, leftOverMinor } = allocate(request.amountMinor, open);
    const id = randomUUID();
    const now = clock.now();
    const today = clock.today();
    await insertPayment(connection, ref, {
      ...request,
      id,
      requestHash,
      creditMinor: leftOverMinor,
      receivedOn: today,
      now,
    });
    const owners = { ...ref, payerId };
    await writePostings(
      connection,
      [
        toLedger(`payment:${id}`, paymentReceived(applied, leftOverMinor), owners, {
          effectiveDate: today,
          currency: request.currency,
        }),
      ],
      now,
    );
    await applyToInvoices(connection, ref.masterId, applied, {
      paymentId: id,
      creditEvent: null,
      appliedOn: today,
    });
    if (leftOverMinor > 0) await changeCredit(connection, payer, leftOverMinor);
    await writeAudit(connection, by, now, [
      {
        ...ref,
        event: "payment_received",
        itemNumber: null,
        before: null,
        after: {
          id,
          reference: request.reference,
          amountMinor: request.amountMinor,
          invoices: applied.length,
          creditMinor: leftOverMinor,
        },
      },
    ]);
    return { id, applied, creditMinor: leftOverMinor, repeated: false };
  });
}

/** Locks the account and its payer. One that has left its master can still be paid for. */
async function lockPayer(
  connection: Connection,
  ref: AccountRef,
): Promise<{ record: AccountRecord; payerId: string }> {
  const record = await findAccountInBooks(connection, ref.accountId);
  if (record === undefined) throw new PaymentRefusal("id", "The account does not exist.");
  const payerId = payerIdOf(record);
  await lockAccounts(connection, [ref, { masterId: ref.masterId, accountId: payerId }]);
  return { record, payerId };
}

/** Invoices that are named must be the payer's (and, for a sub account, its own). */
async function checkNamed(
  connection: Connection,
  request: PaymentRequest,
  payerId: string,
  accountId: string,
): Promise<void> {
  if (request.invoiceIds === null) return;
  const { rows } = await connection.query({
    name: "check-named-invoices",
    text: `select id from invoices where master_id = $1 and id = any ($2) and payer_id = $3
      and ($3 = $4 or account_id = $4) and status = 'Posted'`,
    values: [request.masterId, request.invoiceIds, payerId, accountId],
  });
  const found = new Set(rows.map((row) => row.id));
  const missing = request.invoiceIds.find((id) => !found.has(id));
  if (missing !== undefined) {
    throw new PaymentRefusal(
      "invoice_ids",
      `Invoice ${missing} is not a posted invoice that this account pays.`,
    );
  }
}
