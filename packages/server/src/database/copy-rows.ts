/**
 * Writing many rows with COPY, the cheapest way in: PostgreSQL reads text, fills whole pages and logs them
 * by the page. Triggers and constraints are those of any insert.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from } from "pg-copy-streams";
import type { Connection } from "./pool.js";
import { type Cell, type Columns, isJson, type Row } from "./rows.js";

/** Rows that are turned into text at once. */
const CHUNK_ROWS = 500;
const NEEDS_ESCAPE = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Copies rows into a table, all by one statement, on a connection that does nothing else meanwhile. */
export async function copyRows<C extends Columns>(
  connection: Connection,
  table: string,
  columns: C,
  rows: readonly Row<C>[],
): Promise<void> {
  const names = Object.keys(columns);
  const copying = connection.query(from(`copy ${table} (${names.join(", ")}) from stdin`));
  await pipeline(Readable.from(chunksOf(columns, rows)), copying);
}

function* chunksOf<C extends Columns>(columns: C, rows: readonly Row<C>[]): Generator<string> {
  const cells = Object.entries(columns).map(([name, type]) => ({ name, json: isJson(type) }));
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    let text = "";
    for (const row of rows.slice(from, from + CHUNK_ROWS)) {
      let separator = "";
      for (const { name, json } of cells) {
        const cell = row[name] ?? null;
        // As in an insert: no JSON, no value.
        text += separator + cellText(json && cell === "null" ? null : cell);
        separator = "\t";
      }
      text += "\n";
    }
    yield text;
  }
}

/** A cell in COPY's text format. */
function cellText(cell: Cell): string {
  if (cell === null) return "\\N";
  if (typeof cell === "string") {
    if (!NEEDS_ESCAPE.test(cell)) return cell;
    return cell.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
  }
  if (cell instanceof Date) return cell.toISOString();
  return String(cell);
}
