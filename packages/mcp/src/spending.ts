/**
 * Limits on what an assistant may spend: for one change, and for one day of the service. What counts
 * is the total that the preview of a confirmed change shows as invoiced now.
 */
import type { Preview } from "@paymaster/client";

/** Minor units (cents) by currency. */
export type Amounts = ReadonlyMap<string, number>;

export interface SpendingLimits {
  /** undefined: no limit. A currency that is not named may not be spent at all. */
  readonly perCall: Amounts | undefined;
  readonly perDay: Amounts | undefined;
}

export const NO_LIMITS: SpendingLimits = { perCall: undefined, perDay: undefined };

/** A limit that cannot be understood; the message says what was expected. */
export class SpendingLimitError extends Error {}

/** The published API bills in this currency; an amount without one means it. */
const DEFAULT_CURRENCY = "USD";

/**
 * Reads e.g. `500`, `500.50 USD` or `500USD,400EUR`: one amount for each currency.
 * @param name how the message calls it, e.g. `--max-per-day`
 * @throws SpendingLimitError
 */
export function parseLimit(text: string, name: string): Amounts {
  const amounts = new Map<string, number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,9})(?:\.(\d{1,2}))?\s*([A-Za-z]{3})?\s*$/.exec(part);
    if (match === null) {
      throw new SpendingLimitError(
        `${name}: expected amounts such as 500, 500.50USD or 500USD,400EUR, got ${JSON.stringify(text)}`,
      );
    }
    const [, major = "", minor = "", written = DEFAULT_CURRENCY] = match;
    const currency = written.toUpperCase();
    if (amounts.has(currency)) {
      throw new SpendingLimitError(`${name}: more than one amount of ${currency}`);
    }
    amounts.set(currency, Number(major) * 100 + Number(minor.padEnd(2, "0")));
  }
  return amounts;
}

/** A change that is about to be carried out. */
export interface Reservation {
  /** Different for each change. */
  readonly id: string;
  /** `YYYY-MM-DD` on the service's clock. */
  readonly day: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly limitMinor: number;
}

/** What was spent on each day; outlives the process. */
export interface SpendingStore {
  /** Minor units that are spent or reserved. */
  spent(day: string, currency: string): Promise<number>;
  /**
   * Takes the amount from what the day leaves, all of it or nothing, also when several ask at once.
   * @returns whether it was taken
   */
  reserve(reservation: Reservation): Promise<boolean>;
  /** Gives it back: the change was certainly not made. */
  release(reservation: Reservation): Promise<void>;
}

export interface Spending {
  readonly limits: SpendingLimits;
  /** Needed for a limit per day. */
  readonly store: SpendingStore | undefined;
}

/** What a change counts against the limits. */
export interface Cost {
  readonly currency: string;
  /** Credits do not make room for other changes: never below 0. */
  readonly amountMinor: number;
}

export function costOf(preview: Preview): Cost {
  return {
    currency: preview.currency,
    amountMinor: Math.max(0, Math.round(preview.total_amount * 100)),
  };
}

export function hasLimits({ perCall, perDay }: SpendingLimits): boolean {
  return perCall !== undefined || perDay !== undefined;
}

/**
 * Whether a change fits the limits as they stand.
 * @param preview null: the service offers none
 * @param day of the service; undefined: its answer told none
 * @returns why it does not, in words for the assistant; undefined: it fits
 */
export async function refusalOf(
  preview: Preview | null,
  day: string | undefined,
  { limits, store }: Spending,
): Promise<string | undefined> {
  if (!hasLimits(limits)) return undefined;
  if (preview === null) {
    return "A spending limit is set, and this service does not tell what the change costs.";
  }
  const cost = costOf(preview);
  if (cost.amountMinor === 0) return undefined;
  const perCall = limitFor(limits.perCall, cost.currency);
  if (perCall !== undefined && cost.amountMinor > perCall) {
    return `It costs ${money(cost.amountMinor, cost.currency)}; the limit for one change is ${money(perCall, cost.currency)}.`;
  }
  const perDay = limitFor(limits.perDay, cost.currency);
  if (perDay === undefined) return undefined;
  if (day === undefined || store === undefined) {
    return "A limit per day is set, and the service did not tell its date.";
  }
  const spent = await store.spent(day, cost.currency);
  return spent + cost.amountMinor <= perDay
    ? undefined
    : overDay({ ...cost, id: "", day, limitMinor: perDay }, spent);
}

/** @returns undefined when nothing counts against a limit per day */
export function reservationOf(
  id: string,
  preview: Preview | null,
  day: string | undefined,
  limits: SpendingLimits,
): Reservation | undefined {
  if (preview === null || day === undefined) return undefined;
  const cost = costOf(preview);
  const limitMinor = limitFor(limits.perDay, cost.currency);
  if (limitMinor === undefined || cost.amountMinor === 0) return undefined;
  return { id, day, ...cost, limitMinor };
}

export function overDay(reservation: Reservation, spentMinor: number): string {
  const { currency, amountMinor, limitMinor, day } = reservation;
  return `It costs ${money(amountMinor, currency)}; of ${money(limitMinor, currency)} for ${day}, ${money(spentMinor, currency)} are spent. The next day of the service begins at 00:00 UTC.`;
}

/** A currency without an amount of its own has the limit 0. */
function limitFor(amounts: Amounts | undefined, currency: string): number | undefined {
  return amounts === undefined ? undefined : (amounts.get(currency) ?? 0);
}

function money(minor: number, currency: string): string {
  return `${(minor / 100).toFixed(2)} ${currency}`;
}

/** The service's civil date as an answer shows it; undefined when it shows none. */
export function serviceDay(headers: Headers): string | undefined {
  const ms = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10);
}
