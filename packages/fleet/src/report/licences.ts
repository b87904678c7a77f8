/** Licences bought, used and idle, and what the idle ones cost a month. */
import type { PriceBook } from "@paymaster/contract";
import { byIdleCost, idleCost, licenceLine, sumByType } from "../figures/index.js";
import type { Database } from "../store/driver.js";
import { type Column, coverageOf, PRESENT, priceNote, type Report } from "./report.js";

interface Row {
  readonly accountId: string;
  readonly name: string;
  readonly type: string;
  readonly hosts: number;
  readonly used: number;
}

const FIGURES = [
  { name: "plan_type", type: "text" },
  { name: "plan_name", type: "text" },
  { name: "bought", type: "integer" },
  { name: "used", type: "integer" },
  { name: "idle", type: "integer" },
  { name: "idle_cost_per_month", type: "amount" },
  { name: "price", type: "text" },
] as const satisfies readonly Column[];

const COLUMNS = [
  { name: "account_id", type: "text" },
  { name: "account_name", type: "text" },
  ...FIGURES,
] as const satisfies readonly Column[];

export function licenceReport(
  database: Database,
  day: string,
  book: PriceBook,
  isShipped: boolean,
): Report {
  const rows = database.all<Row>(
    `SELECT a.account_id AS "accountId", a.name, l.plan_type AS type, l.hosts, l.used
     FROM licences l JOIN accounts a USING (account_id) WHERE ${PRESENT}`,
  );
  const lines = rows.map((row) => ({ row, line: licenceLine(row, day, book) }));
  lines.sort((a, b) => byIdleCost(a.line, b.line));
  const all = lines.map(({ line }) => line);
  const sum = (of: "hosts" | "used" | "idle") => all.reduce((total, line) => total + line[of], 0);
  const assumed = all.filter(({ price }) => price === "assumed");
  return {
    name: "licences",
    title: "Licences bought, used and idle",
    day,
    currency: book.currency,
    totals: {
      bought: sum("hosts"),
      used: sum("used"),
      idle: sum("idle"),
      idle_cost_per_month: idleCost(all),
      of_which_at_assumed_prices: idleCost(assumed),
    },
    summary: { columns: FIGURES, rows: sumByType(all).map(figures) },
    columns: COLUMNS,
    rows: lines.map(({ row, line }) => [row.accountId, row.name, ...figures(line)]),
    coverage: coverageOf(database, "usage"),
    notes: [
      priceNote(assumed.length > 0, isShipped),
      "A month of a longer term is its price divided by its months; no cost: the plan has no price in advance.",
    ],
  };
}

function figures(line: ReturnType<typeof licenceLine>) {
  const { plan_type, plan_name, hosts, used, idle, idle_cost_per_month, price } = line;
  return [plan_type, plan_name, hosts, used, idle, idle_cost_per_month, price];
}
