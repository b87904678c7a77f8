/** A report as JSON: rows as objects. */
import type { Cell, Column, Report } from "../report/report.js";

export function toJson(report: Report): Readonly<Record<string, unknown>> {
  const { name, title, day, currency, totals, coverage, notes, summary, columns, rows } = report;
  return {
    report: name,
    title,
    day,
    ...(currency === "" ? {} : { currency }),
    coverage,
    totals,
    summary: asObjects(summary.columns, summary.rows),
    rows: asObjects(columns, rows),
    notes,
  };
}

function asObjects(columns: readonly Column[], rows: readonly (readonly Cell[])[]) {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
}
