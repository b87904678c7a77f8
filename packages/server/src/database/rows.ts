/** Set-based writing: one statement for any number of rows. */
import { copyRows } from "./copy-rows.js";
import { isPipelining } from "./pipelining.js";
import type { Connection } from "./pool.js";

/** A table's columns in order, each with its PostgreSQL type. */
export type Columns = Readonly<Record<string, string>>;

export type Cell = string | number | boolean | Date | null;
export type Row<C extends Columns> = { readonly [K in keyof C]: Cell };

/** COPY takes a round trip more than an insert; from so many rows on it is cheaper all the same. */
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
  if (rows.length >= MIN_COPIED && !isPipelining(connection)) {
    await copyRows(connection, table, columns, rows);
  } else {
    await connection.query({
      name: `insert:${table}`,
      text: insertText(table, columns),
      values: toArrays(columns, rows),
    });
  }
}

/** Rows as one array a column, to be read with `rowsFrom`. */
export function toArrays<C extends Columns>(columns: C, rows: readonly Row<C>[]): Cell[][] {
  return Object.entries(columns).map(([name, type]) => {
    const cells = rows.map((row) => row[name] ?? null);
    return isJson(type) ? cells.map((cell) => (cell === "null" ? null : cell)) : cells;
  });
}

export function isJson(type: string): boolean {
  return type === "jsonb";
}

/**
 * Reads what `toArrays` made. Each array comes out of a subquery: how long it is would otherwise enter into
 * the plan, and PostgreSQL would plan anew for each statement with few rows, which takes longer than the
 * statement itself.
 */
export function rowsFrom(columns: Columns): string {
  const names = Object.keys(columns);
  const arrays = Object.values(columns).map(
    (type, index) => `(select $${index + 1}::${isJson(type) ? "text" : type}[])`,
  );
  const cells = Object.entries(columns).map(([name, type]) =>
    isJson(type) ? `r.${name}::${type} as ${name}` : `r.${name}`,
  );
  return `select ${cells.join(", ")} from unnest(${arrays.join(", ")}) as r (${names.join(", ")})`;
}

function insertText(table: string, columns: Columns): string {
  return `insert into ${table} (${Object.keys(columns).join(", ")}) ${rowsFrom(columns)}`;
}
