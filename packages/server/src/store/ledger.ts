/** Double-entry ledger: what is posted, is posted once and balances; PostgreSQL refuses anything else. */
import type { CivilDate, LedgerAccount, Posting } from "@paymaster/engine";
import type { Connection } from "../database/pool.js";
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

/** Writes postings by one statement, at whose end PostgreSQL checks that each of them balances. */
export async function writePostings(
  connection: Connection,
  postings: readonly LedgerPosting[],
  now: Date,
): Promise<void> {
  await insertRows(
    connection,
    "ledger_entries",
    COLUMNS,
    postings.flatMap((posting) => toRows(posting, now)),
  );
}

function toRows(posting: LedgerPosting, now: Date): Row<typeof COLUMNS>[] {
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
