/**
 * Day arithmetic on ISO civil dates (`2026-03-31`), without time of day and without time zone. The bill
 * run calls this for every item, so it works on day numbers and never builds date objects; a property
 * test holds each function to `Temporal.PlainDate`. Years 0001 to 9999, proleptic Gregorian calendar.
 */
import { assert, EngineDefect } from "./assert.js";
import type { CivilDate } from "./state.js";

/** Days since 1970-01-01, which is day 0. */
export type DayNumber = number;

const MIN_DAY: DayNumber = -719_162; // 0001-01-01
const MAX_DAY: DayNumber = 2_932_896; // 9999-12-31
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/** Whether `text` is a date of the calendar, written `YYYY-MM-DD`. */
export function isCivilDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const year = yearOf(text);
  const month = monthOf(text);
  const day = dayOfMonth(text);
  if (year < 1 || month < 1 || month > 12) return false;
  return day >= 1 && day <= daysInMonth(year, month);
}

/** Negative when `a` is before `b`, 0 when equal, positive when after. */
export function compareDates(a: CivilDate, b: CivilDate): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function earlier(a: CivilDate, b: CivilDate): CivilDate {
  return a < b ? a : b;
}

export function later(a: CivilDate, b: CivilDate): CivilDate {
  return a > b ? a : b;
}

/** Day of month, 1 to 31. */
export function dayOfMonth(date: CivilDate): number {
  return digit(date, 8) * 10 + digit(date, 9);
}

export function yearOf(date: CivilDate): number {
  return digit(date, 0) * 1000 + digit(date, 1) * 100 + digit(date, 2) * 10 + digit(date, 3);
}

/** Month, 1 to 12. */
export function monthOf(date: CivilDate): number {
  return digit(date, 5) * 10 + digit(date, 6);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Day number of a date. Throws when `date` is not written as a civil date. */
export function toDayNumber(date: CivilDate): DayNumber {
  const year = yearOf(date);
  const month = monthOf(date);
  const day = dayOfMonth(date);
  const before = DAYS_BEFORE_MONTH[month - 1];
  if (before === undefined || year < 1 || date.length !== 10) {
    throw new EngineDefect(`date ${date}`);
  }
  if (day < 1 || day > daysInMonth(year, month)) throw new EngineDefect(`date ${date}`);
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const leapThisYear = month > 2 && isLeapYear(year) ? 1 : 0;
  return MIN_DAY + past * 365 + leapDays + before + leapThisYear + day - 1;
}

/** Date of a day number. Throws outside the years 0001 to 9999. */
export function fromDayNumber(dayNumber: DayNumber): CivilDate {
  assert(Number.isInteger(dayNumber), `day number ${dayNumber}`);
  assert(dayNumber >= MIN_DAY && dayNumber <= MAX_DAY, `day number ${dayNumber}`);
  // Years are counted from 1 March, so that the leap day is the last one of a year.
  const sinceMarchZero = dayNumber + 719_468;
  const era = Math.floor(sinceMarchZero / 146_097);
  const dayOfEra = sinceMarchZero - era * 146_097;
  const leapCorrected =
    dayOfEra -
    Math.floor(dayOfEra / 1460) +
    Math.floor(dayOfEra / 36_524) -
    Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor(leapCorrected / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return format(era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day);
}

export function addDays(date: CivilDate, days: number): CivilDate {
  assert(Number.isInteger(days), `days ${days}`);
  return fromDayNumber(toDayNumber(date) + days);
}

/** Number of days of [from, to): positive when `to` is later. */
export function daysBetween(from: CivilDate, to: CivilDate): number {
  return toDayNumber(to) - toDayNumber(from);
}

/**
 * The date `months` after `date`'s month, on day `anchorDay`, clamped to that month's end. The day comes
 * from the anchor and not from `date`, so a chain of these never drifts: 31 January, 28 February, 31 March.
 */
export function addMonthsClamped(
  date: CivilDate,
  months: number,
  anchorDay: number = dayOfMonth(date),
): CivilDate {
  assert(Number.isInteger(months), `months ${months}`);
  assert(Number.isInteger(anchorDay) && anchorDay >= 1 && anchorDay <= 31, `day ${anchorDay}`);
  const index = yearOf(date) * 12 + monthOf(date) - 1 + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  assert(year >= 1 && year <= 9999, `year ${year}`);
  const last = daysInMonth(year, month);
  return format(year, month, Math.min(anchorDay, last));
}

/** Calendar months later (or earlier), clamped to the month's end. */
export function addMonths(date: CivilDate, months: number): CivilDate {
  return addMonthsClamped(date, months);
}

/** First day of the month after `date`'s. */
export function firstOfNextMonth(date: CivilDate): CivilDate {
  return addMonthsClamped(date, 1, 1);
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));

function format(year: number, month: number, day: number): CivilDate {
  const century = TWO_DIGITS[Math.floor(year / 100)];
  return `${century}${TWO_DIGITS[year % 100]}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}`;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  // Not `assert`: its message would be built for every digit of every date of a bill run.
  if (!(value >= 0 && value <= 9)) throw new EngineDefect(`date ${text}`);
  return value;
}
