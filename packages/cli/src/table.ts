/** JSON for people: nested members as indented lines, lists of records as columns. */

import { type Paint, plain } from "./output.js";

const MAX_CELL_LENGTH = 60;

/** @returns text with a final newline; "" for undefined */
export function renderForPeople(value: unknown, paint: Paint = plain): string {
  if (value === undefined) return "";
  return `${renderValue(value, paint).join("\n")}\n`;
}

/** Rows of the same members as columns. @returns text with a final newline */
export function renderTable(
  rows: readonly Readonly<Record<string, unknown>>[],
  paint: Paint = plain,
): string {
  return rows.length === 0 ? "(none)\n" : `${renderColumns(rows, paint).join("\n")}\n`;
}

function renderValue(value: unknown, paint: Paint): string[] {
  if (isRecord(value)) return renderRecord(value, paint);
  if (Array.isArray(value)) return renderList(value, paint);
  return [cell(value)];
}

function renderRecord(record: Readonly<Record<string, unknown>>, paint: Paint): string[] {
  const entries = Object.entries(record);
  if (entries.length === 0) return ["(empty)"];
  const plain = entries.filter(([, value]) => !isNested(value));
  const width = Math.max(0, ...plain.map(([name]) => name.length));
  return entries.flatMap(([name, value]) =>
    isNested(value)
      ? [paint("bold", name), ...renderValue(value, paint).map((line) => `  ${line}`)]
      : [`${paint("dim", name.padEnd(width))}  ${cell(value)}`],
  );
}

function renderList(list: readonly unknown[], paint: Paint): string[] {
  if (list.length === 0) return ["(none)"];
  if (!list.every(isFlatRecord)) {
    return list.flatMap((entry, index) => {
      const [first = "", ...rest] = renderValue(entry, paint);
      const mark = isNested(entry) ? `${index + 1}.` : "-";
      return [`${mark} ${first}`, ...rest.map((line) => `${" ".repeat(mark.length)} ${line}`)];
    });
  }
  return renderColumns(list, paint);
}

/** Numbers to the right, everything else to the left. */
function renderColumns(rows: readonly Readonly<Record<string, unknown>>[], paint: Paint): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => {
    const cells = rows.map((row) => cell(row[name]));
    const width = Math.max(name.length, ...cells.map((text) => text.length));
    const isNumeric = rows.every((row) => isNumber(row[name]));
    const pad = (text: string) => (isNumeric ? text.padStart(width) : text.padEnd(width));
    return [name, "-".repeat(width), ...cells].map(pad);
  });
  const [first = []] = columns;
  return first.map((_, line) => {
    const text = columns.map((column) => column[line] ?? "").join("  ");
    return line < 2 ? paint(line === 0 ? "bold" : "dim", text.trimEnd()) : text.trimEnd();
  });
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // A control character from the wire must not reach a terminal.
  const safe = Array.from(text, (c) => (c < " " || (c >= "\u007f" && c < "\u00a0") ? "?" : c));
  if (safe.length <= MAX_CELL_LENGTH) return safe.join("");
  return `${safe.slice(0, MAX_CELL_LENGTH - 1).join("")}…`;
}

/** Amounts may come as text, with their two decimals. */
function isNumber(value: unknown): boolean {
  if (value === undefined || typeof value === "number") return true;
  return typeof value === "string" && /^-?\d+\.\d\d$/.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isFlatRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && !Object.values(value).some(isNested);
}
