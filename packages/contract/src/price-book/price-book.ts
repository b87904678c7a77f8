/**
 * Price books: a unit price (per host, per plan without hosts, per commitment) for every plan type and
 * interval, with the days on which it holds. Amounts are integers of minor units.
 */
import { findPlan } from "../catalogue/plan.js";

/** published: somebody stated it in public (see the catalogue); assumed: our guess, for tests only. */
export type PriceStatus = "published" | "assumed" | "operator";

export interface Price {
  readonly unitPriceMinor: number;
  readonly status: PriceStatus;
  /** First day on which it holds. */
  readonly validFrom: string;
  /** First day on which it no longer holds; null: no end. */
  readonly validUntil: string | null;
}

export interface PriceBook {
  readonly currency: string;
  /** Prices of each plan type, by `validFrom`. */
  readonly prices: ReadonlyMap<string, readonly Price[]>;
  /** Recording storage above what is included: per started GB and month. */
  readonly storageOverage: readonly Price[];
}

/** The price of a plan type on a civil date; undefined when the book has none for that day. */
export function findPrice(book: PriceBook, planType: string, date: string): Price | undefined {
  return priceAt(book.prices.get(planType) ?? [], date);
}

/** Unit price of a plan type on a date. Throws for a type without one: books are complete. */
export function priceOn(book: PriceBook, planType: string, date: string): Price {
  const price = findPrice(book, planType, date);
  if (price === undefined) {
    const known = findPlan(planType) === undefined ? "an unknown plan type" : "no price";
    throw new Error(`The price book has ${known}: ${planType} on ${date}.`);
  }
  return price;
}

export function storageOveragePriceOn(book: PriceBook, date: string): Price {
  const price = priceAt(book.storageOverage, date);
  if (price === undefined) throw new Error(`No price for recording storage on ${date}.`);
  return price;
}

function priceAt(prices: readonly Price[], date: string): Price | undefined {
  // A type has one or two prices: the newest that holds is found at once.
  for (let index = prices.length - 1; index >= 0; index -= 1) {
    const price = prices[index];
    if (price === undefined || price.validFrom > date) continue;
    return price.validUntil === null || date < price.validUntil ? price : undefined;
  }
  return undefined;
}
