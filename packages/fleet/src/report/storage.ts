/** Accounts whose recordings take more storage than they have, and what that costs a month. */
import type { PriceBook } from "@paymaster/contract";
import { overageCost, roundMajor } from "../figures/index.js";
import type { Database } from "../store/driver.js";
import { type Column, coverageOf, PRESENT, priceNote, type Report } from "./report.js";

interface Row {
  readonly accountId: string;
  readonly name: string;
  readonly planType: string | null;
  readonly freeGb: number;
  readonly planGb: number;
  readonly exceedGb: number;
}

const COLUMNS = [
  { name: "account_id", type: "text" },
  { name: "account_name", type: "text" },
  { name: "plan_type", type: "text" },
  { name: "free_gb", type: "decimal" },
  { name: "plan_gb", type: "decimal" },
  { name: "above_gb", type: "decimal" },
  { name: "cost_per_month", type: "amount" },
  { name: "price", type: "text" },
] as const satisfies readonly Column[];

export function storageReport(
  database: Database,
  day: string,
  book: PriceBook,
  isShipped: boolean,
): Report {
  const rows = database
    .all<Row>(
      `SELECT a.account_id AS "accountId", a.name, s.plan_type AS "planType",
         s.free_gb AS "freeGb", s.plan_gb AS "planGb", s.exceed_gb AS "exceedGb"
       FROM storage s JOIN accounts a USING (account_id)
       WHERE ${PRESENT} AND s.exceed_gb > 0 ORDER BY s.exceed_gb DESC, a.account_id`,
    )
    .map((row) => ({ ...row, ...overageCost(row.exceedGb, day, book) }));
  const table = rows.map((row) => [
    row.accountId,
    row.name,
    row.planType,
    row.freeGb,
    row.planGb,
    row.exceedGb,
    row.perMonth,
    row.price,
  ]);
  return {
    name: "storage",
    title: "Recording storage above the plan",
    day,
    currency: book.currency,
    totals: {
      accounts: rows.length,
      above_gb: roundMajor(rows.reduce((sum, { exceedGb }) => sum + exceedGb, 0)),
      cost_per_month: roundMajor(rows.reduce((sum, { perMonth }) => sum + perMonth, 0)),
    },
    summary: { columns: COLUMNS, rows: table },
    columns: COLUMNS,
    rows: table,
    coverage: coverageOf(database, "usage"),
    notes: [
      priceNote(
        rows.some(({ price }) => price === "assumed"),
        isShipped,
      ),
      "Each started GB of a month counts.",
    ],
  };
}
