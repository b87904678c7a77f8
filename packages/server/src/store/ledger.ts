/** Double-entry ledger: what is posted, is posted once and balances; PostgreSQL refuses anything else. */
import type { CivilDate, LedgerAccount, Posting } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import { type Columns, insertRows, type Row } from "../database/rows.js";

const COLUMNS = {
  master_id: "text",
  posting: "text",
  entry: "int",
  account_id: "text",
  ledger_account: "text",
  amount_minor: "bigint",
  currency: "text",
  effective_date: "date",
  invoice_id: "text",
  created_at: "timestamptz",
} as const satisfies Columns;

export interface LedgerPosting {
  readonly masterId: string;
  /** Names the event, e.g. `invoice:<id>`: it can be posted only once. */
  readonly posting: string;
  readonly effectiveDate: string;
  readonly currency: string;
  readonly entries: readonly {
    readonly accountId: string;
    readonly ledgerAccount: LedgerAccount;
    /** Debit positive, credit negative; never 0. */
    readonly amountMinor: number;
    readonly invoiceId: string | null;
  }[];
}

/** Entries that one statement carries, unless a single posting has more. */
const MAX_ENTRIES = 20_000;

/**
 * Writes postings, each within one statement: PostgreSQL checks at its end that they balance. Postings
 * without entries are left out.
 */
export async function writePostings(
  db: Queryable,
  postings: readonly LedgerPosting[],
  now: Date,
): Promise<void> {
  let rows: EntryRow[] = [];
  for (const posting of postings) {
    if (rows.length > 0 && rows.length + posting.entries.length > MAX_ENTRIES) {
      await insertRows(db, "ledger_entries", COLUMNS, rows, { maxRows: rows.length });
      rows = [];
    }
    for (const row of toRows(posting, now)) rows.push(row);
  }
  await insertRows(db, "ledger_entries", COLUMNS, rows, { maxRows: Math.max(rows.length, 1) });
}

type EntryRow = Row<typeof COLUMNS>;

function toRows(posting: LedgerPosting, now: Date): EntryRow[] {
  return posting.entries.map((entry, index) => ({
    master_id: posting.masterId,
    posting: posting.posting,
    entry: index + 1,
    account_id: entry.accountId,
    ledger_account: entry.ledgerAccount,
    amount_minor: entry.amountMinor,
    currency: posting.currency,
    effective_date: posting.effectiveDate,
    invoice_id: entry.invoiceId,
    created_at: now,
  }));
}

export interface Owners {
  readonly masterId: string;
  readonly accountId: string;
  readonly payerId: string;
}

const PAYERS_ACCOUNTS: ReadonlySet<LedgerAccount> = new Set([
  "receivable",
  "cash",
  "customer_credit",
]);

/** Receivables, cash and credit are the payer's; revenue and tax belong to the invoiced account. */
export function toLedger(
  name: string,
  posting: Posting,
  owners: Owners,
  { effectiveDate, currency }: { effectiveDate: CivilDate; currency: string },
): LedgerPosting {
  return {
    masterId: owners.masterId,
    posting: name,
    effectiveDate,
    currency,
    entries: posting.entries.map((entry) => ({
      accountId: PAYERS_ACCOUNTS.has(entry.ledgerAccount) ? owners.payerId : owners.accountId,
      ledgerAccount: entry.ledgerAccount,
      amountMinor: entry.amountMinor,
      invoiceId: entry.invoiceId,
    })),
  };
}
