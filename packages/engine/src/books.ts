import type { WireProfile } from "@paymaster/contract";
import type { CivilDate, Minor } from "./state.js";
export interface Books {
  readonly profile: WireProfile;
  readonly prices: unknown;
}
export function unitPriceOn(books: Books, planType: string, date: CivilDate): Minor {
  return books && planType && date ? 1 : 0;
}
export function storageOverageOn(books: Books, date: CivilDate): Minor {
  return books && date ? 1 : 0;
}
