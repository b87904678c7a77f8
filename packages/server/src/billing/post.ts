/**
 * The one way in which decisions become rows: for one account or for hundreds, in the caller's
 * transaction, set by set. Accounts, items, invoices with gapless numbers, lines, ledger postings,
 * credit and audit rows are written together or not at all.
 */
import {
  type AssembledInvoice,
  assembleInvoice,
  type ChargeLine,
  type CivilDate,
  type Decision,
  invoiceCredited,
  invoicePosted,
} from "@paymaster/engine";
import { inOrder, leaveToCommit } from "../database/pipelining.js";
import type { Connection, Queryable } from "../database/pool.js";
import { type Columns, rowsFrom, toArrays } from "../database/rows.js";
import { newInvoiceId } from "../ids.js";
import { type LoadedAccount, lockAccounts, payersAndMastersOf } from "../store/accounts.js";
import { type Actor, type AuditRow, writeAudit } from "../store/audit.js";
import { deleteDrafts } from "../store/drafts.js";
import {
  type InvoiceRecord,
  insertInvoices,
  insertLines,
  type Parties,
} from "../store/invoices.js";
import { type ChangedItem, saveItems } from "../store/items.js";
import { type LedgerPosting, toLedger, writePostings } from "../store/ledger.js";
import { scheduleRevenue } from "../store/revenue-schedules.js";
import { readCredits, settleCredit } from "./credit.js";
import { loadParties } from "./parties.js";

export interface DecidedAccount {
  /** As it was loaded under lock; the decision was made upon it. */
  readonly loaded: LoadedAccount;
  readonly decision: Decision;
  /** Lines of cancelled invoices that are due again; they are charged with the decision's own. */
  readonly unbilled?: readonly { readonly id: number; readonly line: ChargeLine }[];
  /** Id of a draft that this posts; its invoice keeps the id. */
  readonly draftId?: string | null;
}

export interface PostContext {
  readonly now: Date;
  /** Invoice date: the day of the run or of the command. */
  readonly today: CivilDate;
  readonly targetDate: CivilDate;
  readonly by: Actor;
  readonly billRunId: string | null;
}

export type PostedInvoice = InvoiceRecord & { readonly lines: readonly ChargeLine[] };

/** Writes decisions; returns the invoices that were posted, in the order of the accounts. */
export async function postDecisions(
  connection: Connection,
  accounts: readonly DecidedAccount[],
  context: PostContext,
): Promise<PostedInvoice[]> {
  const billed = assemble(accounts, context);
  const [, prepared] = await inOrder(connection, [
    () => saveDecided(connection, accounts, context),
    () => prepareInvoices(connection, billed, context),
  ]);
  if (prepared === null) return [];
  const invoices = billed.map((one, index) => {
    const [number, names] = [prepared.numbers[index], prepared.parties[index]];
    if (number === undefined || names === undefined) throw new Error("an invoice has no number");
    return toRecord(one, number, names, context);
  });
  await leaveToCommit(connection, () => insertInvoices(connection, invoices, context.now));
  await settleCredit(connection, invoices, prepared.credits, context);
  return invoices;
}

/** What decisions change, but for the invoices. */
async function saveDecided(
  connection: Connection,
  accounts: readonly DecidedAccount[],
  { by, now }: PostContext,
): Promise<void> {
  const posted = accounts.filter(({ draftId }) => draftId).map(({ loaded }) => loaded.record);
  await inOrder(connection, [
    () => takeUnbilled(connection, accounts),
    () => deleteDrafts(connection, posted),
    () => saveAccounts(connection, accounts),
    () => saveItems(connection, accounts.flatMap(changedItemsOf)),
    () => writeAudit(connection, by, now, accounts.flatMap(auditRowsOf)),
  ]);
}

function changedItemsOf({ loaded: { record, items }, decision }: DecidedAccount): ChangedItem[] {
  const { masterId, accountId } = record;
  return decision.changedItems.map((item) => ({
    masterId,
    accountId,
    before: items.find(({ number }) => number === item.number) ?? null,
    item,
  }));
}

