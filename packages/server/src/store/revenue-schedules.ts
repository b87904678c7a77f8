/** Which posted invoices still have revenue to recognise, and from which month on. */
import { type AssembledInvoice, isInAdvance } from "@paymaster/engine";
import type { Connection, Queryable } from "../database/pool.js";
import { type Columns, insertRows } from "../database/rows.js";

const COLUMNS = {
  master_id: "text",
  invoice_id: "text",
  next_month: "date",
  until: "date",
} as const satisfies Columns;

/** Puts invoices that are being posted on the schedule; those charged for use alone have nothing on it. */
export async function scheduleRevenue(
  connection: Connection,
  posted: readonly {
    readonly masterId: string;
    readonly id: string;
    readonly invoice: AssembledInvoice;
  }[],
): Promise<void> {
  const rows = posted.flatMap(({ masterId, id, invoice }) => {
    const ends = invoice.lines.filter(isInAdvance).map((line) => line.endDate);
    if (ends.length === 0) return [];
    return [
      {
        master_id: masterId,
        invoice_id: id,
        next_month: `${invoice.invoiceDate.slice(0, 8)}01`,
        until: ends.reduce((a, b) => (a > b ? a : b)),
      },
    ];
  });
  await insertRows(connection, "revenue_schedules", COLUMNS, rows);
}

/** A cancelled invoice has nothing left to recognise. Waits for a month end that is at it. */
export async function unscheduleRevenue(
  db: Queryable,
  masterId: string,
  invoiceId: string,
): Promise<void> {
  await db.query({
    name: "unschedule-revenue",
    text: "delete from revenue_schedules where master_id = $1 and invoice_id = $2",
    values: [masterId, invoiceId],
  });
}
