/**
 * The model's own calendar: a day is the number of days since 1 January 1970, by Date.UTC. It shares no
 * code with the engine, so that it shares no mistake.
 */
export type Day = number;

const DAY_MS = 86_400_000;

export function dayOf(text: string): Day {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return utcDay(year, month - 1, day);
}

export function textOf(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** First millisecond of the day in UTC. */
export function millisecondsOf(day: Day): number {
  return day * DAY_MS;
}

export function dayOfMonth(day: Day): number {
  return new Date(day * DAY_MS).getUTCDate();
}

/** Months since year 0 of the month in which the day lies. */
export function monthOf(day: Day): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The day of that number in a month, or the month's last day when it has none of that number. */
export function dayInMonth(month: number, wanted: number): Day {
  const year = Math.floor(month / 12);
  const last = new Date(Date.UTC(year, (month % 12) + 1, 0)).getUTCDate();
  return utcDay(year, month % 12, Math.min(wanted, last));
}

/** The same day of the month so many months later, clamped to the month's end. */
export function addMonths(day: Day, months: number): Day {
  return dayInMonth(monthOf(day) + months, dayOfMonth(day));
}

function utcDay(year: number, month: number, day: number): Day {
  return Math.round(Date.UTC(year, month, day) / DAY_MS);
}
