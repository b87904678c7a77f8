/** Invoices and drafts of all tenants, the newest first, for the operator who looks for some of them. */
import type { Queryable } from "../database/pool.js";
import type { InvoiceStatus } from "./invoices.js";

export interface ListedInvoice {
  readonly id: string;
  readonly masterId: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly payerId: string;
  readonly invoiceNumber: string;
  readonly status: InvoiceStatus;
  readonly currency: string;
  readonly invoiceDate: string;
  readonly dueDate: string;
  readonly taxMinor: number;
  readonly totalMinor: number;
  readonly balanceMinor: number;
  readonly daysOverdue: number;
}

export interface InvoiceListFilter {
  readonly accountId: string | null;
  readonly masterId: string | null;
  readonly status: InvoiceStatus | null;
  readonly open: boolean | null;
  readonly overdue: boolean | null;
  /** Invoice dates from and to. */
  readonly from: string | null;
  readonly to: string | null;
  /** Part of the number or of the account's name. */
  readonly search: string | null;
}

const COLUMNS = `i.id, i.master_id, i.account_id, i.payer_id, i.status, i.currency, i.invoice_date,
  i.due_date, i.tax_minor, i.total_minor`;
const MATCHES = `($1::text is null or i.account_id = $1) and ($2::text is null or i.master_id = $2)
  and ($3::text is null or i.status = $3)
  and ($6::date is null or i.invoice_date >= $6) and ($7::date is null or i.invoice_date <= $7)
  and ($10::text is null or i.id < $10)`;

/** Ids grow with the time of posting, so their order is the order of posting. */
export async function listAllInvoices(
  db: Queryable,
  today: string,
  filter: InvoiceListFilter,
  page: { readonly beforeId: string | null; readonly limit: number },
): Promise<ListedInvoice[]> {
  const { rows } = await db.query({
    name: "list-all-invoices",
    text: `select i.id, i.master_id as "masterId", i.account_id as "accountId",
        a.account_name as "accountName", i.payer_id as "payerId",
        i.invoice_number as "invoiceNumber", i.status, i.currency,
        i.invoice_date as "invoiceDate", i.due_date as "dueDate", i.tax_minor as "taxMinor",
        i.total_minor as "totalMinor", i.balance_minor as "balanceMinor",
        case when i.balance_minor > 0 and i.status = 'Posted'
          then greatest($9::date - i.due_date, 0) else 0 end as "daysOverdue"
      from (
        select ${COLUMNS}, i.invoice_number, i.balance_minor from invoices i where ${MATCHES}
        union all
        select ${COLUMNS}, '', case i.status when 'Draft' then i.total_minor else 0 end
          from invoice_drafts i where ${MATCHES}) i
      join accounts a on a.master_id = i.master_id and a.id = i.account_id
      where ($4::boolean is null or (i.status = 'Posted' and i.balance_minor > 0) = $4)
        and ($5::boolean is null
          or (i.status = 'Posted' and i.balance_minor > 0 and i.due_date < $9::date) = $5)
        and ($8::text is null or position(lower($8) in lower(i.invoice_number)) > 0
          or position(lower($8) in lower(a.account_name)) > 0)
      order by i.id desc limit $11`,
    values: [
      filter.accountId,
      filter.masterId,
      filter.status,
      filter.open,
      filter.overdue,
      filter.from,
      filter.to,
      filter.search,
      today,
      page.beforeId,
      page.limit,
    ],
  });
  return rows;
}
