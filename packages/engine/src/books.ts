/** What a decision is made by, besides the state: prices and the generation of the API that is spoken. */
import {
  type PriceBook,
  priceOn,
  storageOveragePriceOn,
  type WireProfile,
} from "@paymaster/contract";
import { assertMinor } from "./money.js";
import type { CivilDate, Minor } from "./state.js";

export interface Books {
  readonly prices: PriceBook;
  readonly profile: WireProfile;
}

/** Price of one unit for a full period on a date. Throws when the book has none: books are complete. */
export function unitPriceOn(books: Books, planType: string, date: CivilDate): Minor {
  const { unitPriceMinor } = priceOn(books.prices, planType, date);
  assertMinor(unitPriceMinor, `price of ${planType}`);
  return unitPriceMinor;
}

/** Price of one started GB of storage above what is included, for a month that starts on `date`. */
export function storageOverageOn(books: Books, date: CivilDate): Minor {
  const { unitPriceMinor } = storageOveragePriceOn(books.prices, date);
  assertMinor(unitPriceMinor, "price of storage");
  return unitPriceMinor;
}
