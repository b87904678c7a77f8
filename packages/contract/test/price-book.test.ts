import { describe, expect, it } from "vitest";
import { plans } from "../src/catalogue/plan.js";
import { parsePriceBook } from "../src/price-book/parse.js";
import { findPrice, priceOn, storageOveragePriceOn } from "../src/price-book/price-book.js";
import { shippedPriceBook } from "../src/price-book/shipped.js";

const problemsOf = (json: unknown): readonly string[] => {
  const parsed = parsePriceBook(json);
  return "problems" in parsed ? parsed.problems : [];
};
const price = (more: object = {}) => ({
  plan_type: "monthly",
  unit_price: 16.99,
  valid_from: "2026-01-01",
  ...more,
});
const extending = (...prices: unknown[]) => ({ currency: "USD", extends: "shipped", prices });

describe("the shipped price book", () => {
  it("has a price for every plan type, and says which are published", () => {
    for (const plan of plans) {
      const found = priceOn(shippedPriceBook, plan.type, "2026-03-01");
      expect(Number.isSafeInteger(found.unitPriceMinor) && found.unitPriceMinor >= 0).toBe(true);
      expect(found.status).toBe(plan.priceStatus ?? "assumed");
      if (plan.listPriceUsd !== null) expect(found.unitPriceMinor / 100).toBe(plan.listPriceUsd);
    }
    const published = plans.filter(
      (plan) => findPrice(shippedPriceBook, plan.type, "2026-03-01")?.status === "published",
    );
    expect(published).toHaveLength(15);
    expect(priceOn(shippedPriceBook, "monthly", "2026-03-01").unitPriceMinor).toBe(1499);
    expect(storageOveragePriceOn(shippedPriceBook, "2026-03-01").unitPriceMinor).toBe(150);
  });

  it("costs nothing only for trials and for plans billed by use", () => {
    const free = plans.filter(
      (plan) => priceOn(shippedPriceBook, plan.type, "2026-01-01").unitPriceMinor === 0,
    );
    expect(new Set(free.map((plan) => plan.interval))).toEqual(new Set(["trial", "usage"]));
  });
});

describe("an operator's price book", () => {
  it("replaces prices from a day on, and keeps the shipped ones otherwise", () => {
    const parsed = parsePriceBook(
      extending(
        price({ unit_price: 15.99, valid_from: "2020-01-01", valid_until: "2026-07-01" }),
        price({ valid_from: "2026-07-01" }),
      ),
    );
    if ("problems" in parsed) throw new Error(parsed.problems.join("\n"));
    expect(priceOn(parsed.book, "monthly", "2026-06-30").unitPriceMinor).toBe(1599);
    expect(priceOn(parsed.book, "monthly", "2026-07-01").unitPriceMinor).toBe(1699);
    expect(priceOn(parsed.book, "yearly", "2026-07-01").unitPriceMinor).toBe(14990);
    expect(findPrice(parsed.book, "monthly", "2019-12-31")).toBeUndefined();
  });

  it.each([
    ["a list", [], "must be a JSON object"],
    ["an unknown member", { ...extending(), extra: 1 }, "extra: there is no such member"],
    ["no currency", { prices: [] }, "currency: must be an ISO 4217 code"],
    [
      "missing types",
      { currency: "USD", prices: [], storage_overage_per_gb_month: 1 },
      "yearly has no price",
    ],
    [
      "an unknown type",
      extending(price({ plan_type: "nope" })),
      'prices[0].plan_type: there is no plan type "nope"',
    ],
    ["three decimals", extending(price({ unit_price: 1.005 })), "prices[0].unit_price: must be"],
    ["a negative price", extending(price({ unit_price: -1 })), "prices[0].unit_price: must be"],
    ["a price as text", extending(price({ unit_price: "1" })), "prices[0].unit_price: must be"],
    [
      "a wrong date",
      extending(price({ valid_from: "2026-02-30" })),
      "prices[0].valid_from: must be a date",
    ],
    [
      "an end before the start",
      extending(price({ valid_until: "2025-01-01" })),
      "prices[0].valid_until: must be after",
    ],
    [
      "two prices on a day",
      extending(price(), price({ valid_from: "2026-02-01" })),
      "monthly has two prices on 2026-02-01",
    ],
    [
      "a gap",
      extending(price({ valid_until: "2026-02-01" }), price({ valid_from: "2026-03-01" })),
      "monthly has no price from 2026-02-01",
    ],
    [
      "an end",
      extending(price({ valid_until: "2026-02-01" })),
      "monthly has no price after 2026-02-01",
    ],
  ])("refuses %s, saying where", (_what, file, problem) => {
    expect(problemsOf(file).join("\n")).toContain(problem);
  });

  it("names at most fifty problems", () => {
    expect(problemsOf({ currency: "USD", prices: [] })).toHaveLength(51);
  });
});
