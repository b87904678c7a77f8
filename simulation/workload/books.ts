/** Random price books, with prices that change, and tax tables. */
import { plans } from "@paymaster/contract";
import { addMonths, dayOf, textOf } from "../model/calendar.js";
import type { Random } from "../random.js";
import { ADDONS, BASES } from "./plans.js";

/** Every price of the shipped book holds from here on. */
const FROM = "0001-01-01";

export function makePrices(random: Random, start: string, years: number): unknown {
  const known = new Set(plans.map((plan) => plan.type));
  const prices: unknown[] = [];
  for (const type of new Set<string>([...BASES, ...ADDONS])) {
    if (!known.has(type) || random.chance(0.4)) continue;
    let price = random.int(3, 60_000) / 100;
    let from = FROM;
    let day = dayOf(start);
    for (let change = random.int(0, 4); change > 0; change -= 1) {
      day = addMonths(day, random.int(1, Math.max(2, years * 4))) + random.int(0, 28);
      const until = textOf(day);
      prices.push({ plan_type: type, unit_price: price, valid_from: from, valid_until: until });
      price = Math.round(price * random.int(70, 150)) / 100;
      from = until;
    }
    prices.push({ plan_type: type, unit_price: price, valid_from: from });
  }
  return { currency: "USD", extends: "shipped", prices };
}

export interface TaxTable {
  readonly rates: readonly {
    readonly country: string;
    readonly state?: string;
    readonly rate_percent: number;
  }[];
}

export function makeTaxes(random: Random): TaxTable {
  if (random.chance(0.3)) return { rates: [] };
  return {
    rates: [
      { country: "US", state: "WA", rate_percent: random.pick([8.875, 10.25, 6.5]) },
      { country: "DE", rate_percent: 19 },
      { country: "CA", rate_percent: 5 },
      { country: "CA", state: "ON", rate_percent: 13.0625 },
    ],
  };
}
