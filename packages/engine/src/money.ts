/**
 * Money as integers of minor units (hundredths of the currency unit). The largest amount is chosen so
 * that its major-unit JSON number is exact: fifteen significant digits survive a double both ways.
 */
import { assert } from "./assert.js";
import type { Minor } from "./state.js";

/** Largest amount in minor units: 9,999,999,999,999.99 in major units. */
export const MAX_MINOR: Minor = 999_999_999_999_999;

/** Whether `value` is an amount: an integer within plus or minus `MAX_MINOR`. */
export function isMinor(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= MAX_MINOR;
}

export function assertMinor(value: number, what: string): void {
  assert(isMinor(value), `${what} is not an amount: ${value}`);
}

/**
 * `amount x numerator / denominator`, rounded half away from zero. Exact: where the product leaves the
 * safe integers it is computed with BigInt. `numerator` may be negative, `denominator` is positive.
 */
export function multiplyDivide(amount: Minor, numerator: number, denominator: number): Minor {
  assert(Number.isSafeInteger(numerator), `numerator ${numerator}`);
  assert(Number.isSafeInteger(denominator) && denominator > 0, `denominator ${denominator}`);
  assertMinor(amount, "amount");
  const product = amount * numerator;
  const result = Number.isSafeInteger(product)
    ? divideSafe(product, denominator)
    : divideBig(BigInt(amount) * BigInt(numerator), BigInt(denominator));
  assertMinor(result, "result");
  return result;
}

/** `unit price x quantity`, refusing to leave the range of amounts. */
export function multiply(unitPriceMinor: Minor, quantity: number): Minor {
  assert(Number.isSafeInteger(quantity), `quantity ${quantity}`);
  const product = unitPriceMinor * quantity;
  assertMinor(product, `${unitPriceMinor} x ${quantity}`);
  return product;
}

/** Sum of amounts, refusing to leave the range of amounts. */
export function sum(amounts: Iterable<Minor>): Minor {
  let total = 0;
  for (const amount of amounts) {
    total += amount;
    assertMinor(total, "sum");
  }
  return total;
}

/** Tax on a net amount at a rate in parts per million, rounded half away from zero. */
export function taxOn(netMinor: Minor, taxRatePpm: number): Minor {
  assert(Number.isInteger(taxRatePpm) && taxRatePpm >= 0, `tax rate ${taxRatePpm}`);
  return taxRatePpm === 0 ? 0 : multiplyDivide(netMinor, taxRatePpm, 1_000_000);
}

/** The JSON number of an amount in major units; it prints with at most two decimals. */
export function minorToMajor(amount: Minor): number {
  assertMinor(amount, "amount");
  return amount === 0 ? 0 : amount / 100;
}

/**
 * The amount that a JSON number in major units states, or null when it has more than two decimals or is
 * out of range. Nothing is rounded: 1.005 is refused, not made 1.01.
 */
export function majorToMinor(value: number): Minor | null {
  if (!Number.isFinite(value)) return null;
  const amount = Math.round(value * 100);
  if (!isMinor(amount)) return null;
  return amount / 100 === value ? amount + 0 : null;
}

/** Fixed two decimals, for sentences: `-1234.50`. */
export function formatMinor(amount: Minor): string {
  assertMinor(amount, "amount");
  const digits = String(Math.abs(amount)).padStart(3, "0");
  return `${amount < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function divideSafe(product: number, denominator: number): number {
  const magnitude = Math.abs(product);
  const remainder = magnitude % denominator;
  const quotient = (magnitude - remainder) / denominator;
  const rounded = remainder >= denominator - remainder ? quotient + 1 : quotient;
  if (rounded === 0) return 0; // never -0
  return product < 0 ? -rounded : rounded;
}

function divideBig(product: bigint, denominator: bigint): number {
  const magnitude = product < 0n ? -product : product;
  const remainder = magnitude % denominator;
  const quotient = magnitude / denominator;
  const rounded = remainder * 2n >= denominator ? quotient + 1n : quotient;
  return Number(product < 0n ? -rounded : rounded);
}
