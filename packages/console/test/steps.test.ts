import { describe, expect, test } from "vitest";
import { stepsOf } from "../src/screens/clock/advance.js";
import { documentedLimits, duration } from "../src/screens/limits/data.js";
import { date, instant, month, percent, words } from "../src/ui/format.js";

describe("the clock's steps", () => {
  test("are a week long, and the last one ends on the day that was asked for", () => {
    expect(stepsOf("2026-03-10", "2026-03-11")).toEqual(["2026-03-11"]);
    expect(stepsOf("2026-03-10", "2026-03-17")).toEqual(["2026-03-17"]);
    expect(stepsOf("2026-02-20", "2026-03-08")).toEqual(["2026-02-27", "2026-03-06", "2026-03-08"]);
  });
});

describe("documented limits", () => {
  test("name the operations of each label, and the special rules", () => {
    const { labels, special } = documentedLimits("business", "2021");
    const heavy = labels.find(({ label }) => label === "Heavy");
    expect(heavy?.operations).toContain("account_billing_invoices");
    const lists = special.filter(({ operation }) => operation === "account_billing_invoices");
    expect(lists.map(({ limit, window }) => [limit, window])).toEqual(
      expect.arrayContaining([[6, "day"]]),
    );
  });

  test("durations are said in the largest unit that fits", () => {
    expect([1, 30, 60, 300, 86_400].map(duration)).toEqual([
      "second",
      "30 s",
      "minute",
      "5 min",
      "day",
    ]);
  });
});

test("dates are civil: no time zone moves them", () => {
  expect(date("2026-03-31")).toBe("31 Mar 2026");
  expect(date("2026-03-31T23:59:59Z")).toBe("31 Mar 2026");
  expect(date("")).toBe("–");
  expect(month("2026-03")).toBe("Mar 26");
  expect(instant("2026-03-31T14:05:59.000Z")).toBe("31 Mar 2026, 14:05 UTC");
});

test("names of members become words", () => {
  expect(words("next_invoice_date")).toBe("Next invoice date");
  expect(words("periodEnd")).toBe("Period end");
  expect(percent(1, 0)).toBe(0);
  expect(percent(2, 3)).toBe(67);
});
