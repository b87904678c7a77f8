/** Invoices past their due date that are not paid, the oldest first. */
import { daysBetween, toMajor } from "../figures/index.js";
import type { Database } from "../store/driver.js";
import { type Column, coverageOf, PRESENT, type Report } from "./report.js";

interface Row {
  readonly accountId: string;
  readonly name: string;
  readonly email: string | null;
  readonly number: string;
  readonly invoiceDate: string;
  readonly dueDate: string;
  readonly currency: string;
  readonly totalMinor: number;
  readonly balanceMinor: number;
}

const COLUMNS = [
  { name: "days_overdue", type: "integer" },
  { name: "due_date", type: "date" },
  { name: "account_id", type: "text" },
  { name: "account_name", type: "text" },
  { name: "billing_email", type: "text" },
  { name: "invoice_number", type: "text" },
  { name: "invoice_date", type: "date" },
  { name: "currency", type: "text" },
  { name: "total", type: "amount" },
  { name: "balance", type: "amount" },
] as const satisfies readonly Column[];

const SUMMARY = [
  { name: "currency", type: "text" },
  { name: "days_overdue", type: "text" },
  { name: "invoices", type: "integer" },
  { name: "accounts", type: "integer" },
  { name: "balance", type: "amount" },
] as const satisfies readonly Column[];

export function overdueReport(database: Database, day: string): Report {
  const rows = database.all<Row>(
    `SELECT a.account_id AS "accountId", a.name, c.email, i.number,
       i.invoice_date AS "invoiceDate", i.due_date AS "dueDate", i.currency,
       i.total_minor AS "totalMinor", i.balance_minor AS "balanceMinor"
     FROM invoices i JOIN accounts a USING (account_id) LEFT JOIN contacts c USING (account_id)
     WHERE ${PRESENT} AND i.is_open = 1 AND i.due_date < ?
     ORDER BY i.due_date, i.invoice_id`,
    [day],
  );
  return {
    name: "overdue",
    title: "Overdue invoices",
    day,
    currency: "",
    totals: {
      invoices: rows.length,
      accounts: new Set(rows.map(({ accountId }) => accountId)).size,
      ...balances(rows),
    },
    summary: { columns: SUMMARY, rows: summaryOf(rows, day) },
    columns: COLUMNS,
    rows: rows.map((row) => [
      daysBetween(row.dueDate, day),
      row.dueDate,
      row.accountId,
      row.name,
      row.email,
      row.number,
      row.invoiceDate,
      row.currency,
      toMajor(row.totalMinor),
      toMajor(row.balanceMinor),
    ]),
    coverage: coverageOf(database, "invoices"),
    notes: [
      "Balances are those of the last reading of each account; a payment since then is not seen.",
    ],
  };
}

/** `balance_usd: 12.5`, one for each currency: sums of several mean nothing. */
function balances(rows: readonly Row[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { currency, balanceMinor } of rows) {
    const name = `balance_${currency.toLowerCase()}`;
    sums.set(name, (sums.get(name) ?? 0) + balanceMinor);
  }
  return Object.fromEntries(Array.from(sums, ([name, minor]) => [name, toMajor(minor)]));
}

const AGES = [
  { name: "1 to 30", most: 30 },
  { name: "31 to 60", most: 60 },
  { name: "61 to 90", most: 90 },
  { name: "over 90", most: Number.POSITIVE_INFINITY },
] as const;

function summaryOf(rows: readonly Row[], day: string) {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const days = daysBetween(row.dueDate, day);
    const index = AGES.findIndex(({ most }) => days <= most);
    const key = `${row.currency} ${index}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return Array.from(groups.entries())
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => [
      group[0]?.currency ?? "",
      AGES[Number(key.split(" ")[1])]?.name ?? "",
      group.length,
      new Set(group.map(({ accountId }) => accountId)).size,
      toMajor(group.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0)),
    ]);
}
