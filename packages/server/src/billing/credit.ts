/**
 * Credit of a payer: what negative invoices and overpayments leave. Whenever an invoice is posted to the
 * payer, its credit settles what is open, the oldest due date first. In between it stays: what a payment
 * for some invoices left over does not silently pay others.
 */
import {
  type Applied,
  allocate,
  type CivilDate,
  creditApplied,
  type OpenInvoice,
} from "@paymaster/engine";
import type { Connection, Queryable } from "../database/pool.js";
import { insertRows } from "../database/rows.js";
import { type AccountRef, type LoadedAccount, payersOf } from "../store/accounts.js";
import { toLedger, writePostings } from "../store/ledger.js";
import { WANTED, wantedValues } from "../store/wanted.js";
import type { PostContext, PostedInvoice } from "./post.js";

/** Most invoices that one payment or settlement may settle. */
export const MAX_SETTLED = 100_000;

/**
 * After invoices were posted, their payers locked: negative totals become credit, credit settles.
 * @param credits what the payers had before (`readCredits`)
 */
export async function settleCredit(
  connection: Connection,
  invoices: readonly PostedInvoice[],
  credits: ReadonlyMap<string, number>,
  context: Pick<PostContext, "now" | "today">,
): Promise<void> {
  const causes = new Map<string, PostedInvoice>();
  const gained = new Map<string, number>();
  for (const invoice of invoices) {
    const payer = `${invoice.masterId}/${invoice.payerId}`;
    if (!causes.has(payer)) causes.set(payer, invoice);
    if (invoice.totalMinor < 0) gained.set(payer, (gained.get(payer) ?? 0) - invoice.totalMinor);
  }
  for (const [payer, cause] of causes) {
    const gainedMinor = gained.get(payer) ?? 0;
    const creditMinor = (credits.get(payer) ?? 0) + gainedMinor;
    if (creditMinor === 0) continue;
    const ref = { masterId: cause.masterId, accountId: cause.payerId };
    if (gainedMinor > 0) await changeCredit(connection, ref, gainedMinor);
    await settlePayer(connection, ref, creditMinor, cause, context);
  }
}

/** Credit of the payers of accounts, by `master/payer`; only of those that have some. */
export async function readCredits(
  db: Queryable,
  accounts: readonly LoadedAccount[],
): Promise<Map<string, number>> {
  const { rows } = await db.query({
    name: "read-credits",
    text: `select a.master_id, a.id, a.credit_minor from accounts a
      join ${WANTED} using (master_id, id) where a.credit_minor > 0`,
    values: wantedValues(payersOf(accounts)),
  });
  return new Map(rows.map((row) => [`${row.master_id}/${row.id}`, row.credit_minor]));
}

/** Settles open invoices of a payer, who is locked; `cause` is the invoice that credit was found for. */
async function settlePayer(
  connection: Connection,
  payer: AccountRef,
  creditMinor: number,
  cause: PostedInvoice,
  { now, today }: Pick<PostContext, "now" | "today">,
): Promise<void> {
  const { masterId, accountId } = payer;
  const { currency } = cause;
  const open = await openInvoices(connection, payer, { currency, amountMinor: creditMinor });
  // More than that stay open, with credit left for the next time.
  const { applied, leftOverMinor } = allocate(creditMinor, open.slice(0, MAX_SETTLED));
  if (applied.length === 0) return;
  const owners = { masterId, accountId, payerId: accountId };
  const posting = toLedger(`credit-applied:${cause.id}`, creditApplied(applied), owners, {
    effectiveDate: today,
    currency,
  });
  await writePostings(connection, [posting], now);
  await applyToInvoices(connection, masterId, applied, {
    paymentId: null,
    creditEvent: cause.id,
    appliedOn: today,
  });
  await changeCredit(connection, payer, leftOverMinor - creditMinor);
}

/** Which open invoices a sum may settle. */
export interface Settlement {
  readonly currency: string;
  readonly amountMinor: number;
  /** Only those of this invoiced account. */
  readonly invoicedAccountId?: string;
  readonly invoiceIds?: readonly string[];
}

/**
 * Open invoices that a payer owes, the oldest due date first, as many as the sum can settle at least in
 * part. The payer must be locked: balances change only under that lock.
 */
export async function openInvoices(
  db: Queryable,
  payer: AccountRef,
  { currency, amountMinor, invoicedAccountId, invoiceIds }: Settlement,
): Promise<OpenInvoice[]> {
  const { rows } = await db.query({
    name: "open-invoices",
    text: `select id as "invoiceId", due_date as "dueDate", invoice_number as "invoiceNumber",
        balance_minor as "balanceMinor"
      from (
        select id, due_date, number, invoice_number, balance_minor,
          sum(balance_minor) over (order by due_date, number) - balance_minor as before
        from invoices
        where master_id = $1 and payer_id = $2 and currency = $3 and balance_minor > 0
          and ($5::text is null or account_id = $5)
          and ($6::text[] is null or id = any ($6))) open
      where before < $4 order by due_date, number limit ${MAX_SETTLED + 1}`,
    values: [
      payer.masterId,
      payer.accountId,
      currency,
      amountMinor,
      invoicedAccountId ?? null,
      invoiceIds ?? null,
    ],
  });
  return rows;
}

/**
 * What the payer's credit leaves, after what is owed already, for an invoice of that due date.
 * @param invoice its due date, and what is invoiced just before it and not on the books yet
 */
export async function creditLeftFor(
  db: Queryable,
  { record, payer }: LoadedAccount,
  { dueDate, alsoOwedMinor }: { readonly dueDate: CivilDate; readonly alsoOwedMinor: number },
): Promise<number> {
  if (payer.creditMinor === 0) return 0;
  const { rows } = await db.query({
    name: "owed-before",
    text: `select coalesce(sum(balance_minor), 0)::bigint as owed from invoices
      where master_id = $1 and payer_id = $2 and currency = $3 and balance_minor > 0
        and due_date <= $4`,
    values: [record.masterId, payer.accountId, record.currency, dueDate],
  });
  return Math.max(0, payer.creditMinor - (rows[0]?.owed ?? 0) - alsoOwedMinor);
}

/** Lowers the balances and records what was applied from where. */
export async function applyToInvoices(
  connection: Connection,
  masterId: string,
  applied: readonly Applied[],
  source: {
    readonly paymentId: string | null;
    readonly creditEvent: string | null;
    readonly appliedOn: string;
  },
): Promise<void> {
  if (applied.length === 0) return;
  await connection.query({
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
    connection,
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

/** Adds to the payer's credit or takes from it; false when there would be less than none. */
export async function changeCredit(
  db: Queryable,
  { masterId, accountId }: AccountRef,
  changeMinor: number,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: "change-credit",
    text: `update accounts set credit_minor = credit_minor + $3
      where master_id = $1 and id = $2 and credit_minor + $3 >= 0`,
    values: [masterId, accountId, changeMinor],
  });
  return rowCount === 1;
}
