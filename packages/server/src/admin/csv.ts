/** Tables as CSV [RFC 4180], for spreadsheets and bookkeeping. */
import { Readable } from "node:stream";

export type CsvCell = string | number | null;
export type CsvRow = readonly CsvCell[];

export function csvStream(rows: AsyncIterable<CsvRow> | Iterable<CsvRow>): Readable {
  return Readable.from(lines(rows));
}

async function* lines(rows: AsyncIterable<CsvRow> | Iterable<CsvRow>): AsyncIterable<string> {
  for await (const row of rows) yield csvLine(row);
}

export function csvLine(row: CsvRow): string {
  return `${row.map(cell).join(",")}\r\n`;
}

const AMOUNT = /^-?\d+(\.\d+)?$/;

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it: names and references
 * come from outside.
 */
function cell(value: CsvCell): string {
  if (value === null) return "";
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !AMOUNT.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
