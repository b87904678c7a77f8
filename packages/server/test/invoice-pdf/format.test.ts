import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatAmount,
  formatDate,
  formatInteger,
  formatMoney,
  formatRate,
} from "../../src/invoice-pdf/format.js";

describe("numbers and dates of an invoice", () => {
  it("writes amounts with separators, two decimals and a minus sign", () => {
    expect(formatAmount(0)).toBe("0.00");
    expect(formatAmount(5)).toBe("0.05");
    expect(formatAmount(-5)).toBe("−0.05");
    expect(formatAmount(199_900)).toBe("1,999.00");
    expect(formatAmount(-123_456_789)).toBe("−1,234,567.89");
    expect(formatAmount(999_999_999_999_999)).toBe("9,999,999,999,999.99");
  });

  it("names the currency by its symbol only where that is unambiguous", () => {
    expect(formatMoney(199_900, "USD")).toBe("$1,999.00");
    expect(formatMoney(-500, "EUR")).toBe("−€5.00");
    expect(formatMoney(199_900, "CHF")).toBe("CHF\u00a01,999.00");
    expect(formatMoney(-100, "AUD")).toBe("−AUD\u00a01.00");
  });

  it("writes dates that no one reads as another day", () => {
    expect(formatDate("2026-03-31")).toBe("31\u00a0Mar\u00a02026");
    expect(formatDate("2024-02-01")).toBe("1\u00a0Feb\u00a02024");
  });

  it("writes rates without superfluous zeros", () => {
    expect(formatRate(0)).toBe("0%");
    expect(formatRate(190_000)).toBe("19%");
    expect(formatRate(88_750)).toBe("8.875%");
    expect(formatRate(1)).toBe("0.0001%");
  });

  it("agrees with Intl for every amount", () => {
    const intl = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2 });
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), (minor) => {
        const expected = intl.format(minor / 100).replace("-", "−");
        expect(formatAmount(minor)).toBe(expected);
        expect(formatInteger(minor)).toBe(minor.toLocaleString("en-US").replace("-", "−"));
      }),
    );
  });
});
