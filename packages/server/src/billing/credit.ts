/**
 * Credit of a payer: what negative invoices and overpayments leave. It settles the payer's open invoices,
 * the oldest due date first, whenever there are both.
 */
import { type Applied, allocate, creditApplied, type OpenInvoice } from "@paymaster/engine";
import type { Connection, Queryable } from "../database/pool.js";
import { insertRows } from "../database/rows.js";
import { toLedger, writePostings } from "../store/ledger.js";
import type { DecidedAccount, PostContext, PostedInvoice } from "./post.js";

/** Most open invoices that one settlement looks at; the rest is settled by the next one. */
const MAX_OPEN = 10_000;

interface PayerCredit {
  readonly masterId: string;
  readonly payerId: string;
  readonly creditMinor: number;
}

/** After invoices were posted: negative totals become credit, and credit settles what is open. */
export async function settleCredit(
  connection: Connection,
  invoices: readonly PostedInvoice[],
  accounts: readonly DecidedAccount[],
  context: PostContext,
): Promise<void> {
  const causes = new Map<string, PostedInvoice>();
  const gained = new Map<string, number>();
  for (const invoice of invoices) {
    if (!causes.has(invoice.payerId)) causes.set(invoice.payerId, invoice);
    if (invoice.totalMinor < 0) {
      gained.set(invoice.payerId, (gained.get(invoice.payerId) ?? 0) - invoice.totalMinor);
    }
  }
  if (accounts.length === 0) return;
  const payers = await readCredits(connection, [...causes.values()]);
  for (const payer of payers) {
    const creditMinor = payer.creditMinor + (gained.get(payer.payerId) ?? 0);
    if (creditMinor === 0) continue;
    const cause = causes.get(payer.payerId);
    if (cause === undefined) continue;
    await settlePayer(connection, { ...payer, creditMinor }, cause, context);
  }
}

/** Locks the payers: what they have is spent once. */
async function readCredits(
  db: Queryable,
  invoices: readonly PostedInvoice[],
): Promise<PayerCredit[]> {
  const { rows } = await db.query({
    name: "read-credits",
    text: `select a.master_id as "masterId", a.id as "payerId", a.credit_minor as "creditMinor"
      from accounts a
      join unnest($1::text[], $2::text[]) as w (master_id, id) using (master_id, id)
      order by a.master_id, a.id for update of a`,
    values: [invoices.map((one) => one.masterId), invoices.map((one) => one.payerId)],
  });
  return rows;
}

async function settlePayer(
  connection: Connection,
  payer: PayerCredit,
  cause: PostedInvoice,
  context: PostContext,
): Promise<void> {
  const open = await openInvoices(connection, payer.masterId, payer.payerId, cause.currency);
  const { applied, leftOverMinor } = allocate(payer.creditMinor, open);
  if (applied.length > 0) {
    const owners = { masterId: payer.masterId, accountId: payer.payerId, payerId: payer.payerId };
    const posting = toLedger(`credit-applied:${cause.id}`, creditApplied(applied), owners, {
      effectiveDate: context.today,
      currency: cause.currency,
    });
    await writePostings(connection, [posting], context.now);
    await applyToInvoices(connection, payer.masterId, applied, {
      paymentId: null,
      creditEvent: cause.id,
      appliedOn: context.today,
    });
  }
  await setCredit(connection, payer.masterId, payer.payerId, leftOverMinor);
}

/** Open invoices that a payer owes, locked, oldest due date first; only some of them if `only` says so. */
export async function openInvoices(
  db: Queryable,
  masterId: string,
  payerId: string,
  currency: string,
  only: { readonly accountId?: string; readonly invoiceIds?: readonly string[] } = {},
): Promise<OpenInvoice[]> {
  const { rows } = await db.query({
    name: "open-invoices",
    text: `select id as "invoiceId", due_date as "dueDate", invoice_number as "invoiceNumber",
        balance_minor as "balanceMinor"
      from invoices
      where master_id = $1 and payer_id = $2 and currency = $3 and balance_minor > 0
        and ($4::text is null or account_id = $4)
        and ($5::text[] is null or id = any ($5))
      order by due_date, number limit ${MAX_OPEN} for update`,
    values: [masterId, payerId, currency, only.accountId ?? null, only.invoiceIds ?? null],
  });
  return rows;
}

/** Lowers the balances and records what was applied from where. */
export async function applyToInvoices(
  db: Queryable,
  masterId: string,
  applied: readonly Applied[],
  source: {
    readonly paymentId: string | null;
    readonly creditEvent: string | null;
    readonly appliedOn: string;
  },
): Promise<void> {
  if (applied.length === 0) return;
  await db.query({
    name: "lower-balances",
    text: `update invoices i set balance_minor = i.balance_minor - d.amount
      from unnest($2::text[], $3::bigint[]) as d (id, amount)
      where i.master_id = $1 and i.id = d.id`,
    values: [
      masterId,
      applied.map((part) => part.invoiceId),
      applied.map((part) => part.amountMinor),
    ],
  });
  await insertRows(
    db,
    "applications",
    {
      master_id: "text",
      invoice_id: "text",
      payment_id: "text",
      credit_event: "text",
      amount_minor: "bigint",
      applied_on: "date",
    },
    applied.map((part) => ({
      master_id: masterId,
      invoice_id: part.invoiceId,
      payment_id: source.paymentId,
      credit_event: source.creditEvent,
      amount_minor: part.amountMinor,
      applied_on: source.appliedOn,
    })),
  );
}

export async function setCredit(
  db: Queryable,
  masterId: string,
  payerId: string,
  creditMinor: number,
): Promise<void> {
  await db.query({
    name: "set-credit",
    text: "update accounts set credit_minor = $3 where master_id = $1 and id = $2",
    values: [masterId, payerId, creditMinor],
  });
}
