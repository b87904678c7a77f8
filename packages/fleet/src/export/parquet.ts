/** Parquet with exact types: amounts are decimals, dates are dates. */
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Cell, Column, ColumnType, Report } from "../report/report.js";

type Element = Readonly<Record<string, string | number>>;

const ELEMENTS: Readonly<Record<ColumnType, Element>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  integer: { type: "INT32" },
  // Up to sixteen digits: what the amounts of the wire can hold exactly.
  amount: { type: "INT64", converted_type: "DECIMAL", precision: 18, scale: 2 },
  decimal: { type: "DOUBLE" },
  date: { type: "INT32", converted_type: "DATE" },
  boolean: { type: "BOOLEAN" },
};

export function toParquet({ name, day, columns, rows, coverage }: Report): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: columns.map((column, index) => ({
      name: column.name,
      data: rows.map((row) => toStored(row[index] ?? null, column)),
    })),
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.map(({ name: column, type }) => ({
        name: column,
        repetition_type: "OPTIONAL" as const,
        ...ELEMENTS[type],
      })),
    ] as NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>,
    kvMetadata: [
      { key: "report", value: name },
      { key: "day", value: day },
      { key: "oldest_read_at", value: coverage.oldest_read_at ?? "" },
    ],
    createdBy: "paymaster",
  });
  return new Uint8Array(buffer);
}

function toStored(cell: Cell, { type }: Column): unknown {
  if (cell === null) return null;
  return type === "date" ? new Date(String(cell)) : cell;
}
