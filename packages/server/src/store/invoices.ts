/** Posted invoices and their lines, drafts, and the lines of cancelled invoices that fall due again. */
import type { ChargeLine, Contact } from "@paymaster/engine";
import type { Connection, Queryable } from "../database/pool.js";
import { type Columns, insertRows } from "../database/rows.js";
import type { AccountRef } from "./accounts.js";

/** Names and addresses on an invoice, as they were on its day. */
export interface Parties {
  readonly account: {
    readonly id: string;
    readonly name: string;
    readonly contact: Contact | null;
  };
  readonly payer: { readonly id: string; readonly name: string; readonly contact: Contact | null };
  /** Whether the account or its payer was exempt from tax. */
  readonly taxExempt: boolean;
  /** Who issued it, a row of `issuers`; not there on invoices older than that table. */
  readonly issuerVersion?: number | null;
}

export type InvoiceStatus = "Draft" | "Posted" | "Canceled";

export interface InvoiceRecord {
  readonly masterId: string;
  readonly id: string;
  readonly accountId: string;
  readonly payerId: string;
  /** null for drafts: only posting gives a number. */
  readonly number: number | null;
  readonly invoiceNumber: string;
  readonly status: InvoiceStatus;
  readonly currency: string;
  readonly invoiceDate: string;
  readonly targetDate: string;
  readonly dueDate: string;
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
  readonly balanceMinor: number;
  readonly billRunId: string | null;
  readonly parties: Parties | null;
}

const INVOICE_COLUMNS = {
  master_id: "text",
  id: "text",
  account_id: "text",
  payer_id: "text",
  number: "bigint",
  invoice_number: "text",
  status: "text",
  currency: "text",
  invoice_date: "date",
  target_date: "date",
  due_date: "date",
  net_minor: "bigint",
  tax_minor: "bigint",
  total_minor: "bigint",
  balance_minor: "bigint",
  bill_run_id: "text",
  parties: "jsonb",
  created_at: "timestamptz",
} as const satisfies Columns;

const LINE_COLUMNS = {
  master_id: "text",
  invoice_id: "text",
  line: "int",
  account_id: "text",
  item_number: "int",
  family: "text",
  plan_type: "text",
  charge_name: "text",
  charge_type: "text",
  reason: "text",
  quantity: "int",
  unit_price_minor: "bigint",
  start_date: "date",
  end_date: "date",
  amount_minor: "bigint",
  tax_minor: "bigint",
  tax_rate_ppm: "int",
  derivation: "jsonb",
} as const satisfies Columns;

/** Charges of an item carry a number that stays the same on every invoice: C-00000004 is item 4. */
export function chargeNumber(itemNumber: number): string {
  return `C-${String(itemNumber).padStart(8, "0")}`;
}

/** Posts invoices; their numbers go on from those that their master has given out. */
export async function insertInvoices(
  connection: Connection,
  invoices: readonly InvoiceRecord[],
  now: Date,
): Promise<void> {
  await insertRows(
    connection,
    "invoices",
    INVOICE_COLUMNS,
    invoices.map((invoice) => ({
      master_id: invoice.masterId,
      id: invoice.id,
      account_id: invoice.accountId,
      payer_id: invoice.payerId,
      number: invoice.number,
      invoice_number: invoice.invoiceNumber,
      status: invoice.status,
      currency: invoice.currency,
      invoice_date: invoice.invoiceDate,
      target_date: invoice.targetDate,
      due_date: invoice.dueDate,
      net_minor: invoice.netMinor,
      tax_minor: invoice.taxMinor,
      total_minor: invoice.totalMinor,
      balance_minor: invoice.balanceMinor,
      bill_run_id: invoice.billRunId,
      parties: JSON.stringify(invoice.parties),
      created_at: now,
    })),
  );
}

/** The lines of an invoice that is posted in the same transaction. */
export interface InvoiceLines extends Pick<InvoiceRecord, "masterId" | "id" | "accountId"> {
  readonly lines: readonly ChargeLine[];
}

