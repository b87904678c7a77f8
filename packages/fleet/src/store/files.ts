/** PDF files of invoices: which there are, and which are still to be fetched. */
import type { Database } from "./driver.js";

export interface WantedInvoice {
  readonly invoiceId: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly number: string;
  readonly invoiceDate: string;
}

export interface InvoiceFile {
  readonly invoiceId: string;
  /** Below the folder of the files, with / between its parts. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly fetchedAt: string;
  /** Why it is set aside; null: it is the invoice's file. */
  readonly problem: string | null;
}

export interface InvoiceFilter {
  /** Invoice dates, `YYYY-MM-DD`, both included. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly accounts?: ReadonlySet<string> | undefined;
}

/** Invoices with a number (drafts have none and no file that would stay), the newest first. */
export function invoicesWithNumber(database: Database, filter: InvoiceFilter): WantedInvoice[] {
  const { since = "", until = "9999-12-31", accounts } = filter;
  const rows = database.all<WantedInvoice>(
    `SELECT i.invoice_id AS "invoiceId", i.account_id AS "accountId", a.name AS "accountName",
       i.number, i.invoice_date AS "invoiceDate"
     FROM invoices i JOIN accounts a USING (account_id)
     WHERE i.number <> '' AND i.invoice_date BETWEEN ? AND ?
     ORDER BY i.invoice_date DESC, i.invoice_id`,
    [since, until],
  );
  return accounts === undefined ? rows : rows.filter(({ accountId }) => accounts.has(accountId));
}

const COLUMNS = `invoice_id AS "invoiceId", file, bytes, sha256, fetched_at AS "fetchedAt", problem`;

export function listFiles(database: Database): InvoiceFile[] {
  return database.all(`SELECT ${COLUMNS} FROM invoice_files ORDER BY file`);
}

export function recordFile(database: Database, file: InvoiceFile): void {
  const { invoiceId, file: name, bytes, sha256, fetchedAt, problem } = file;
  database.run(
    `INSERT INTO invoice_files VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (invoice_id) DO UPDATE SET file = ?2, bytes = ?3, sha256 = ?4, fetched_at = ?5,
       problem = ?6`,
    [invoiceId, name, bytes, sha256, fetchedAt, problem],
  );
}
