/** Price books and tax tables are checked whole before any of them is used. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkPricesHold, loadBooks } from "../src/books.js";
import { parseTaxTable } from "../src/tax-table.js";

const folder = mkdtempSync(join(tmpdir(), "paymaster-books-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const load = (priceBook: string | null, taxTable: string | null = null) =>
  loadBooks({ profile: "2021", priceBook, taxTable });

describe("an operator's price book", () => {
  it("is refused whole, with every problem and its place", async () => {
    const path = file("wrong.json", {
      currency: "USD",
      extends: "shipped",
      prices: [{ plan_type: "nope", unit_price: -1, valid_from: "soon" }],
    });
    await expect(load(path)).rejects.toThrow('prices[0].plan_type: there is no plan type "nope"');
  });

  it("is refused when it is not there, or not JSON", async () => {
    await expect(load(join(folder, "missing.json"))).rejects.toThrow("cannot be read");
    await expect(load(file("broken.json", "{"))).rejects.toThrow("is not JSON");
  });

  it("must have a price for every type on the day of the start", async () => {
    const path = file("later.json", {
      currency: "USD",
      extends: "shipped",
      prices: [{ plan_type: "monthly", unit_price: 16.99, valid_from: "2026-07-01" }],
    });
    const books = await load(path);
    expect(() => checkPricesHold(books, "2026-06-30")).toThrow(
      "no price on 2026-06-30 for 1 plan types (monthly, …)",
    );
    expect(() => checkPricesHold(books, "2026-07-01")).not.toThrow();
  });
});

describe("a tax table", () => {
  it("knows rates by country and state, to four decimals", () => {
    const parsed = parseTaxTable({
      rates: [
        { country: "DE", rate_percent: 19 },
        { country: "US", state: "CA", rate_percent: 7.25 },
        { country: "US", state: "WA", rate_percent: 10.1 },
      ],
    });
    if ("problems" in parsed) throw new Error(parsed.problems.join());
    expect(parsed.lookup({ country: "DE", state: "Berlin" })).toBe(190_000);
    expect(parsed.lookup({ country: "US", state: "CA" })).toBe(72_500);
    expect(parsed.lookup({ country: "US", state: "WA" })).toBe(101_000);
    expect(parsed.lookup({ country: "US", state: "OR" })).toBe(0);
    expect(parsed.lookup(null)).toBe(0);
  });

  it.each([
    [[], "The file must be"],
    [{ rates: [{ country: "Germany", rate_percent: 19 }] }, "rates[0]: country must be"],
    [{ rates: [{ country: "US", state: "XX", rate_percent: 1 }] }, "rates[0]: state must be"],
    [{ rates: [{ country: "DE", rate_percent: 101 }] }, "rates[0]: rate_percent must be"],
    [{ rates: [{ country: "DE", rate_percent: 1.00001 }] }, "rates[0]: rate_percent must be"],
    [
      {
        rates: [
          { country: "DE", rate_percent: 1 },
          { country: "DE", rate_percent: 2 },
        ],
      },
      "rates[1]: there is another rate",
    ],
  ])("refuses %j, saying where", (json, problem) => {
    const parsed = parseTaxTable(json);
    expect("problems" in parsed ? parsed.problems.join() : "").toContain(problem);
  });
});
