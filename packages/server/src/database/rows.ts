/** Set-based writing: one statement for any number of rows. */
import { copyRows } from "./copy-rows.js";
import type { Connection } from "./pool.js";

/** A table's columns in order, each with its PostgreSQL type. */
export type Columns = Readonly<Record<string, string>>;

export type Cell = string | number | boolean | Date | null;
export type Row<C extends Columns> = { readonly [K in keyof C]: Cell };

/** From so many rows on, COPY is cheaper than an insert with its two round trips and its parsing. */
const MIN_COPIED = 50;

/**
 * Inserts `rows`, all by one statement: a trigger at its end sees them together. JSON columns take text
 * (`JSON.stringify`) or null.
 */
export async function insertRows<C extends Columns>(
  connection: Connection,
  table: string,
  columns: C,
  rows: readonly Row<C>[],
): Promise<void> {
  if (rows.length === 0) return;
  if (rows.length >= MIN_COPIED) {
    await copyRows(connection, table, columns, rows);
  } else {
    await connection.query({
      name: `insert:${table}`,
      text: insertText(table, columns),
      values: toArrays(columns, rows),
    });
  }
}

/**
 * Rows as one value a column, to be read with `rowsFrom`. JSON travels as one document a column: as
 * elements of an array every quote in it would be escaped and read once more.
 */
export function toArrays<C extends Columns>(
  columns: C,
  rows: readonly Row<C>[],
): (string | Cell[])[] {
  return Object.entries(columns).map(([name, type]) => {
    const cells = rows.map((row) => row[name] ?? null);
    return isJson(type) ? `[${cells.map((cell) => cell ?? "null").join(",")}]` : cells;
  });
}

function isJson(type: string | undefined): boolean {
  return type === "jsonb";
}

/** Reads what `toArrays` made: one function a column, side by side; arrays unnested, JSON taken apart. */
export function rowsFrom(columns: Columns): string {
  const names = Object.keys(columns);
  const sources = names.map((name, index) => {
    const parameter = `$${index + 1}::${columns[name]}`;
    return isJson(columns[name]) ? `jsonb_array_elements(${parameter})` : `unnest(${parameter}[])`;
  });
  const cells = names.map((name) =>
    isJson(columns[name]) ? `nullif(r.${name}, 'null') as ${name}` : `r.${name}`,
  );
  return `select ${cells.join(", ")} from rows from (${sources.join(", ")}) as r (${names.join(", ")})`;
}

function insertText(table: string, columns: Columns): string {
  return `insert into ${table} (${Object.keys(columns).join(", ")}) ${rowsFrom(columns)}`;
}
