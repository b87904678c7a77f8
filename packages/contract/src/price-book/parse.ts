/**
 * An operator's price book file, checked whole before any of it is used. Format: see the folder's README.
 */
import { findPlan, plans } from "../catalogue/plan.js";
import type { Price, PriceBook } from "./price-book.js";
import { shippedPriceBook } from "./shipped.js";

const MAX_PROBLEMS = 50;
const MAX_PRICES = 50_000;
const MAX_PRICE_MINOR = 10_000_000_00;

export type ParsedPriceBook =
  | { readonly book: PriceBook }
  | { readonly problems: readonly string[] };

/** Returns the book, or what is wrong with the file, entry by entry. */
export function parsePriceBook(json: unknown): ParsedPriceBook {
  if (!isObject(json)) return { problems: ["The price book must be a JSON object."] };
  const problems: string[] = [];
  for (const name of Object.keys(json)) {
    if (!["currency", "extends", "prices", "storage_overage_per_gb_month"].includes(name)) {
      problems.push(`${name}: there is no such member.`);
    }
  }
  const { currency } = json;
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency)) {
    problems.push('currency: must be an ISO 4217 code like "USD".');
  }
  const extending = json.extends === "shipped";
  if (json.extends !== undefined && !extending) {
    problems.push('extends: must be "shipped" or absent.');
  }
  if (extending && currency !== shippedPriceBook.currency) {
    problems.push(
      `currency: a book that extends the shipped one is in ${shippedPriceBook.currency}.`,
    );
  }
  const entries = json.prices;
  if (!Array.isArray(entries) || entries.length > MAX_PRICES) {
    problems.push(`prices: must be a list of at most ${MAX_PRICES} entries.`);
    return { problems };
  }
  const prices = readPrices(entries, problems);
  const overage = readOverage(json.storage_overage_per_gb_month, extending, problems);
  for (const plan of plans) {
    const own = prices.get(plan.type);
    if (own !== undefined) checkRun(plan.type, own, problems);
    else if (extending) prices.set(plan.type, [...(shippedPriceBook.prices.get(plan.type) ?? [])]);
    else problems.push(`prices: ${plan.type} has no price; give one, or say "extends": "shipped".`);
  }
  if (problems.length > MAX_PROBLEMS) {
    const more = problems.length - MAX_PROBLEMS;
    return { problems: [...problems.slice(0, MAX_PROBLEMS), `… and ${more} more problems.`] };
  }
  if (problems.length > 0 || typeof currency !== "string") return { problems };
  return { book: { currency, prices, storageOverage: overage } };
}

function readPrices(entries: readonly unknown[], problems: string[]): Map<string, Price[]> {
  const prices = new Map<string, Price[]>();
  for (const [index, entry] of entries.entries()) {
    const place = `prices[${index}]`;
    if (!isObject(entry)) {
      problems.push(`${place}: must be an object.`);
      continue;
    }
    const type = entry.plan_type;
    if (typeof type !== "string" || findPlan(type) === undefined) {
      problems.push(`${place}.plan_type: there is no plan type ${JSON.stringify(type)}.`);
      continue;
    }
    const price = readPrice(entry, place, problems);
    if (price !== null) prices.set(type, [...(prices.get(type) ?? []), price]);
  }
  return prices;
}

function readPrice(
  entry: Record<string, unknown>,
  place: string,
  problems: string[],
): Price | null {
  const before = problems.length;
  for (const name of Object.keys(entry)) {
    if (!["plan_type", "unit_price", "valid_from", "valid_until"].includes(name)) {
      problems.push(`${place}.${name}: there is no such member.`);
    }
  }
  const minor = toMinor(entry.unit_price);
  if (minor === null) {
    problems.push(`${place}.unit_price: must be 0 or more, with at most two decimals.`);
  }
  const { valid_from: from, valid_until: until = null } = entry;
  if (!isDate(from)) problems.push(`${place}.valid_from: must be a date like 2026-01-31.`);
  if (until !== null && !isDate(until)) {
    problems.push(`${place}.valid_until: must be a date like 2026-01-31, or null.`);
  } else if (typeof until === "string" && isDate(from) && until <= from) {
    problems.push(`${place}.valid_until: must be after valid_from.`);
  }
  if (problems.length > before || minor === null) return null;
  return {
    unitPriceMinor: minor,
    status: "operator",
    validFrom: from as string,
    validUntil: until as string | null,
  };
}

function readOverage(value: unknown, extending: boolean, problems: string[]): readonly Price[] {
  if (value === undefined && extending) return shippedPriceBook.storageOverage;
  const minor = toMinor(value);
  if (minor === null) {
    problems.push("storage_overage_per_gb_month: must be 0 or more, with at most two decimals.");
    return [];
  }
  return [{ unitPriceMinor: minor, status: "operator", validFrom: "0001-01-01", validUntil: null }];
}

/** Prices of a type follow each other without overlap, and the last has no end. */
function checkRun(type: string, prices: Price[], problems: string[]): void {
  prices.sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  for (const [index, price] of prices.entries()) {
    const next = prices[index + 1];
    if (next !== undefined && (price.validUntil === null || price.validUntil > next.validFrom)) {
      problems.push(`prices: ${type} has two prices on ${next.validFrom}.`);
    } else if (next !== undefined && price.validUntil !== next.validFrom) {
      problems.push(`prices: ${type} has no price from ${price.validUntil} to ${next.validFrom}.`);
    }
  }
  if (prices.at(-1)?.validUntil !== null) {
    problems.push(`prices: ${type} has no price after ${prices.at(-1)?.validUntil}.`);
  }
}

function toMinor(value: unknown): number | null {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return null;
  const minor = Math.round(value * 100);
  return minor / 100 === value && minor <= MAX_PRICE_MINOR ? minor : null;
}

function isDate(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const instant = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
