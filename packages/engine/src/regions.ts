export const STATE_COUNTRIES: ReadonlySet<string> = new Set(["US", "CA"]);
export function isKnownCountry(country: string): boolean {
  return country.length === 2;
}
export function isKnownState(state: string): boolean {
  return state.length === 2;
}
