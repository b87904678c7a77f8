/** A workbook with a sheet for each report. Text cells are text: nothing in them is a formula. */
import writeExcelFile, { type Row as SheetRow } from "write-excel-file/node";
import type { Cell, Column, Report } from "../report/report.js";

/** What a sheet holds, its header included. */
const MAX_ROWS = 1_048_576;
const WIDTHS = { text: 24, integer: 12, amount: 16, decimal: 12, date: 12, boolean: 10 } as const;

/** @throws Error when a report has more rows than a sheet can hold */
export async function toXlsx(reports: readonly Report[]): Promise<Uint8Array> {
  const sheets = reports.map((report) => {
    if (report.rows.length >= MAX_ROWS) {
      throw new Error(`${report.name} has more rows than a sheet can hold; use csv or parquet`);
    }
    return {
      sheet: report.name,
      data: [header(report.columns), ...report.rows.map((row) => cells(row, report.columns))],
      columns: report.columns.map(({ type }) => ({ width: WIDTHS[type] })),
      stickyRowsCount: 1,
    };
  });
  return new Uint8Array(await writeExcelFile(sheets).toBuffer());
}

function header(columns: readonly Column[]): SheetRow {
  return columns.map(({ name }) => ({ value: name, fontWeight: "bold" as const }));
}

function cells(row: readonly Cell[], columns: readonly Column[]): SheetRow {
  return columns.map(({ type }, index) => {
    const cell = row[index] ?? null;
    if (cell === null) return null;
    if (type === "date") return { type: Date, value: new Date(String(cell)), format: "yyyy-mm-dd" };
    if (type === "amount") return { type: Number, value: Number(cell), format: "#,##0.00" };
    if (typeof cell === "number") return { type: Number, value: cell };
    if (typeof cell === "boolean") return { type: Boolean, value: cell };
    return { type: String, value: cell };
  });
}
