/**
 * Tax rates by country and state, from an operator's file; none by default. The file is checked whole
 * before any of it is used: `{"rates": [{"country": "DE", "rate_percent": 19}, {"country": "US",
 * "state": "CA", "rate_percent": 7.25}]}`.
 */
import { countries, states } from "@paymaster/contract";

export type TaxLookup = (contact: { country?: string; state?: string } | null) => number;

const MAX_RATES = 10_000;

export const noTaxes: TaxLookup = () => 0;

/** Returns the lookup (parts per million), or what is wrong with the file, entry by entry. */
export function parseTaxTable(json: unknown): { lookup: TaxLookup } | { problems: string[] } {
  const rates = isObject(json) ? json.rates : undefined;
  if (!Array.isArray(rates)) return { problems: ['The file must be {"rates": [...]}.'] };
  if (rates.length > MAX_RATES) return { problems: [`At most ${MAX_RATES} rates are allowed.`] };
  const problems: string[] = [];
  const byPlace = new Map<string, number>();
  for (const [index, entry] of rates.entries()) {
    const problem = addRate(byPlace, entry);
    if (problem !== null) problems.push(`rates[${index}]: ${problem}`);
  }
  if (problems.length > 0) return { problems };
  return {
    lookup: (contact) => {
      const country = contact?.country ?? "";
      return byPlace.get(`${country}/${contact?.state ?? ""}`) ?? byPlace.get(`${country}/`) ?? 0;
    },
  };
}

function addRate(byPlace: Map<string, number>, entry: unknown): string | null {
  if (!isObject(entry)) return "must be an object.";
  const { country, state, rate_percent: percent } = entry;
  if (typeof country !== "string" || !countries.includes(country)) {
    return `country must be a two-letter code of the countries list, not ${JSON.stringify(country)}.`;
  }
  if (state !== undefined && (typeof state !== "string" || !states.includes(state))) {
    return `state must be one of the states list, not ${JSON.stringify(state)}.`;
  }
  const ppm = typeof percent === "number" ? Math.round(percent * 10_000) : Number.NaN;
  if (!(ppm >= 0 && ppm <= 1_000_000) || ppm / 10_000 !== percent) {
    return "rate_percent must be 0 to 100 with at most four decimals.";
  }
  const place = `${country}/${state ?? ""}`;
  if (byPlace.has(place)) return `there is another rate for ${place}.`;
  byPlace.set(place, ppm);
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