function auditRowsOf({ loaded: { record }, decision }: DecidedAccount): AuditRow[] {
  const { masterId, accountId } = record;
  return decision.audit.map((event) => ({ masterId, accountId, ...event }));
}

const ACCOUNT_STATE = {
  master_id: "text",
  id: "text",
  ever_paid: "boolean",
  trial_used_on: "date",
  pay_mode: "text",
  billing_auto_renew: "boolean",
  next_item_number: "int",
  usage: "jsonb",
  usage_charged_through: "date",
  next_due_date: "date",
} as const satisfies Columns;

async function saveAccounts(db: Queryable, accounts: readonly DecidedAccount[]): Promise<void> {
  const rows = accounts.map(({ loaded: { record }, decision: { state, nextDueDate } }) => ({
    master_id: record.masterId,
    id: record.accountId,
    ever_paid: state.account.everPaid,
    trial_used_on: state.account.trialUsedOn,
    pay_mode: state.account.payMode,
    billing_auto_renew: state.account.autoRenew,
    next_item_number: state.account.nextItemNumber,
    usage: JSON.stringify(state.usage),
    usage_charged_through: state.usageChargedThrough,
    next_due_date: nextDueDate,
  }));
  await db.query({
    name: "save-accounts",
    text: `update accounts a set
        ever_paid = d.ever_paid, trial_used_on = d.trial_used_on, pay_mode = d.pay_mode,
        billing_auto_renew = d.billing_auto_renew, next_item_number = d.next_item_number,
        usage = d.usage, usage_charged_through = d.usage_charged_through,
        next_due_date = least(d.next_due_date, (
          select min(u.due_date) from unbilled_charges u
            where u.master_id = a.master_id and u.account_id = a.id))
      from (${rowsFrom(ACCOUNT_STATE)}) as d
      where a.master_id = d.master_id and a.id = d.id`,
    values: toArrays(ACCOUNT_STATE, rows),
  });
}

async function takeUnbilled(db: Queryable, accounts: readonly DecidedAccount[]): Promise<void> {
  const taken = accounts.flatMap(({ loaded, unbilled }) =>
    (unbilled ?? []).map(({ id }) => ({ ...loaded.record, id })),
  );
  if (taken.length === 0) return;
  await db.query(
    `delete from unbilled_charges u
      using unnest($1::text[], $2::text[], $3::bigint[]) as t (master_id, account_id, id)
      where u.master_id = t.master_id and u.account_id = t.account_id and u.id = t.id`,
    [
      taken.map((row) => row.masterId),
      taken.map((row) => row.accountId),
      taken.map((row) => row.id),
    ],
  );
}

/** An account that is invoiced, and its invoice but for the number. */
interface Billed {
  readonly account: LoadedAccount;
  readonly id: string;
  readonly invoice: AssembledInvoice;
}

/** What the rows of invoices still lack. */
interface PreparedInvoices {
  readonly parties: readonly Parties[];
  readonly numbers: readonly number[];
  /** Of their payers, as `master/payer`. */
  readonly credits: ReadonlyMap<string, number>;
}

/**
 * Lines and postings come first and the numbers last: the sequence of a master is held by one transaction
 * at a time, and that should be short.
 */
async function prepareInvoices(
  connection: Connection,
  billed: readonly Billed[],
  context: PostContext,
): Promise<PreparedInvoices | null> {
  if (billed.length === 0) return null;
  const invoiced = billed.map(({ account }) => account);
  const [parties, , numbers, credits] = await inOrder(connection, [
    () => loadParties(connection, invoiced),
    () => insertLinesAndPostings(connection, billed, context),
    () => takeNumbers(connection, invoiced),
    () => readCredits(connection, invoiced),
  ]);
  return { parties, numbers, credits };
}

