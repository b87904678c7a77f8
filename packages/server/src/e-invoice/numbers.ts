/** Numbers and dates as both syntaxes write them. */
import type { CivilDate } from "@paymaster/engine";

/** Parts per million as a percentage without superfluous zeros: 88750 is `8.875`. */
export function percent(ppm: number): string {
  const whole = Math.floor(ppm / 10_000);
  const rest = String(ppm % 10_000)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return rest === "" ? String(whole) : `${whole}.${rest}`;
}

/** `20260331`: format 102 of UNTDID 2379. */
export function compactDate(date: CivilDate): string {
  return date.replaceAll("-", "");
}
