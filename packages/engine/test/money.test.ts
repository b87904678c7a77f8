import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatMinor,
  MAX_MINOR,
  majorToMinor,
  minorToMajor,
  multiply,
  multiplyDivide,
  sum,
  taxOn,
} from "../src/money.js";

const SEED = 20260731;
const amount = fc.integer({ min: -MAX_MINOR, max: MAX_MINOR });

/** The same rounding, written a second way: on decimal digits of a BigInt quotient. */
function roundedExactly(product: bigint, denominator: bigint): number {
  const sign = product < 0n ? -1n : 1n;
  return Number((sign * ((sign * product * 2n + denominator) / (denominator * 2n))).toString());
}

describe("rounding half away from zero", () => {
  it.each([
    [5, 1, 10, 1],
    [-5, 1, 10, -1],
    [4, 1, 10, 0],
    [-4, 1, 10, 0],
    [1499, 21, 31, 1015], // 1015.45…
    [149_000, 35, 365, 14_288], // the observed 142.88 of 1490.00
    [15, 1, 2, 8],
    [-15, 1, 2, -8],
  ])("%d x %d / %d = %d", (value, numerator, denominator, expected) => {
    expect(multiplyDivide(value, numerator, denominator)).toBe(expected);
  });

  it("is exact beyond the safe products too", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 1100 }), (value, numerator) => {
        const expected = roundedExactly(BigInt(value) * BigInt(numerator), 1100n);
        expect(multiplyDivide(value, numerator, 1100)).toBe(expected);
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it("is symmetrical and never yields -0", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 366 }), (value, numerator) => {
        const positive = multiplyDivide(value, numerator, 366);
        const negative = multiplyDivide(-value + 0, numerator, 366);
        expect(positive + negative).toBe(0);
        expect(Object.is(negative, -0)).toBe(false);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

describe("major units", () => {
  it("prints every amount with at most two decimals and reads it back", () => {
    fc.assert(
      fc.property(amount, (value) => {
        const major = minorToMajor(value);
        expect(JSON.stringify(major)).toMatch(/^-?\d+(\.\d{1,2})?$/);
        expect(majorToMinor(JSON.parse(JSON.stringify(major)))).toBe(value + 0);
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it.each([1.005, 0.001, 14.999, Number.NaN, Number.POSITIVE_INFINITY, 1e14])(
    "refuses %d",
    (value) => {
      expect(majorToMinor(value)).toBeNull();
    },
  );

  it.each([
    [14.99, 1499],
    [0.1, 10],
    [0.29, 29],
    [1999, 199_900],
    [-142.88, -14_288],
    [0, 0],
  ])("reads %d as %d", (value, expected) => {
    expect(majorToMinor(value)).toBe(expected);
  });

  it("writes sentences with two decimals", () => {
    expect(formatMinor(1499)).toBe("14.99");
    expect(formatMinor(-5)).toBe("-0.05");
    expect(formatMinor(0)).toBe("0.00");
  });
});

describe("the range of amounts", () => {
  it("is never left silently", () => {
    expect(() => multiply(MAX_MINOR, 2)).toThrow("not an amount");
    expect(() => sum([MAX_MINOR, 1])).toThrow("not an amount");
    expect(() => minorToMajor(0.5)).toThrow("not an amount");
    expect(() => multiplyDivide(1, 1, 0)).toThrow("denominator");
  });
});

describe("tax", () => {
  it("is rounded per line, half away from zero", () => {
    expect(taxOn(1499, 190_000)).toBe(285); // 284.81
    expect(taxOn(50, 190_000)).toBe(10); // 9.5
    expect(taxOn(-50, 190_000)).toBe(-10);
    expect(taxOn(1499, 0)).toBe(0);
  });
});
