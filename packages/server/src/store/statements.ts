/** Consolidated statements as they were made; they never change. */
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "./accounts.js";

export interface StatementRecord {
  readonly masterId: string;
  readonly id: string;
  readonly payerId: string;
  readonly billRunId: string;
  readonly statementDate: string;
  readonly currency: string;
  readonly totalMinor: number;
  readonly invoices: number;
}

export interface StatementLine {
  readonly invoiceId: string;
  readonly invoiceNumber: string;
  /** Of the number, for the order. */
  readonly number: number;
  readonly accountId: string;
  readonly accountName: string;
  readonly totalMinor: number;
}

const RECORD = `master_id as "masterId", id, payer_id as "payerId", bill_run_id as "billRunId",
  statement_date as "statementDate", currency, total_minor as "totalMinor", invoices`;

/** Statements of a payer, the newest run (whose ids grow with time) first; `before` is the last one of the page before. */
export async function listStatements(
  db: Queryable,
  payer: AccountRef,
  page: {
    readonly before: Pick<StatementRecord, "billRunId" | "id"> | null;
    readonly limit: number;
  },
): Promise<StatementRecord[]> {
  const { rows } = await db.query({
    name: "list-statements",
    text: `select ${RECORD} from statements
      where master_id = $1 and payer_id = $2
        and ($3::text is null or (bill_run_id, id) < ($3, $4::text))
      order by bill_run_id desc, id desc limit $5`,
    values: [
      payer.masterId,
      payer.accountId,
      page.before?.billRunId ?? null,
      page.before?.id ?? null,
      page.limit,
    ],
  });
  return rows;
}

export async function findStatement(
  db: Queryable,
  id: string,
): Promise<StatementRecord | undefined> {
  const { rows } = await db.query({
    name: "find-statement",
    text: `select ${RECORD} from statements where id = $1`,
    values: [id],
  });
  return rows[0];
}

/** Lines of a statement in the order of their invoices' numbers. */
export async function readStatementLines(
  db: Queryable,
  statement: Pick<StatementRecord, "masterId" | "id">,
  page: { readonly afterNumber: number; readonly limit: number },
): Promise<StatementLine[]> {
  const { rows } = await db.query({
    name: "read-statement-lines",
    text: `select l.invoice_id as "invoiceId", i.invoice_number as "invoiceNumber", i.number,
        l.account_id as "accountId", i.parties -> 'account' ->> 'name' as "accountName",
        l.total_minor as "totalMinor"
      from statement_lines l
      join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
      where l.master_id = $1 and l.statement_id = $2 and i.number > $3
      order by i.number limit $4`,
    values: [statement.masterId, statement.id, page.afterNumber, page.limit],
  });
  return rows;
}
