/** A derivation as a sentence, for the preview, the console and whoever asks why a line is what it is. */
import { addDays, dayOfMonth, monthOf, yearOf } from "./civil-date.js";
import { amountOf } from "./derivation.js";
import { formatMinor } from "./money.js";
import type { CivilDate, Derivation } from "./state.js";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/**
 * One sentence, e.g. "12 hosts from 11 March to 31 March 2026, 21 of 31 days of 12 x 14.99 USD: 121.86
 * USD." Dates are inclusive, as on the wire.
 */
export function explain(derivation: Derivation): string {
  const amount = money(amountOf(derivation), derivation);
  switch (derivation.rule) {
    case "full_period":
      return `${counted(derivation)} ${days(derivation)}, a full period of ${price(derivation)}: ${amount}.`;
    case "part_period":
      return `${counted(derivation)} ${days(derivation)}, ${share(derivation)}: ${amount}.`;
    case "added_hosts":
      return `${counted(derivation)} added, ${days(derivation)}, ${share(derivation)}: ${amount}.`;
    case "unused_credit":
      return (
        `Unused part of ${derivation.planType}, ${counted(derivation)} ${days(derivation)}, ` +
        `${share(derivation)}${inBlocks(derivation)}: ${amount}.`
      );
    case "usage_storage":
      return explainStorage(derivation, amount);
    case "usage_commitment":
      return explainCommitment(derivation, amount);
  }
}

/** "11 March to 31 March 2026", both inclusive; years apart are both named. */
export function dateRange(first: CivilDate, last: CivilDate): string {
  const sameYear = yearOf(first) === yearOf(last);
  return `${sentenceDate(first, !sameYear)} to ${sentenceDate(last, true)}`;
}

/** "31 March 2026". */
export function sentenceDate(date: CivilDate, withYear = true): string {
  const month = MONTHS[monthOf(date) - 1] ?? "";
  return `${dayOfMonth(date)} ${month}${withYear ? ` ${yearOf(date)}` : ""}`;
}

function explainStorage(derivation: Derivation, amount: string): string {
  const { used_gb, free_gb, plan_gb } = derivation.inputs ?? {};
  return (
    `${used_gb} GB of recordings used at most, ${free_gb} GB free and ${plan_gb} GB in the plan: ` +
    `${derivation.quantity} GB more ${days(derivation)}, ${share(derivation)}: ${amount}.`
  );
}

function explainCommitment(derivation: Derivation, amount: string): string {
  const { charges_minor, commitment_minor } = derivation.inputs ?? {};
  const used = money(Number(charges_minor), derivation);
  const committed = money(Number(commitment_minor), derivation);
  const what = `Use of ${derivation.planType} ${days(derivation)}`;
  return `${what}, ${used} less the commitment of ${committed}: ${amount}.`;
}

function counted(derivation: Derivation): string {
  const { quantity, unit } = derivation;
  if (unit === "GB") return `${quantity} GB`;
  return `${quantity} ${unit}${quantity === 1 ? "" : "s"}`;
}

function days(derivation: Derivation): string {
  const first = addDays(derivation.periodStart, derivation.fromDay);
  const last = addDays(derivation.periodStart, derivation.toDay - 1);
  return `from ${dateRange(first, last)}`;
}

function share(derivation: Derivation): string {
  const part = derivation.toDay - derivation.fromDay;
  return `${part} of ${derivation.periodDays} days of ${price(derivation)}`;
}

function price(derivation: Derivation): string {
  const unit = money(derivation.unitPriceMinor, derivation);
  return derivation.quantity === 1 ? unit : `${derivation.quantity} x ${unit}`;
}

function inBlocks(derivation: Derivation): string {
  const blocks = derivation.hostBlocks;
  if (blocks === undefined || blocks.length < 2) return "";
  return `, as charged for ${blocks.join(" + ")} hosts`;
}

function money(amountMinor: number, derivation: Derivation): string {
  return `${formatMinor(amountMinor)} ${derivation.currency}`;
}
