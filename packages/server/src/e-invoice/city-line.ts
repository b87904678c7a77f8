/** The line of an address that names the city, as letters to its country write it. */

export interface CityLine {
  readonly city?: string | null;
  readonly state?: string | null;
  readonly zip?: string | null;
  readonly country?: string | null;
}

/** "Seattle, WA 98101" where states are part of an address, "50667 Köln" elsewhere. */
export function cityLine({ city, state, zip, country }: CityLine): string {
  const join = (separator: string, ...parts: (string | null | undefined)[]) =>
    parts.filter(Boolean).join(separator);
  const hasStates = country === "US" || country === "CA";
  return hasStates ? join(", ", city, join(" ", state, zip)) : join(" ", zip, city);
}
