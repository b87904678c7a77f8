/** Numbers and dates as an en-US invoice prints them, written out here so that no ICU version matters. */
import type { CivilDate, Minor } from "@paymaster/engine";

/** U+2212; `fonts.ts` says how it is copied out of the PDF. */
export const MINUS = "\u2212";
const NO_BREAK_SPACE = "\u00a0";

/** Currencies whose symbol stands for them alone in en-US; all others are named by their code. */
const SYMBOLS: Readonly<Record<string, string>> = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** An integer with thousands separators: `1,234`, `−12`. */
export function formatInteger(value: number): string {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ",");
  return value < 0 ? `${MINUS}${digits}` : digits;
}

/** Minor units without a currency: `1,999.00`, `−0.05`. */
export function formatAmount(minor: Minor): string {
  const magnitude = Math.abs(minor);
  const major = formatInteger(Math.floor(magnitude / 100));
  const hundredths = String(magnitude % 100).padStart(2, "0");
  return `${minor < 0 ? MINUS : ""}${major}.${hundredths}`;
}

/** Minor units with the currency: `$1,999.00`, `−$5.00`, `CHF 1,999.00`. */
export function formatMoney(minor: Minor, currency: string): string {
  const symbol = SYMBOLS[currency];
  const sign = minor < 0 ? MINUS : "";
  const amount = formatAmount(Math.abs(minor));
  return symbol ? `${sign}${symbol}${amount}` : `${sign}${currency}${NO_BREAK_SPACE}${amount}`;
}

/** `2026-03-31` as `31 Mar 2026`: no one reads it as another day. */
export function formatDate(date: CivilDate): string {
  const [year = "", month = "", day = ""] = date.split("-");
  return [Number(day), MONTHS[Number(month) - 1], year].join(NO_BREAK_SPACE);
}

/** Parts per million as a percentage without superfluous zeros: 88750 is `8.875%`, 200000 `20%`. */
export function formatRate(ppm: number): string {
  const whole = Math.floor(ppm / 10_000);
  const rest = String(ppm % 10_000)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return rest === "" ? `${whole}%` : `${whole}.${rest}%`;
}
