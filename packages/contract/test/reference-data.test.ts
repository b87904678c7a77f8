import { describe, expect, it } from "vitest";
import { cancellationReasons } from "../src/reference-data/cancellation-reasons.js";
import {
  calloutCountries,
  countries,
  premiumCountries,
  states,
  tollFreeCountries,
} from "../src/reference-data/countries.js";
import { RATE_LIMIT_TIERS, rateLimitTiers } from "../src/reference-data/rate-limit-tiers.js";

describe("lists of countries and states", () => {
  it.each([
    ["countries", countries, 236],
    ["states", states, 65],
    ["toll-free countries", tollFreeCountries, 76],
    ["premium countries", premiumCountries, 17],
    ["callout countries", calloutCountries, 74],
  ])("%s: two letters each, none twice, as many as published", (_, list, count) => {
    expect(new Set(list).size).toBe(count);
    expect(list).toHaveLength(count);
    for (const id of list) expect(id).toMatch(/^[A-Z]{2}$/);
  });

  it("name audio countries that are countries", () => {
    const known = new Set(countries);
    for (const id of [...tollFreeCountries, ...premiumCountries, ...calloutCountries]) {
      expect(known.has(id), id).toBe(true);
    }
  });
});

describe("cancellation reasons", () => {
  it("are numbered from 1 to 6", () => {
    expect(cancellationReasons.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("rate-limit tiers", () => {
  it("allow more from tier to tier, never less", () => {
    for (const label of ["Light", "Medium", "Heavy", "Resource-intensive"] as const) {
      const counts = RATE_LIMIT_TIERS.map((tier) => rateLimitTiers[tier][label].count);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
    }
  });

  it("count Heavy and Resource-intensive together from the Pro tier on", () => {
    for (const tier of ["pro", "business"] as const) {
      const { Heavy, "Resource-intensive": intensive } = rateLimitTiers[tier];
      expect(Heavy.daily).toEqual(intensive.daily);
    }
    const { Heavy, "Resource-intensive": intensive } = rateLimitTiers.free;
    expect(Heavy.daily?.name).not.toBe(intensive.daily?.name);
  });

  it("give one count to one pool", () => {
    for (const tier of RATE_LIMIT_TIERS) {
      const counts = new Map<string, number>();
      for (const { daily } of Object.values(rateLimitTiers[tier])) {
        if (daily === null) continue;
        expect(counts.get(daily.name) ?? daily.count).toBe(daily.count);
        counts.set(daily.name, daily.count);
      }
    }
  });
});
