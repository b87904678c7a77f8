/** JSON for people: nested members as indented lines, lists of records as columns. */

const MAX_CELL_LENGTH = 60;

/** @returns text with a final newline; "" for undefined */
export function renderForPeople(value: unknown): string {
  if (value === undefined) return "";
  return `${renderValue(value).join("\n")}\n`;
}

function renderValue(value: unknown): string[] {
  if (isRecord(value)) return renderRecord(value);
  if (Array.isArray(value)) return renderList(value);
  return [cell(value)];
}

function renderRecord(record: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries(record);
  if (entries.length === 0) return ["(empty)"];
  const plain = entries.filter(([, value]) => !isNested(value));
  const width = Math.max(0, ...plain.map(([name]) => name.length));
  return entries.flatMap(([name, value]) =>
    isNested(value)
      ? [name, ...renderValue(value).map((line) => `  ${line}`)]
      : [`${name.padEnd(width)}  ${cell(value)}`],
  );
}

function renderList(list: readonly unknown[]): string[] {
  if (list.length === 0) return ["(none)"];
  if (!list.every(isFlatRecord)) {
    return list.flatMap((entry, index) => {
      const [first = "", ...rest] = renderValue(entry);
      const mark = isNested(entry) ? `${index + 1}.` : "-";
      return [`${mark} ${first}`, ...rest.map((line) => `${" ".repeat(mark.length)} ${line}`)];
    });
  }
  return renderColumns(list);
}

/** Numbers to the right, everything else to the left. */
function renderColumns(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => {
    const cells = rows.map((row) => cell(row[name]));
    const width = Math.max(name.length, ...cells.map((text) => text.length));
    const isNumeric = rows.every((row) => typeof row[name] === "number" || row[name] === undefined);
    const pad = (text: string) => (isNumeric ? text.padStart(width) : text.padEnd(width));
    return [name, "-".repeat(width), ...cells].map(pad);
  });
  const [first = []] = columns;
  return first.map((_, line) =>
    columns
      .map((column) => column[line] ?? "")
      .join("  ")
      .trimEnd(),
  );
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // A control character from the wire must not reach a terminal.
  const safe = Array.from(text, (c) => (c < " " || (c >= "\u007f" && c < "\u00a0") ? "?" : c));
  if (safe.length <= MAX_CELL_LENGTH) return safe.join("");
  return `${safe.slice(0, MAX_CELL_LENGTH - 1).join("")}…`;
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
