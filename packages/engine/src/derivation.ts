/** The arithmetic of a derivation: the amount of a line is computed from it and from nothing else. */
import { assert } from "./assert.js";
import { addDays, daysBetween } from "./civil-date.js";
import { multiply, taxOn } from "./money.js";
import { chargeBetween } from "./proration.js";
import type { ChargeLine, Derivation, Minor } from "./state.js";

/** The net amount that a derivation says, in minor units. Anyone can repeat it, years later. */
export function amountOf(derivation: Derivation): Minor {
  const { fullAmountMinor, periodDays, fromDay, toDay, hostBlocks, unitPriceMinor } = derivation;
  let amount = 0;
  if (hostBlocks === undefined) {
    amount = chargeBetween(fullAmountMinor, periodDays, fromDay, toDay);
  } else {
    for (const hosts of hostBlocks) {
      amount += chargeBetween(multiply(unitPriceMinor, hosts), periodDays, fromDay, toDay);
    }
  }
  if (amount === 0) return 0;
  return derivation.rule === "unused_credit" ? -amount : amount;
}

/** What a line is about, besides its derivation. */
export interface LineSubject {
  readonly itemNumber: number;
  readonly family: string;
  readonly chargeName: string;
  readonly chargeType: ChargeLine["chargeType"];
  readonly reason: string;
  readonly taxRatePpm: number;
}

/** The line of a derivation: its days, its amount and its tax all follow from it. */
export function chargeLine(subject: LineSubject, derivation: Derivation): ChargeLine {
  assert(derivation.quantity > 0, `quantity ${derivation.quantity}`);
  assert(
    daysBetween(derivation.periodStart, derivation.periodEnd) === derivation.periodDays,
    "days of the period",
  );
  const amountMinor = amountOf(derivation);
  return {
    itemNumber: subject.itemNumber,
    family: subject.family,
    planType: derivation.planType,
    chargeName: subject.chargeName,
    chargeType: subject.chargeType,
    reason: subject.reason,
    quantity: derivation.quantity,
    unitPriceMinor: derivation.unitPriceMinor,
    startDate: dayOfPeriod(derivation, derivation.fromDay),
    endDate: dayOfPeriod(derivation, derivation.toDay),
    amountMinor,
    taxMinor: taxOn(amountMinor, subject.taxRatePpm),
    taxRatePpm: subject.taxRatePpm,
    derivation,
  };
}

function dayOfPeriod(derivation: Derivation, day: number): string {
  if (day === 0) return derivation.periodStart;
  if (day === derivation.periodDays) return derivation.periodEnd;
  return addDays(derivation.periodStart, day);
}
