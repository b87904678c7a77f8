/** The calls that a sync has to make, from what is in the store. */
import { listAccounts, type StoredAccount } from "../store/accounts.js";
import type { Database } from "../store/driver.js";
import { invoicesOf, listStoredInvoices, type StoredInvoice } from "../store/invoices.js";
import { listReadings, type Reading, readingsOf } from "../store/readings.js";
import { type AccountState, decide, isDetailDue, type Policy, type SkipReason } from "./due.js";
import type { AccountKind, Kind, Task } from "./kinds.js";

export type Skipped = ReadonlyMap<Kind, ReadonlyMap<SkipReason, number>>;

export interface Due {
  readonly tasks: readonly Task[];
  readonly skipped: Skipped;
}

/** Account by account, so that whatever is broken off leaves whole ones. */
export function findDue(
  database: Database,
  policy: Policy,
  now: string,
  only: ReadonlySet<string> | undefined,
): Due {
  const readings = groupBy(listReadings(database), ({ accountId }) => accountId);
  const next = nextInvoiceDates(database);
  const invoices = groupBy(listStoredInvoices(database), ({ accountId }) => accountId);
  const tasks: Task[] = [];
  const skipped = new Map<Kind, Map<SkipReason, number>>();
  for (const account of listAccounts(database)) {
    const { accountId } = account;
    if (only !== undefined && !only.has(accountId)) continue;
    const held = invoices.get(accountId) ?? [];
    const state = stateOf(account, readings.get(accountId) ?? [], held, next.get(accountId));
    for (const { kind, skip } of decide(state, policy, now)) {
      if (skip === undefined) tasks.push({ kind, accountId });
      else countIn(skipped, kind, skip);
    }
    tasks.push(...detailsDue(held, policy, now));
  }
  return { tasks, skipped };
}

/** What an account needs now that an answer of it has come. */
export function findDueOf(
  database: Database,
  account: StoredAccount,
  policy: Policy,
  now: string,
): readonly Task[] {
  const { accountId } = account;
  const invoices = invoicesOf(database, accountId);
  const readings = readingsOf(database, accountId);
  const next = nextInvoiceDateOf(database, accountId);
  const decisions = decide(stateOf(account, readings, invoices, next), policy, now);
  const calls = decisions.filter(({ skip }) => skip === undefined);
  return [...calls.map(({ kind }) => ({ kind, accountId })), ...detailsDue(invoices, policy, now)];
}

function stateOf(
  account: StoredAccount,
  readings: readonly Reading[],
  invoices: readonly StoredInvoice[],
  nextInvoiceDate: string | undefined,
): AccountState {
  return {
    account,
    readings: new Map<AccountKind, Reading>(readings.map((reading) => [reading.kind, reading])),
    hasOpenInvoice: invoices.some(({ isOpen, number }) => isOpen === 1 || number === ""),
    nextInvoiceDate,
  };
}

function detailsDue(invoices: readonly StoredInvoice[], policy: Policy, now: string): Task[] {
  return invoices
    .filter((invoice) => isDetailDue(invoice, policy, now))
    .map(({ accountId, invoiceId }) => ({ kind: "details", accountId, invoiceId }));
}

const NEXT_DATES = `SELECT account_id AS "accountId", min(next_invoice_date) AS date FROM plans
  WHERE lower(status) <> 'expired' AND next_invoice_date IS NOT NULL`;

/** The earliest of each account's running plans. */
function nextInvoiceDates(database: Database): ReadonlyMap<string, string> {
  const rows = database.all<{ accountId: string; date: string }>(
    `${NEXT_DATES} GROUP BY account_id`,
  );
  return new Map(rows.map(({ accountId, date }) => [accountId, date]));
}

function nextInvoiceDateOf(database: Database, accountId: string): string | undefined {
  const row = database.get<{ date: string | null }>(`${NEXT_DATES} AND account_id = ?`, [
    accountId,
  ]);
  return row?.date ?? undefined;
}

function countIn(skipped: Map<Kind, Map<SkipReason, number>>, kind: Kind, why: SkipReason): void {
  const counts = skipped.get(kind) ?? new Map<SkipReason, number>();
  counts.set(why, (counts.get(why) ?? 0) + 1);
  skipped.set(kind, counts);
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
