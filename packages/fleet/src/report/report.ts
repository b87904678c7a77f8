/** What a report is: a table with types, its totals, how old its data is, and what one has to know. */
import type { Database } from "../store/driver.js";
import type { AccountKind } from "../sync/kinds.js";

/** amount: major units with two decimals. date: `YYYY-MM-DD`. */
export type ColumnType = "text" | "integer" | "amount" | "decimal" | "date" | "boolean";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export type Cell = string | number | boolean | null;

/** How much of the fleet a report rests on, and how old it is. */
export interface Coverage {
  /** Accounts that are there. */
  readonly accounts: number;
  /** Of which the answer is in the store, or the service said that there is none. */
  readonly accounts_read: number;
  /** That should have been read and never were. */
  readonly accounts_missing: number;
  /** ISO; null: nothing was read. */
  readonly oldest_read_at: string | null;
  readonly newest_read_at: string | null;
}

export interface Report {
  readonly name: ReportName;
  readonly title: string;
  /** The day it is about, `YYYY-MM-DD`. */
  readonly day: string;
  /** Of its costs; invoices name their own. */
  readonly currency: string;
  readonly totals: Readonly<Record<string, Cell>>;
  /** The table in short, for people; the whole one is `rows`. */
  readonly summary: {
    readonly columns: readonly Column[];
    readonly rows: readonly (readonly Cell[])[];
  };
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly coverage: Coverage;
  readonly notes: readonly string[];
}

export const REPORT_NAMES = ["licences", "renewals", "storage", "overdue"] as const;
export type ReportName = (typeof REPORT_NAMES)[number];

/** Free accounts have nothing to read but invoices. */
const HAS_PLAN = "lower(a.type) NOT IN ('free', 'free trial')";

export function coverageOf(database: Database, kind: AccountKind): Coverage {
  const counted = kind === "invoices" ? "1 = 1" : HAS_PLAN;
  const row = database.get<{ accounts: number; read: number; oldest: string; newest: string }>(
    `SELECT count(*) AS accounts, count(r.read_at) AS read, min(r.read_at) AS oldest,
       max(r.read_at) AS newest
     FROM accounts a LEFT JOIN readings r ON r.account_id = a.account_id AND r.kind = ?
     WHERE a.gone_at IS NULL AND ${counted}`,
    [kind],
  );
  const { accounts = 0, read = 0, oldest = null, newest = null } = row ?? {};
  return {
    accounts,
    accounts_read: read,
    accounts_missing: accounts - read,
    oldest_read_at: oldest,
    newest_read_at: newest,
  };
}

/** The accounts that reports are about. */
export const PRESENT = "a.gone_at IS NULL";

/** What to say of prices; a book that was given is taken at its word. */
export function priceNote(assumed: boolean, isShipped: boolean): string {
  if (!isShipped) return "Costs are those of the price book that was given, without tax.";
  const guess = assumed ? "; those marked assumed are guesses that nobody has published" : "";
  return `Costs are list prices of the shipped price book${guess}. Discounts are not known here.`;
}
