import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chargeBetween, chargeUpTo } from "../src/proration.js";

const SEED = 20260731;
const full = fc.integer({ min: -50_000_000_000, max: 50_000_000_000 });
const cutPeriod = fc
  .integer({ min: 1, max: 1100 })
  .chain((days) =>
    fc.tuple(fc.constant(days), fc.array(fc.integer({ min: 0, max: days }), { maxLength: 40 })),
  );

describe("charges for parts of a period", () => {
  it("Given 14.99 for March, when it starts on the 11th, then 21 of 31 days cost 10.15", () => {
    expect(chargeBetween(1499, 31, 10, 31)).toBe(1015);
    expect(chargeUpTo(1499, 31, 10)).toBe(484);
  });

  it("add up to the full charge however the period is cut", () => {
    fc.assert(
      fc.property(full, cutPeriod, (fullMinor, [days, cuts]) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), days];
        let total = 0;
        for (let i = 1; i < edges.length; i += 1) {
          total += chargeBetween(fullMinor, days, edges[i - 1] ?? 0, edges[i] ?? days);
        }
        expect(total).toBe(fullMinor + 0);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it("are symmetrical: a credit is the charge with its sign turned", () => {
    fc.assert(
      fc.property(full, cutPeriod, (fullMinor, [days, cuts]) => {
        const from = Math.min(...cuts, days);
        expect(chargeBetween(fullMinor, days, from, days)).toBe(
          0 - chargeBetween(0 - fullMinor, days, from, days),
        );
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it("never go backwards: more days never cost less", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), cutPeriod, (fullMinor, [days, cuts]) => {
        for (const cut of cuts) {
          expect(chargeUpTo(fullMinor, days, cut)).toBeLessThanOrEqual(fullMinor);
          expect(chargeBetween(fullMinor, days, 0, cut)).toBeGreaterThanOrEqual(0);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("refuse days outside the period", () => {
    expect(() => chargeBetween(1499, 31, 0, 32)).toThrow();
    expect(() => chargeBetween(1499, 31, 5, 4)).toThrow();
    expect(() => chargeUpTo(1499, 0, 0)).toThrow();
  });
});
