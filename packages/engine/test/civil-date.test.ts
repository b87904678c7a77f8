import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import {
  addDays,
  addMonthsClamped,
  compareDates,
  dayOfMonth,
  daysBetween,
  daysInMonth,
  firstOfNextMonth,
  fromDayNumber,
  isCivilDate,
  toDayNumber,
} from "../src/civil-date.js";

const SEED = 20260731;
const anyDate = fc
  .integer({ min: toDayNumber("0001-01-01"), max: toDayNumber("9999-12-31") })
  .map((n) => Temporal.PlainDate.from("1970-01-01").add({ days: n }));
const ordinaryDate = fc
  .integer({ min: toDayNumber("1970-01-01"), max: toDayNumber("2199-12-31") })
  .map((n) => Temporal.PlainDate.from("1970-01-01").add({ days: n }));

describe("civil dates agree with Temporal.PlainDate", () => {
  it("day numbers, both ways, over the whole calendar", () => {
    const epoch = Temporal.PlainDate.from("1970-01-01");
    fc.assert(
      fc.property(anyDate, (date) => {
        const days = epoch.until(date).days;
        expect(toDayNumber(date.toString())).toBe(days);
        expect(fromDayNumber(days)).toBe(date.toString());
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it("adding days and counting them", () => {
    fc.assert(
      fc.property(ordinaryDate, fc.integer({ min: -40_000, max: 40_000 }), (date, days) => {
        const other = date.add({ days });
        expect(addDays(date.toString(), days)).toBe(other.toString());
        expect(daysBetween(date.toString(), other.toString())).toBe(days);
        expect(Math.sign(compareDates(date.toString(), other.toString()))).toBe(
          Temporal.PlainDate.compare(date, other),
        );
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it("adding months, clamped to the month's end", () => {
    fc.assert(
      fc.property(ordinaryDate, fc.integer({ min: -1200, max: 1200 }), (date, months) => {
        expect(addMonthsClamped(date.toString(), months)).toBe(date.add({ months }).toString());
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it("the length of every month for 400 years", () => {
    for (let year = 1900; year < 2300; year += 1) {
      for (let month = 1; month <= 12; month += 1) {
        const expected = Temporal.PlainYearMonth.from({ year, month }).daysInMonth;
        expect(daysInMonth(year, month)).toBe(expected);
      }
    }
  });
});

describe("civil dates", () => {
  it("keeps the anchor's day through short months", () => {
    expect(addMonthsClamped("2026-01-31", 1, 31)).toBe("2026-02-28");
    expect(addMonthsClamped("2026-02-28", 1, 31)).toBe("2026-03-31");
    expect(addMonthsClamped("2024-02-29", 12, 29)).toBe("2025-02-28");
    expect(addMonthsClamped("2024-02-29", 48, 29)).toBe("2028-02-29");
    expect(firstOfNextMonth("2026-12-31")).toBe("2027-01-01");
    expect(dayOfMonth("2026-12-31")).toBe(31);
  });

  it.each([
    "2026-02-29",
    "2026-13-01",
    "2026-00-10",
    "2026-04-31",
    "0000-01-01",
    "2026-1-1",
    "2026-01-01T00:00:00Z",
    " 2026-01-01",
    "",
  ])("%j is no civil date", (text) => {
    expect(isCivilDate(text)).toBe(false);
    expect(() => toDayNumber(text)).toThrow();
  });

  it("says what is one", () => {
    expect(isCivilDate("2024-02-29")).toBe(true);
    expect(isCivilDate("9999-12-31")).toBe(true);
  });

  it("stops at the ends of the calendar", () => {
    expect(() => addDays("9999-12-31", 1)).toThrow("day number");
    expect(() => addDays("0001-01-01", -1)).toThrow("day number");
    expect(() => addMonthsClamped("9999-12-01", 1)).toThrow("year 10000");
  });
});
