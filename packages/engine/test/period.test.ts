import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { addDays, dayOfMonth, fromDayNumber, toDayNumber } from "../src/civil-date.js";
import {
  lastMonthlyDate,
  nextBoundary,
  nextMonthlyDate,
  period,
  periodStart,
} from "../src/period.js";

const SEED = 20260731;
const YEARS = 50;
const anchorDate = fc
  .integer({ min: toDayNumber("1996-01-01"), max: toDayNumber("2060-12-31") })
  .map(fromDayNumber);
const interval = fc.constantFrom(1, 3, 12, 24, 36);

describe("periods over 50 years, for any anchor and interval", () => {
  it("follow Temporal from the anchor, without gap, overlap or drift", () => {
    fc.assert(
      fc.property(anchorDate, interval, (anchor, months) => {
        const at = { anchor, anchorDay: dayOfMonth(anchor) };
        const reference = Temporal.PlainDate.from(anchor);
        let previousEnd = anchor;
        for (let k = 0; k < (YEARS * 12) / months; k += 1) {
          const { start, end } = period(at, months, k);
          expect(start).toBe(previousEnd);
          expect(start).toBe(reference.add({ months: k * months }).toString());
          expect(end > start).toBe(true);
          expect(nextBoundary(start, at.anchorDay, months)).toBe(end);
          previousEnd = end;
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("inherited days: an add-on that joins its base keeps every later date of the base", () => {
    fc.assert(
      fc.property(anchorDate, interval, fc.integer({ min: 1, max: 30 }), (anchor, months, k) => {
        const base = { anchor, anchorDay: dayOfMonth(anchor) };
        const joined = { anchor: periodStart(base, months, k), anchorDay: base.anchorDay };
        for (let j = 0; j < 24; j += 1) {
          expect(periodStart(joined, months, j)).toBe(periodStart(base, months, k + j));
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it("the next monthly date is the first anchor + j months after a day", () => {
    fc.assert(
      fc.property(anchorDate, fc.integer({ min: 0, max: 3000 }), (anchor, days) => {
        const anchorDay = dayOfMonth(anchor);
        const day = addDays(anchor, days);
        const reference = Temporal.PlainDate.from(anchor);
        let j = 0;
        while (reference.add({ months: j }).toString() <= day) j += 1;
        expect(nextMonthlyDate(anchorDay, day)).toBe(reference.add({ months: j }).toString());
        expect(lastMonthlyDate(anchorDay, day)).toBe(reference.add({ months: j - 1 }).toString());
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe("periods at the month's end", () => {
  it("31 January, 28 February, 31 March", () => {
    const at = { anchor: "2026-01-31", anchorDay: 31 };
    expect([0, 1, 2, 3].map((k) => periodStart(at, 1, k))).toEqual([
      "2026-01-31",
      "2026-02-28",
      "2026-03-31",
      "2026-04-30",
    ]);
  });

  it("29 February, yearly: 28 February until the next leap year", () => {
    const at = { anchor: "2024-02-29", anchorDay: 29 };
    expect([1, 2, 3, 4].map((k) => periodStart(at, 12, k))).toEqual([
      "2025-02-28",
      "2026-02-28",
      "2027-02-28",
      "2028-02-29",
    ]);
  });
});
