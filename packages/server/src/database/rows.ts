/** Set-based writing: one statement for any number of rows, each column sent as one array. */
import type { Queryable } from "./pool.js";

/** A table's columns in order, each with its PostgreSQL type. */
export type Columns = Readonly<Record<string, string>>;

type Cell = string | number | boolean | Date | Buffer | null;
export type Row<C extends Columns> = { readonly [K in keyof C]: Cell };

/** Rows that one statement carries; more are sent in several statements. */
const MAX_ROWS = 20_000;

export interface InsertOptions {
  /** An `on conflict` clause. */
  readonly suffix?: string;
  /** For rows that must arrive in one statement. */
  readonly maxRows?: number;
}

/**
 * Inserts `rows`. JSON columns take text (`JSON.stringify`) or null; they travel as one JSON document a
 * column, since as elements of an array every quote in them would be escaped and read once more.
 */
export async function insertRows<C extends Columns>(
  db: Queryable,
  table: string,
  columns: C,
  rows: readonly Row<C>[],
  { suffix = "", maxRows = MAX_ROWS }: InsertOptions = {},
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns);
  const text = `${insertText(table, columns)} ${suffix}`;
  for (let from = 0; from < rows.length; from += maxRows) {
    const part = rows.slice(from, from + maxRows);
    await db.query({
      name: `insert:${table}`,
      text,
      values: names.map((name) => {
        const cells = part.map((row) => row[name]);
        return isJson(columns[name]) ? `[${cells.map((cell) => cell ?? "null").join(",")}]` : cells;
      }),
    });
  }
}

function isJson(type: string | undefined): boolean {
  return type === "jsonb";
}

/** One function a column, side by side: arrays unnested, JSON documents taken apart. */
function insertText(table: string, columns: Columns): string {
  const names = Object.keys(columns);
  const sources = names.map((name, index) => {
    const parameter = `$${index + 1}::${columns[name]}`;
    return isJson(columns[name]) ? `jsonb_array_elements(${parameter})` : `unnest(${parameter}[])`;
  });
  const cells = names.map((name) =>
    isJson(columns[name]) ? `nullif(v.${name}, 'null')` : `v.${name}`,
  );
  return `insert into ${table} (${names.join(", ")})
    select ${cells.join(", ")} from rows from (${sources.join(", ")}) as v (${names.join(", ")})`;
}
