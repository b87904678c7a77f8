/** Invoices: what lists say of them, and the lines that their details add. */
import { isOpen, toMinor } from "../figures/index.js";
import type { Database, Value } from "./driver.js";

export interface StoredInvoice {
  readonly invoiceId: string;
  readonly accountId: string;
  readonly accountName: string;
  /** Empty for a draft. */
  readonly number: string;
  readonly status: string;
  readonly invoiceDate: string;
  readonly isOpen: number;
  readonly isNew: number;
  readonly seenAt: string;
  readonly detailReadAt: string | null;
  readonly detailRetryAt: string | null;
}

const COLUMNS = `invoice_id AS "invoiceId", i.account_id AS "accountId", a.name AS "accountName",
  i.number, status, invoice_date AS "invoiceDate", is_open AS "isOpen", is_new AS "isNew",
  i.seen_at AS "seenAt", detail_read_at AS "detailReadAt", detail_retry_at AS "detailRetryAt"`;

const FROM = `SELECT ${COLUMNS} FROM invoices i JOIN accounts a USING (account_id)
  WHERE a.gone_at IS NULL`;
const ORDER = "ORDER BY invoice_date, invoice_id";

/** Of accounts that are there, the oldest first. */
export function listStoredInvoices(database: Database): StoredInvoice[] {
  return database.all(`${FROM} ${ORDER}`);
}

export function invoicesOf(database: Database, accountId: string): StoredInvoice[] {
  return database.all(`${FROM} AND i.account_id = ? ${ORDER}`, [accountId]);
}

/**
 * The answer of a list of invoices. A draft that it no longer shows is no longer there.
 * @param isRecent the list of the last year: what it adds to an earlier one is new
 */
export function recordInvoices(
  database: Database,
  accountId: string,
  answer: unknown,
  readAt: string,
  isRecent: boolean,
): void {
  const { currency, invoices } = (answer ?? {}) as { currency?: unknown; invoices?: unknown };
  const isFirst = database.get(
    `SELECT 1 FROM readings WHERE account_id = ? AND kind = 'invoices' AND read_at IS NOT NULL`,
    [accountId],
  );
  const isNew = isRecent && isFirst !== undefined;
  for (const entry of Array.isArray(invoices) ? invoices : []) {
    recordInvoice(database, accountId, { currency, ...(entry as object) }, readAt, isNew);
  }
  if (!isRecent) return;
  database.run(
    `DELETE FROM invoices WHERE account_id = ? AND lower(status) = 'draft' AND seen_at < ?`,
    [accountId, readAt],
  );
}

/** The answer of an invoice's detail: the invoice itself, and its lines. */
export function recordDetail(
  database: Database,
  accountId: string,
  answer: unknown,
  readAt: string,
): void {
  const invoice = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const invoiceId = text(invoice.id);
  recordInvoice(database, accountId, invoice, readAt, false);
  database.run("DELETE FROM invoice_lines WHERE invoice_id = ?", [invoiceId]);
  const lines = Array.isArray(invoice.invoice_items) ? invoice.invoice_items : [];
  lines.forEach((line: Readonly<Record<string, unknown>>, position) => {
    const values: Value[] = [
      invoiceId,
      position,
      text(line.charge_name),
      text(line.charge_number),
      text(line.charge_type),
      text(line.start_date),
      text(line.end_date),
      Math.trunc(amount(line.quantity)),
      toMinor(amount(line.total_amount)),
      toMinor(amount(line.tax_amount)),
      text(line.partner_sku),
      text(line.purchase_order_number),
    ];
    database.run(`INSERT INTO invoice_lines VALUES (${values.map(() => "?").join(", ")})`, values);
  });
  database.run(
    `UPDATE invoices SET detail_read_at = ?, detail_problem = NULL, detail_retry_at = NULL
     WHERE invoice_id = ?`,
    [readAt, invoiceId],
  );
}

export function recordDetailFailure(
  database: Database,
  invoiceId: string,
  problem: string,
  retryAt: string | null,
): void {
  const sql = "UPDATE invoices SET detail_problem = ?, detail_retry_at = ? WHERE invoice_id = ?";
  database.run(sql, [problem, retryAt, invoiceId]);
}

function recordInvoice(
  database: Database,
  accountId: string,
  invoice: Readonly<Record<string, unknown>>,
  readAt: string,
  isNew: boolean,
): void {
  const status = text(invoice.status);
  const balance = amount(invoice.balance);
  database.run(
    `INSERT INTO invoices (invoice_id, account_id, number, status, invoice_date, due_date,
       target_date, currency, total_minor, tax_minor, balance_minor, is_open, seen_at, is_new)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
     ON CONFLICT (invoice_id) DO UPDATE SET number = ?3, status = ?4, invoice_date = ?5,
       due_date = ?6, target_date = ?7, currency = ?8, total_minor = ?9, tax_minor = ?10,
       balance_minor = ?11, is_open = ?12, seen_at = ?13`,
    [
      text(invoice.id),
      accountId,
      text(invoice.invoice_number),
      status,
      text(invoice.invoice_date),
      text(invoice.due_date),
      text(invoice.target_date),
      text(invoice.currency),
      toMinor(amount(invoice.total_amount)),
      toMinor(amount(invoice.tax_amount)),
      toMinor(balance),
      isOpen(status, balance) ? 1 : 0,
      readAt,
      isNew ? 1 : 0,
    ],
  );
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function amount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
