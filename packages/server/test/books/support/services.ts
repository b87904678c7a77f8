/** What bill runs need, on a database: the shipped prices, a tax rate, a clock that stands. */
import { shippedPriceBook } from "@paymaster/contract";
import { ManualClock } from "../../../src/clock.js";
import { createPool } from "../../../src/database/pool.js";

/** 7.25 %, for everybody. */
export const TAX_RATE_PPM = 72_500;

export function servicesOf(databaseUrl: string, today: string) {
  const books = {
    engine: { profile: "2021", prices: shippedPriceBook },
    taxRatePpm: () => TAX_RATE_PPM,
  } as const;
  return {
    pool: createPool({ connectionString: databaseUrl }),
    clock: new ManualClock(today),
    books: () => books,
  };
}
