/** The four kinds of recurring charge: whole period, part of a period, added hosts, unused part. */
import { assert } from "./assert.js";
import { daysBetween } from "./civil-date.js";
import { chargeLine } from "./derivation.js";
import { multiply } from "./money.js";
import { factsOf } from "./plan-facts.js";
import type {
  BillingAccount,
  ChargeLine,
  CivilDate,
  Derivation,
  SubscriptionItem,
} from "./state.js";

type Cause = Derivation["cause"];
type Payer = Pick<BillingAccount, "currency" | "taxRatePpm">;

/** All hosts of the item from `from` to the end of its period; reason `recurring`. */
export function recurringLine(
  item: SubscriptionItem,
  from: CivilDate,
  cause: Cause,
  payer: Payer,
): ChargeLine {
  assert(item.hostBlocks.length === 1, "a period starts with one block of hosts");
  const rule = from === item.periodStart ? "full_period" : "part_period";
  return line(item, "recurring", payer, derivationOf(item, item.hosts, from, rule, cause, payer));
}

/**
 * The last `added` hosts of the item, as their own full charge over the period's remaining days. Hosts
 * only grow within a period, so the ordinals in the reason name a charge that can be made only once.
 */
export function addedHostsLine(
  item: SubscriptionItem,
  added: number,
  from: CivilDate,
  cause: Cause,
  payer: Payer,
): ChargeLine {
  assert(added > 0 && added < item.hosts, `${added} hosts added of ${item.hosts}`);
  const reason = `added_hosts:${item.hosts - added + 1}-${item.hosts}`;
  const derivation = derivationOf(item, added, from, "added_hosts", cause, payer);
  const inputs = { hosts_before: item.hosts - added, hosts_after: item.hosts };
  return line(item, reason, payer, { ...derivation, inputs });
}

/** What was charged for the days from `from` on, block by block, as a negative line; reason `unused`. */
export function unusedLine(item: SubscriptionItem, from: CivilDate, payer: Payer): ChargeLine {
  const derivation = derivationOf(item, item.hosts, from, "unused_credit", "change", payer);
  return line(item, "unused", payer, { ...derivation, hostBlocks: item.hostBlocks });
}

function derivationOf(
  item: SubscriptionItem,
  quantity: number,
  from: CivilDate,
  rule: Derivation["rule"],
  cause: Cause,
  payer: Payer,
): Derivation {
  const periodDays = daysBetween(item.periodStart, item.periodEnd);
  return {
    rule,
    cause,
    planType: item.planType,
    unitPriceMinor: item.unitPriceMinor,
    quantity,
    currency: payer.currency,
    unit: factsOf(item.planType).unit,
    periodStart: item.periodStart,
    periodEnd: item.periodEnd,
    periodDays,
    fullAmountMinor: multiply(item.unitPriceMinor, quantity),
    fromDay: from === item.periodStart ? 0 : daysBetween(item.periodStart, from),
    toDay: periodDays,
    rounding: "half away from zero",
  };
}

function line(
  item: SubscriptionItem,
  reason: string,
  payer: Payer,
  derivation: Derivation,
): ChargeLine {
  assert(item.intervalMonths > 0, "use is not charged in advance");
  const subject = {
    itemNumber: item.number,
    family: item.family,
    chargeName: factsOf(item.planType).name,
    chargeType: "Recurring" as const,
    reason,
    taxRatePpm: payer.taxRatePpm,
  };
  return chargeLine(subject, derivation);
}
