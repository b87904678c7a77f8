/** Amounts: the wire has major units with two decimals, the store integers of minor units. */

export function toMinor(major: number): number {
  return Math.round(major * 100);
}

export function toMajor(minor: number): number {
  return minor / 100;
}

/** A sum or a share of major units, to the cent. */
export function roundMajor(amount: number): number {
  return Math.round(amount * 100) / 100;
}
