/** What renews, or ends, in the next 30, 60 and 90 days. */
import type { PriceBook } from "@paymaster/contract";
import { dayAfter, type RenewalLine, renewalLine, roundMajor } from "../figures/index.js";
import type { Database } from "../store/driver.js";
import { type Column, coverageOf, PRESENT, priceNote, type Report } from "./report.js";

interface Row {
  readonly accountId: string;
  readonly name: string;
  readonly type: string;
  readonly hosts: number | null;
  readonly status: string;
  readonly nextInvoiceDate: string;
}

const SPANS = [30, 60, 90] as const;
type Span = (typeof SPANS)[number];

const COLUMNS = [
  { name: "within_days", type: "integer" },
  { name: "next_invoice_date", type: "date" },
  { name: "account_id", type: "text" },
  { name: "account_name", type: "text" },
  { name: "plan_type", type: "text" },
  { name: "plan_name", type: "text" },
  { name: "licences", type: "integer" },
  { name: "status", type: "text" },
  { name: "renews", type: "boolean" },
  { name: "list_price", type: "amount" },
  { name: "price", type: "text" },
] as const satisfies readonly Column[];

const SUMMARY = [
  { name: "within_days", type: "integer" },
  { name: "renewals", type: "integer" },
  { name: "list_price", type: "amount" },
  { name: "ending", type: "integer" },
  { name: "accounts", type: "integer" },
] as const satisfies readonly Column[];

interface Line {
  readonly row: Row;
  readonly line: RenewalLine;
  readonly span: Span;
}

export function renewalReport(
  database: Database,
  day: string,
  book: PriceBook,
  isShipped: boolean,
): Report {
  const lines = linesFrom(database, day, book);
  return {
    name: "renewals",
    title: "Renewals within 30, 60 and 90 days",
    day,
    currency: book.currency,
    totals: { renewals: lines.filter(({ line }) => line.renews).length, list_price: price(lines) },
    summary: { columns: SUMMARY, rows: SPANS.map((span) => summaryOf(lines, span)) },
    columns: COLUMNS,
    rows: lines.map(({ row, line, span }) => [
      span,
      line.next_invoice_date,
      row.accountId,
      row.name,
      line.plan_type,
      line.plan_name,
      line.hosts ?? null,
      line.status,
      line.renews,
      line.list_price,
      line.price,
    ]),
    coverage: coverageOf(database, "plans"),
    notes: [
      priceNote(
        lines.some(({ line }) => line.price === "assumed"),
        isShipped,
      ),
      "list_price is that of a whole period without tax. Plans do not show whether automatic renewal is off.",
    ],
  };
}

function linesFrom(database: Database, day: string, book: PriceBook): Line[] {
  // Civil dates as text stand in their order.
  const ends = SPANS.map((span) => ({ span, end: dayAfter(day, span) }));
  const rows = database.all<Row>(
    `SELECT a.account_id AS "accountId", a.name, p.plan_type AS type, p.hosts, p.status,
       p.next_invoice_date AS "nextInvoiceDate"
     FROM plans p JOIN accounts a USING (account_id)
     WHERE ${PRESENT} AND p.next_invoice_date >= ? AND p.next_invoice_date < ?
     ORDER BY p.next_invoice_date, a.account_id, p.position`,
    [day, dayAfter(day, SPANS[2])],
  );
  return rows.flatMap((row): Line[] => {
    const line = renewalLine({ ...row, hosts: row.hosts ?? undefined }, book);
    const within = ends.find(({ end }) => row.nextInvoiceDate < end);
    return line === undefined || within === undefined ? [] : [{ row, line, span: within.span }];
  });
}

/** All that falls within the span, the shorter ones included. */
function summaryOf(lines: readonly Line[], within: Span) {
  const inside = lines.filter(({ span }) => span <= within);
  const renewing = inside.filter(({ line }) => line.renews);
  const accounts = new Set(inside.map(({ row }) => row.accountId));
  return [within, renewing.length, price(renewing), inside.length - renewing.length, accounts.size];
}

function price(lines: readonly Line[]): number {
  const renewing = lines.filter(({ line }) => line.renews);
  return roundMajor(renewing.reduce((sum, { line }) => sum + (line.list_price ?? 0), 0));
}