/** Writes the lines of invoices, whose own rows may follow in the same transaction. */
export async function insertLines(
  connection: Connection,
  invoices: readonly InvoiceLines[],
): Promise<void> {
  await insertRows(
    connection,
    "invoice_lines",
    LINE_COLUMNS,
    invoices.flatMap((invoice) =>
      invoice.lines.map((line, index) => ({
        master_id: invoice.masterId,
        invoice_id: invoice.id,
        line: index + 1,
        account_id: invoice.accountId,
        item_number: line.itemNumber,
        family: line.family,
        plan_type: line.planType,
        charge_name: line.chargeName,
        charge_type: line.chargeType,
        reason: line.reason,
        quantity: line.quantity,
        unit_price_minor: line.unitPriceMinor,
        start_date: line.startDate,
        end_date: line.endDate,
        amount_minor: line.amountMinor,
        tax_minor: line.taxMinor,
        tax_rate_ppm: line.taxRatePpm,
        derivation: JSON.stringify(line.derivation),
      })),
    ),
  );
}

/** Columns of an invoice, as a record. */
export const RECORD = `master_id as "masterId", id, account_id as "accountId", payer_id as "payerId",
  number, invoice_number as "invoiceNumber", status, currency, invoice_date as "invoiceDate",
  target_date as "targetDate", due_date as "dueDate", net_minor as "netMinor",
  tax_minor as "taxMinor", total_minor as "totalMinor", balance_minor as "balanceMinor",
  bill_run_id as "billRunId", parties`;

const DRAFT_RECORD = `master_id as "masterId", id, account_id as "accountId", payer_id as "payerId",
  null::bigint as number, '' as "invoiceNumber", status, currency, invoice_date as "invoiceDate",
  target_date as "targetDate", due_date as "dueDate", net_minor as "netMinor",
  tax_minor as "taxMinor", total_minor as "totalMinor",
  case status when 'Draft' then total_minor else 0 end as "balanceMinor",
  bill_run_id as "billRunId", null::jsonb as parties`;

/** Most invoices that one account's list shows: more than a year of daily ones. */
export const MAX_LISTED = 1_000;

/** Invoices of an account with an invoice date in [from, to], newest first; drafts included. */
export async function listInvoices(
  db: Queryable,
  ref: AccountRef,
  from: string,
  to: string,
): Promise<InvoiceRecord[]> {
  const { rows } = await db.query({
    name: "list-invoices",
    text: `select * from (
        select ${RECORD} from invoices
          where master_id = $1 and account_id = $2 and invoice_date between $3 and $4
        union all
        select ${DRAFT_RECORD} from invoice_drafts
          where master_id = $1 and account_id = $2 and invoice_date between $3 and $4
      ) listed order by "invoiceDate" desc, number desc nulls first, id limit ${MAX_LISTED}`,
    values: [ref.masterId, ref.accountId, from, to],
  });
  return rows;
}

/** One invoice or draft of a tenant. */
export async function findInvoice(
  db: Queryable,
  masterId: string,
  invoiceId: string,
): Promise<InvoiceRecord | undefined> {
  const { rows } = await db.query({
    name: "find-invoice",
    text: `select ${RECORD} from invoices where master_id = $1 and id = $2
      union all select ${DRAFT_RECORD} from invoice_drafts where master_id = $1 and id = $2`,
    values: [masterId, invoiceId],
  });
  return rows[0];
}

/** The tenant of an invoice or draft: for the operator, who knows only its id. */
export async function findInvoiceTenant(
  db: Queryable,
  invoiceId: string,
): Promise<string | undefined> {
  const { rows } = await db.query({
    name: "find-invoice-tenant",
    text: `select master_id from invoices where id = $1
      union all select master_id from invoice_drafts where id = $1`,
    values: [invoiceId],
  });
  return rows[0]?.master_id;
}

/** Lines of an invoice or draft, in order. */
export async function readLines(db: Queryable, invoice: InvoiceRecord): Promise<ChargeLine[]> {
  if (invoice.number === null) {
    const { rows } = await db.query({
      name: "read-draft-lines",
      text: "select lines from invoice_drafts where master_id = $1 and id = $2",
      values: [invoice.masterId, invoice.id],
    });
    return rows[0]?.lines ?? [];
  }
  const { rows } = await db.query({
    name: "read-lines",
    text: `select item_number as "itemNumber", family, plan_type as "planType",
        charge_name as "chargeName", charge_type as "chargeType", reason, quantity,
        unit_price_minor as "unitPriceMinor", start_date as "startDate", end_date as "endDate",
        amount_minor as "amountMinor", tax_minor as "taxMinor", tax_rate_ppm as "taxRatePpm",
        derivation
      from invoice_lines where master_id = $1 and invoice_id = $2 order by line`,
    values: [invoice.masterId, invoice.id],
  });
  return rows;
}
