/** CSV as RFC 4180 has it, and safe to open: no cell begins a formula. */
import { stringify } from "csv-stringify/sync";
import type { Report } from "../report/report.js";
import { asText } from "./cell.js";

export function toCsv({ columns, rows }: Report): string {
  const table = rows.map((row) =>
    columns.map(({ type }, index) => {
      const cell = row[index] ?? null;
      // A number may be negative; text that begins like a formula gets an apostrophe in front.
      return typeof cell === "string" ? safeText(cell) : asText(cell, type);
    }),
  );
  return stringify([columns.map(({ name }) => name), ...table], { record_delimiter: "windows" });
}

/** Spreadsheets carry out cells that begin so, whoever wrote them (CWE-1236). */
function safeText(text: string): string {
  return /^[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
}
