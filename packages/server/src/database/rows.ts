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

/** Inserts `rows`. JSON columns take text (`JSON.stringify`), since the array is cast by PostgreSQL. */
export async function insertRows<C extends Columns>(
  db: Queryable,
  table: string,
  columns: C,
  rows: readonly Row<C>[],
  { suffix = "", maxRows = MAX_ROWS }: InsertOptions = {},
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns);
  const casts = names.map((name, index) => `$${index + 1}::${columns[name]}[]`);
  const text = `insert into ${table} (${names.join(", ")}) select * from unnest(${casts.join(", ")}) ${suffix}`;
  for (let from = 0; from < rows.length; from += maxRows) {
    const part = rows.slice(from, from + maxRows);
    await db.query({
      name: `insert:${table}`,
      text,
      values: names.map((name) => part.map((row) => row[name])),
    });
  }
}
