/** Civil dates, `YYYY-MM-DD`. Pure. */

const DAY_MS = 86_400_000;

/** Whole days from one civil date to another; negative: `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** The civil date so many days later. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
