/** What is owed: invoices of an account and those that it pays, what is open, and what is overdue. */
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "./accounts.js";
import { type InvoiceRecord, RECORD } from "./invoices.js";

/** An invoice as its payer sees it. */
export type OwedInvoice = InvoiceRecord & {
  readonly number: number;
  /** Days since the due date, of an invoice that is still open; 0: not overdue. */
  readonly daysOverdue: number;
};

export interface InvoiceFilter {
  readonly status: "Posted" | "Canceled" | null;
  /** Something is left to pay. */
  readonly open: boolean | null;
  readonly overdue: boolean | null;
}

const MATCHES = `($3::text is null or status = $3)
  and ($4::boolean is null or (balance_minor > 0) = $4)
  and ($5::boolean is null or (balance_minor > 0 and due_date < $6::date) = $5)
  and ($7::bigint is null or number < $7)`;

/** Invoices of an account and those that it pays for others, the latest number first. */
export async function listOwed(
  db: Queryable,
  account: AccountRef,
  today: string,
  filter: InvoiceFilter,
  page: { readonly beforeNumber: number | null; readonly limit: number },
): Promise<OwedInvoice[]> {
  const of = (column: string) => `(
    select * from invoices where master_id = $1 and ${column} = $2 and ${MATCHES}
    order by number desc limit $8)`;
  const { rows } = await db.query({
    name: "list-owed",
    text: `select ${RECORD},
        case when balance_minor > 0 then greatest($6::date - due_date, 0) else 0 end
          as "daysOverdue"
      from (select * from ${of("account_id")} own union select * from ${of("payer_id")} paid) i
      order by number desc limit $8`,
    values: [
      account.masterId,
      account.accountId,
      filter.status,
      filter.open,
      filter.overdue,
      today,
      page.beforeNumber,
      page.limit,
    ],
  });
  return rows;
}

export interface Receivables {
  readonly openInvoices: number;
  readonly openMinor: number;
  readonly overdueInvoices: number;
  readonly overdueMinor: number;
  readonly oldestDueDate: string | null;
}

/** What a payer owes at `today`. */
export async function receivablesOf(
  db: Queryable,
  payer: AccountRef,
  today: string,
): Promise<Receivables> {
  const { rows } = await db.query({
    name: "receivables-of",
    text: `select ${SUMS} from invoices
      where master_id = $1 and payer_id = $2 and balance_minor > 0`,
    values: [payer.masterId, payer.accountId, today],
  });
  return rows[0];
}

const SUMS = `count(*)::int as "openInvoices",
  coalesce(sum(balance_minor), 0)::bigint as "openMinor",
  (count(*) filter (where due_date < $3::date))::int as "overdueInvoices",
  coalesce(sum(balance_minor) filter (where due_date < $3::date), 0)::bigint as "overdueMinor",
  min(due_date) as "oldestDueDate"`;

export interface OverduePayer extends AccountRef {
  readonly accountName: string;
  readonly currency: string;
  readonly overdueInvoices: number;
  readonly overdueMinor: number;
  readonly oldestDueDate: string;
  readonly daysOverdue: number;
}

/** Payers with something overdue at `today`, tenant by tenant in the order of their ids. */
export async function listOverduePayers(
  db: Queryable,
  today: string,
  page: { readonly after: AccountRef | null; readonly limit: number },
): Promise<OverduePayer[]> {
  const { rows } = await db.query({
    name: "list-overdue-payers",
    text: `select o.master_id as "masterId", o.payer_id as "accountId",
        a.account_name as "accountName", a.currency, o.invoices as "overdueInvoices",
        o.amount as "overdueMinor", o.oldest as "oldestDueDate", $1::date - o.oldest as "daysOverdue"
      from (
        select master_id, payer_id, count(*)::int as invoices, sum(balance_minor)::bigint as amount,
          min(due_date) as oldest
        from invoices
        where balance_minor > 0 and due_date < $1 and (master_id, payer_id) > ($2, $3)
        group by master_id, payer_id order by master_id, payer_id limit $4) o
      join accounts a on a.master_id = o.master_id and a.id = o.payer_id
      order by o.master_id, o.payer_id`,
    values: [today, page.after?.masterId ?? "", page.after?.accountId ?? "", page.limit],
  });
  return rows;
}
