import { describe, expect, test } from "vitest";
import { csvOf } from "../src/ui/csv.js";
import { type GridColumn, searchRows, sortRows, toCsv } from "../src/ui/grid.js";

interface Row {
  readonly name: string;
  readonly amount: number | null;
}

const rows: readonly Row[] = [
  { name: "Account 10", amount: 5 },
  { name: "Account 9", amount: null },
  { name: "älder & Finch", amount: -3 },
  { name: "Zephyr", amount: 12 },
];
const columns: readonly GridColumn<Row>[] = [
  { name: "name", label: "Name", value: (row) => row.name },
  { name: "amount", label: "Amount", value: (row) => row.amount },
];
const names = (sorted: readonly Row[]) => sorted.map(({ name }) => name);

describe("sorting", () => {
  test("texts as people read them: numbers inside by their value, letters whatever their accents", () => {
    const sorted = sortRows(rows, columns, { by: "name", descending: false });
    expect(names(sorted)).toEqual(["Account 9", "Account 10", "älder & Finch", "Zephyr"]);
  });

  test("what is not known stands last, whichever way round", () => {
    const up = sortRows(rows, columns, { by: "amount", descending: false });
    const down = sortRows(rows, columns, { by: "amount", descending: true });
    expect(up.map(({ amount }) => amount)).toEqual([-3, 5, 12, null]);
    expect(down.map(({ amount }) => amount)).toEqual([12, 5, -3, null]);
  });

  test("by a column that is not there leaves the rows as they came", () => {
    expect(sortRows(rows, columns, { by: "nothing", descending: false })).toEqual(rows);
  });
});

test("a search finds rows that hold every word, in any order", () => {
  const find = (search: string) => names(searchRows(rows, ({ name }) => name, search));
  expect(find("  9 ACCOUNT ")).toEqual(["Account 9"]);
  expect(find("account")).toEqual(["Account 10", "Account 9"]);
  expect(find("account zephyr")).toEqual([]);
  expect(find(" ")).toHaveLength(4);
});

test("an export has the columns' values, and no text that a spreadsheet would run", () => {
  expect(toCsv(rows.slice(1, 3), columns)).toBe(
    "name,amount\r\nAccount 9,\r\nälder & Finch,-3\r\n",
  );
  expect(csvOf([["=1+1", 'say "hi", please', "two\nlines", -1]])).toBe(
    `'=1+1,"say ""hi"", please","two\nlines",-1\r\n`,
  );
});
