/** The model's own money: BigInt of minor units, and exact fractions of them. */

/** amount x numerator / denominator, rounded half away from zero. */
export function share(amount: bigint, numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new Error("a fraction needs a positive denominator");
  const product = amount * numerator;
  const size = product < 0n ? -product : product;
  const rounded = (2n * size + denominator) / (2n * denominator);
  return product < 0n ? -rounded : rounded;
}

/**
 * What days `from` to `to` of a period of `days` cost: the difference of what has accrued until each,
 * so that the cuts of a period always add up to its whole charge.
 */
export function partOf(full: bigint, days: number, from: number, to: number): bigint {
  const accrued = (day: number) => share(full, BigInt(day), BigInt(days));
  return accrued(to) - accrued(from);
}

/** As the wire writes it: a number of major units. */
export function majorOf(minor: bigint): number {
  return Number(minor) / 100;
}

export function minorOf(major: number): bigint {
  return BigInt(Math.round(major * 100));
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
