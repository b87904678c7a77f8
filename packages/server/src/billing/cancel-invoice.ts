/**
 * Cancelling an invoice: its ledger is reversed, its number stays used, and what it charged falls due
 * again. Only an invoice with nothing paid can be cancelled; a draft is simply withdrawn.
 */
import { invoiceCancelled, type LedgerEntry } from "@paymaster/engine";
import type { ServiceClock } from "../clock.js";
import { type Connection, type Pool, transaction } from "../database/pool.js";
import { insertRows } from "../database/rows.js";
import { lockAccounts } from "../store/accounts.js";
import { type Actor, writeAudit } from "../store/audit.js";
import { findInvoice, type InvoiceRecord, readLines } from "../store/invoices.js";
import { toLedger, writePostings } from "../store/ledger.js";
import { unscheduleRevenue } from "../store/revenue-schedules.js";
import { changeCredit } from "./credit.js";

/** Why an invoice cannot be posted or cancelled; `conflict`: it is there, but not in that state. */
export class InvoiceRefusal extends Error {
  constructor(
    message: string,
    readonly conflict: boolean,
  ) {
    super(message);
  }
}

export async function cancelInvoice(
  { pool, clock }: { pool: Pool; clock: ServiceClock },
  masterId: string,
  invoiceId: string,
  by: Actor,
): Promise<InvoiceRecord> {
  return transaction(pool, async (connection) => {
    const invoice = await lockInvoice(connection, masterId, invoiceId);
    if (invoice.status === "Canceled") return invoice;
    if (invoice.number === null) {
      await connection.query(
        "update invoice_drafts set status = 'Canceled' where master_id = $1 and id = $2",
        [masterId, invoiceId],
      );
    } else {
      await cancelPosted(connection, invoice, clock);
    }
    await writeAudit(connection, by, clock.now(), [
      {
        masterId,
        accountId: invoice.accountId,
        event: "invoice_canceled",
        itemNumber: null,
        before: { status: invoice.status },
        after: { id: invoiceId, status: "Canceled" },
      },
    ]);
    const canceled = await findInvoice(connection, masterId, invoiceId);
    if (canceled === undefined) throw new Error(`invoice ${invoiceId} is missing`);
    return canceled;
  });
}

/** The account and its payer, in the order of all locks. */
async function lockInvoice(
  connection: Connection,
  masterId: string,
  invoiceId: string,
): Promise<InvoiceRecord> {
  const found = await findInvoice(connection, masterId, invoiceId);
  if (found === undefined) throw new InvoiceRefusal("The invoice does not exist.", false);
  await lockAccounts(connection, [
    { masterId, accountId: found.accountId },
    { masterId, accountId: found.payerId },
  ]);
  const locked = await findInvoice(connection, masterId, invoiceId);
  if (locked === undefined) throw new InvoiceRefusal("The invoice does not exist.", false);
  return locked;
}

async function cancelPosted(
  connection: Connection,
  invoice: InvoiceRecord,
  clock: ServiceClock,
): Promise<void> {
  const { masterId, id } = invoice;
  const { rows: paid } = await connection.query(
    `select coalesce(sum(amount_minor) filter (where payment_id is not null), 0)::bigint as payments,
        coalesce(sum(amount_minor) filter (where payment_id is null), 0)::bigint as credit
      from applications where master_id = $1 and invoice_id = $2`,
    [masterId, id],
  );
  if ((paid[0]?.payments ?? 0) > 0) {
    throw new InvoiceRefusal("An invoice that was paid, even in part, cannot be cancelled.", true);
  }
  // Credit that it took goes back; credit that it gave (a negative total) is taken back.
  await moveCredit(connection, invoice, (paid[0]?.credit ?? 0) + Math.min(invoice.totalMinor, 0));
  await unscheduleRevenue(connection, masterId, id);
  const { rows: entries } = await connection.query<LedgerEntry>(
    `select ledger_account as "ledgerAccount", invoice_id as "invoiceId",
        amount_minor as "amountMinor"
      from ledger_entries where master_id = $1 and invoice_id = $2`,
    [masterId, id],
  );
  const posting = toLedger(`cancel:${id}`, invoiceCancelled(id, entries), invoice, {
    effectiveDate: clock.today(),
    currency: invoice.currency,
  });
  await writePostings(connection, posting.entries.length > 0 ? [posting] : [], clock.now());
  await connection.query(
    `update invoices set status = 'Canceled', balance_minor = 0, canceled_at = $3
      where master_id = $1 and id = $2`,
    [masterId, id, clock.now()],
  );
  await fallDueAgain(connection, invoice, clock.today());
}

async function moveCredit(
  connection: Connection,
  { masterId, payerId }: InvoiceRecord,
  changeMinor: number,
): Promise<void> {
  if (changeMinor === 0) return;
  if (!(await changeCredit(connection, { masterId, accountId: payerId }, changeMinor))) {
    throw new InvoiceRefusal(
      "The credit that this invoice gave has been used already; it cannot be taken back.",
      true,
    );
  }
}

async function fallDueAgain(
  connection: Connection,
  invoice: InvoiceRecord,
  today: string,
): Promise<void> {
  const lines = await readLines(connection, invoice);
  await connection.query(
    `update invoice_lines set voided = true
      where master_id = $1 and invoice_id = $2 and not voided`,
    [invoice.masterId, invoice.id],
  );
  await insertRows(
    connection,
    "unbilled_charges",
    {
      master_id: "text",
      account_id: "text",
      canceled_invoice_id: "text",
      due_date: "date",
      line: "jsonb",
    },
    lines.map((line) => ({
      master_id: invoice.masterId,
      account_id: invoice.accountId,
      canceled_invoice_id: invoice.id,
      due_date: today,
      line: JSON.stringify(line),
    })),
  );
  await connection.query(
    `update accounts set next_due_date = least(next_due_date, $3::date)
      where master_id = $1 and id = $2`,
    [invoice.masterId, invoice.accountId, today],
  );
}
