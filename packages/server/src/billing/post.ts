/**
 * The one way in which decisions become rows: for one account or for hundreds, in the caller's
 * transaction, set by set. Accounts, items, invoices with gapless numbers, lines, ledger postings,
 * credit and audit rows are written together or not at all.
 */
import {
  assembleInvoice,
  type ChargeLine,
  type CivilDate,
  type Decision,
  invoiceCredited,
  invoicePosted,
} from "@paymaster/engine";
import type { Connection, Queryable } from "../database/pool.js";
import { newInvoiceId } from "../ids.js";
import type { LoadedAccount } from "../store/accounts.js";
import { type Actor, writeAudit } from "../store/audit.js";
import { deleteDrafts } from "../store/drafts.js";
import { type InvoiceRecord, insertInvoices } from "../store/invoices.js";
import { saveItems } from "../store/items.js";
import { type LedgerPosting, toLedger, writePostings } from "../store/ledger.js";
import { settleCredit } from "./credit.js";
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
  await takeUnbilled(connection, accounts);
  await deleteDrafts(
    connection,
    accounts.filter(({ draftId }) => draftId).map(({ loaded }) => loaded.record),
  );
  await saveAccounts(connection, accounts);
  await saveItems(
    connection,
    accounts.flatMap(({ loaded: { record }, decision }) =>
      decision.changedItems.map((item) => ({
        masterId: record.masterId,
        accountId: record.accountId,
        item,
      })),
    ),
  );
  await writeAudit(
    connection,
    context.by,
    context.now,
    accounts.flatMap(({ loaded: { record }, decision }) =>
      decision.audit.map((event) => ({
        masterId: record.masterId,
        accountId: record.accountId,
        ...event,
      })),
    ),
  );
  return postInvoices(connection, accounts, context);
}

async function saveAccounts(db: Queryable, accounts: readonly DecidedAccount[]): Promise<void> {
  const states = accounts.map(({ decision }) => decision.state);
  const column = <T>(of: (state: Decision["state"]) => T): T[] => states.map(of);
  await db.query({
    name: "save-accounts",
    text: `update accounts a set
        ever_paid = d.ever_paid, trial_used_on = d.trial_used_on, pay_mode = d.pay_mode,
        billing_auto_renew = d.auto_renew, next_item_number = d.next_item_number, usage = d.usage,
        usage_charged_through = d.usage_charged_through,
        next_due_date = least(d.next_due_date, (
          select min(u.due_date) from unbilled_charges u
            where u.master_id = a.master_id and u.account_id = a.id))
      from unnest($1::text[], $2::text[], $3::boolean[], $4::date[], $5::text[], $6::boolean[],
          $7::int[], $8::jsonb[], $9::date[], $10::date[])
        as d (master_id, id, ever_paid, trial_used_on, pay_mode, auto_renew, next_item_number,
          usage, usage_charged_through, next_due_date)
      where a.master_id = d.master_id and a.id = d.id`,
    values: [
      accounts.map(({ loaded }) => loaded.record.masterId),
      accounts.map(({ loaded }) => loaded.record.accountId),
      column((state) => state.account.everPaid),
      column((state) => state.account.trialUsedOn),
      column((state) => state.account.payMode),
      column((state) => state.account.autoRenew),
      column((state) => state.account.nextItemNumber),
      column((state) => JSON.stringify(state.usage)),
      column((state) => state.usageChargedThrough),
      accounts.map(({ decision }) => decision.nextDueDate),
    ],
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

async function postInvoices(
  connection: Connection,
  accounts: readonly DecidedAccount[],
  context: PostContext,
): Promise<PostedInvoice[]> {
  const billed = accounts
    .map((account) => ({
      account,
      lines: [...(account.unbilled ?? []).map(({ line }) => line), ...account.decision.lines],
    }))
    .filter(({ lines }) => lines.length > 0);
  if (billed.length === 0) return [];
  const parties = await loadParties(
    connection,
    billed.map(({ account }) => account.loaded),
  );
  const numbers = await takeNumbers(
    connection,
    billed.map(({ account }) => account.loaded.record.masterId),
  );
  const postings: LedgerPosting[] = [];
  const invoices: PostedInvoice[] = [];
  for (const [index, { account, lines }] of billed.entries()) {
    const { record, payer } = account.loaded;
    const id = account.draftId ?? newInvoiceId();
    const number = numbers[index];
    const names = parties[index];
    if (number === undefined || names === undefined) throw new Error("an invoice has no number");
    const assembled = assembleInvoice({
      lines,
      invoiceDate: context.today,
      targetDate: context.targetDate,
      paymentTermDays: payer.paymentTermDays,
    });
    invoices.push({
      masterId: record.masterId,
      id,
      accountId: record.accountId,
      payerId: payer.accountId,
      number,
      invoiceNumber: formatInvoiceNumber(number),
      status: "Posted",
      currency: assembled.currency,
      invoiceDate: assembled.invoiceDate,
      targetDate: assembled.targetDate,
      dueDate: assembled.dueDate,
      netMinor: assembled.netMinor,
      taxMinor: assembled.taxMinor,
      totalMinor: assembled.totalMinor,
      // A negative total is turned into credit below, in the same transaction.
      balanceMinor: Math.max(assembled.totalMinor, 0),
      billRunId: context.billRunId,
      parties: names,
      lines,
    });
    const owners = {
      masterId: record.masterId,
      accountId: record.accountId,
      payerId: payer.accountId,
    };
    const effective = { effectiveDate: context.today, currency: assembled.currency };
    postings.push(toLedger(`invoice:${id}`, invoicePosted(id, assembled), owners, effective));
    if (assembled.totalMinor < 0) {
      postings.push(
        toLedger(`credit:${id}`, invoiceCredited(id, assembled.totalMinor), owners, effective),
      );
    }
  }
  await insertInvoices(connection, invoices, context.now);
  await writePostings(
    connection,
    postings.filter((posting) => posting.entries.length > 0),
    context.now,
  );
  await settleCredit(connection, invoices, accounts, context);
  return invoices;
}

/** Gives out the next numbers of each master, in order; the masters' rows stay locked to the end. */
async function takeNumbers(db: Queryable, masterIds: readonly string[]): Promise<number[]> {
  const wanted = new Map<string, number>();
  for (const id of masterIds) wanted.set(id, (wanted.get(id) ?? 0) + 1);
  const { rows } = await db.query({
    name: "take-invoice-numbers",
    text: `with locked as (
        select a.master_id, w.n from accounts a
          join unnest($1::text[], $2::int[]) as w (master_id, n)
            on a.master_id = w.master_id and a.id = w.master_id
          order by a.master_id for update of a)
      update accounts a set last_invoice_number = a.last_invoice_number + locked.n
        from locked where a.master_id = locked.master_id and a.id = locked.master_id
        returning a.master_id, a.last_invoice_number - locked.n + 1 as first`,
    values: [[...wanted.keys()], [...wanted.values()]],
  });
  const next = new Map<string, number>(rows.map((row) => [row.master_id, row.first]));
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