async function insertLinesAndPostings(
  connection: Connection,
  billed: readonly Billed[],
  { now }: PostContext,
): Promise<void> {
  const posted = billed.map(({ account: { record }, id, invoice }) => {
    const { masterId, accountId } = record;
    return { masterId, accountId, id, invoice, lines: invoice.lines };
  });
  await inOrder(connection, [
    () => insertLines(connection, posted),
    () => writePostings(connection, billed.flatMap(toPostings), now),
    () => scheduleRevenue(connection, posted),
  ]);
}

function assemble(accounts: readonly DecidedAccount[], context: PostContext): Billed[] {
  const billed: Billed[] = [];
  for (const { loaded, decision, unbilled, draftId } of accounts) {
    const lines = [...(unbilled ?? []).map(({ line }) => line), ...decision.lines];
    if (lines.length === 0) continue;
    const invoice = assembleInvoice({
      lines,
      invoiceDate: context.today,
      targetDate: context.targetDate,
      paymentTermDays: loaded.payer.paymentTermDays,
    });
    billed.push({ account: loaded, id: draftId ?? newInvoiceId(), invoice });
  }
  return billed;
}

function toPostings({ account: { record, payer }, id, invoice }: Billed): LedgerPosting[] {
  const { masterId, accountId } = record;
  const owners = { masterId, accountId, payerId: payer.accountId };
  const effective = { effectiveDate: invoice.invoiceDate, currency: invoice.currency };
  const posted = toLedger(`invoice:${id}`, invoicePosted(id, invoice), owners, effective);
  if (invoice.totalMinor >= 0) return [posted];
  const credited = invoiceCredited(id, invoice.totalMinor);
  return [posted, toLedger(`credit:${id}`, credited, owners, effective)];
}

function toRecord(
  { account: { record, payer }, id, invoice }: Billed,
  number: number,
  parties: InvoiceRecord["parties"],
  context: PostContext,
): PostedInvoice {
  return {
    masterId: record.masterId,
    id,
    accountId: record.accountId,
    payerId: payer.accountId,
    number,
    invoiceNumber: formatInvoiceNumber(number),
    status: "Posted",
    currency: invoice.currency,
    invoiceDate: invoice.invoiceDate,
    targetDate: invoice.targetDate,
    dueDate: invoice.dueDate,
    netMinor: invoice.netMinor,
    taxMinor: invoice.taxMinor,
    totalMinor: invoice.totalMinor,
    // A negative total is the payer's credit by now.
    balanceMinor: Math.max(invoice.totalMinor, 0),
    billRunId: context.billRunId,
    parties,
    lines: invoice.lines,
  };
}

/** Numbers for the invoices of accounts; nobody else takes any until the transaction ends. */
async function takeNumbers(db: Queryable, accounts: readonly LoadedAccount[]): Promise<number[]> {
  const masterIds = accounts.map(({ record }) => record.masterId);
  const [, numbers] = await inOrder(db, [
    // The accounts themselves are locked already; those above them follow, in the order of all locks.
    () => lockAccounts(db, payersAndMastersOf(accounts)),
    () => nextNumbers(db, masterIds),
  ]);
  return numbers;
}

/** The next numbers of each master, in order; the masters must be locked. */
async function nextNumbers(db: Queryable, masterIds: readonly string[]): Promise<number[]> {
  const { rows } = await db.query({
    name: "next-invoice-numbers",
    text: `select w.master_id, 1 + coalesce(
        (select max(number) from invoices i where i.master_id = w.master_id), 0) as next
      from unnest($1::text[]) as w (master_id)`,
    values: [[...new Set(masterIds)]],
  });
  const next = new Map<string, number>(rows.map((row) => [row.master_id, row.next]));
  return masterIds.map((id) => {
    const number = next.get(id);
    if (number === undefined) throw new Error(`no invoice numbers for ${id}`);
    next.set(id, number + 1);
    return number;
  });
}

/** INV-00000042: one sequence without gaps for each master. */
function formatInvoiceNumber(number: number): string {
  return `INV-${String(number).padStart(8, "0")}`;
}
