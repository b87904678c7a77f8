/**
 * Charges in arrears (billing rules, "Charges" and "Recording"): storage above free and plan, per started
 * GB and month, and use beyond a commitment. They fall on the account's monthly dates, which follow the
 * anchor of the base plan.
 */
import { assert } from "./assert.js";
import { storageOverageOn } from "./books.js";
import { daysBetween } from "./civil-date.js";
import { chargeLine } from "./derivation.js";
import type { Draft } from "./draft.js";
import { isRunning, runningBase } from "./items.js";
import { multiply, sum } from "./money.js";
import { lastMonthlyDate, nextMonthlyDate } from "./period.js";
import { factsOf } from "./plan-facts.js";
import { chargeBetween, chargeUpTo } from "./proration.js";
import type {
  AccountState,
  AccountUsage,
  CivilDate,
  Derivation,
  Minor,
  SubscriptionItem,
} from "./state.js";

/** Free cloud storage of an account: 1 GB for each base host, at least 3 GB. */
export const FREE_GB_PER_HOST = 1;
export const MIN_FREE_GB = 3;

/** Free and bought cloud storage of an account, in whole GB. */
export interface IncludedStorage {
  readonly freeGb: number;
  readonly planGb: number;
}

/** Storage that a running base plan gives, and that of the recording plans held. */
export function includedStorage(
  items: readonly SubscriptionItem[],
  base: SubscriptionItem,
): IncludedStorage {
  let planGb = 0;
  for (const item of items) {
    if (isRunning(item)) planGb += factsOf(item.planType).storageGb * item.hosts;
  }
  return { freeGb: Math.max(MIN_FREE_GB, base.hosts * FREE_GB_PER_HOST), planGb };
}

/** Started GB above what is included. */
export function overageGb(usedGb: number, included: IncludedStorage): number {
  assert(Number.isFinite(usedGb) && usedGb >= 0, `storage ${usedGb}`);
  // The included GB are whole: rounding up first keeps 4.3 - 0.3 from becoming 4.000000001.
  return Math.max(0, Math.ceil(usedGb) - included.freeGb - included.planGb);
}

/** Whether the next monthly date has use to charge. A trial has no usage. */
export function hasChargeableUsage(
  state: Pick<AccountState, "usage" | "items">,
  base: SubscriptionItem,
): boolean {
  if (base.isTrial) return false;
  for (const planType in state.usage.usageChargesMinor) {
    if ((state.usage.usageChargesMinor[planType] ?? 0) > 0) return true;
  }
  const peak = state.usage.recordingPeakGb;
  return peak > MIN_FREE_GB && overageGb(peak, includedStorage(state.items, base)) > 0;
}

/**
 * Charges use for every month that ended on or before `date`, as things stood until then, and moves
 * `usageChargedThrough` on. Call before anything of `date` itself changes.
 */
export function settleUsage(draft: Draft, date: CivilDate): void {
  const base = runningBase(draft.items);
  if (base === null || draft.usageChargedThrough === null) return;
  while (hasChargeableUsage(draft, base)) {
    const to = nextMonthlyDate(base.anchorDay, draft.usageChargedThrough);
    if (to > date) return;
    chargeUsage(draft, base, draft.usageChargedThrough, to);
  }
  const last = lastMonthlyDate(base.anchorDay, date);
  if (last > draft.usageChargedThrough) startUsage(draft, last);
}

/**
 * Charges use up to `date`, within a month if need be, because what is included, or the account's monthly
 * dates, change on it. Parts of a month cost their days and add up to the month.
 */
export function closeUsage(draft: Draft, date: CivilDate): void {
  settleUsage(draft, date);
  const base = runningBase(draft.items);
  if (base === null || draft.usageChargedThrough === null) return;
  if (draft.usageChargedThrough < date) chargeUsage(draft, base, draft.usageChargedThrough, date);
}

/** From `date` on, use is measured afresh. */
export function startUsage(draft: Draft, date: CivilDate): void {
  const { hosts, recordingGb } = draft.usage;
  draft.usage = { hosts, recordingGb, recordingPeakGb: recordingGb, usageChargesMinor: {} };
  draft.usageChargedThrough = date;
}

/** Days [from, to) of the usage month [start, end). */
interface UsageDays {
  readonly start: CivilDate;
  readonly end: CivilDate;
  readonly from: CivilDate;
  readonly to: CivilDate;
}

function chargeUsage(draft: Draft, base: SubscriptionItem, from: CivilDate, to: CivilDate): void {
  const days: UsageDays = {
    start: lastMonthlyDate(base.anchorDay, from),
    end: nextMonthlyDate(base.anchorDay, from),
    from,
    to,
  };
  assert(to <= days.end, `use from ${from} to ${to} is longer than a month`);
  chargeStorage(draft, base, days);
  for (const planType of Object.keys(draft.usage.usageChargesMinor).toSorted()) {
    chargeCommitment(draft, base, days, planType);
  }
  startUsage(draft, to);
}

function chargeStorage(draft: Draft, base: SubscriptionItem, days: UsageDays): void {
  const included = includedStorage(draft.items, base);
  const usedGb = draft.usage.recordingPeakGb;
  const quantity = overageGb(usedGb, included);
  if (quantity === 0) return;
  const unitPriceMinor = storageOverageOn(draft.books, days.from);
  const derivation = derivationOf(draft, days, {
    rule: "usage_storage",
    planType: base.planType,
    unitPriceMinor,
    quantity,
    unit: "GB",
    fullAmountMinor: multiply(unitPriceMinor, quantity),
    inputs: { used_gb: usedGb, free_gb: included.freeGb, plan_gb: included.planGb },
  });
  draft.charge(usageLine(draft, base, "usage:recording", "Cloud Recording Overage", derivation));
}

function chargeCommitment(
  draft: Draft,
  base: SubscriptionItem,
  days: UsageDays,
  planType: string,
): void {
  const charges = draft.usage.usageChargesMinor[planType] ?? 0;
  const item = draft.items.find((one) => one.planType === planType) ?? base;
  const commitment = item.planType === planType ? commitmentFor(item, days) : 0;
  if (charges <= commitment) return;
  const excess = charges - commitment;
  const periodDays = daysBetween(days.from, days.to);
  const derivation: Derivation = {
    ...derivationOf(draft, days, {
      rule: "usage_commitment",
      planType,
      unitPriceMinor: excess,
      quantity: 1,
      unit: "plan",
      fullAmountMinor: excess,
      inputs: { charges_minor: charges, commitment_minor: commitment },
    }),
    // The excess is that of the days charged already: nothing more is cut from it.
    periodStart: days.from,
    periodEnd: days.to,
    periodDays,
    fromDay: 0,
    toDay: periodDays,
  };
  const name = `${factsOf(planType).name} Usage`;
  draft.charge(usageLine(draft, item, `usage:${planType}`, name, derivation));
}

/** What the item's price commits to for those days; a prepay of many months counts month by month. */
function commitmentFor(item: SubscriptionItem, { start, end, from, to }: UsageDays): Minor {
  if (item.intervalMonths === 0) return 0;
  const full = multiply(item.unitPriceMinor, item.hosts);
  const ofMonth = chargeUpTo(full, item.intervalMonths, 1);
  return chargeBetween(
    ofMonth,
    daysBetween(start, end),
    daysBetween(start, from),
    daysBetween(start, to),
  );
}

type UsageFacts = Pick<
  Derivation,
  "rule" | "planType" | "unitPriceMinor" | "quantity" | "unit" | "fullAmountMinor" | "inputs"
>;

function derivationOf(draft: Draft, days: UsageDays, facts: UsageFacts): Derivation {
  const { start, end, from, to } = days;
  return {
    ...facts,
    cause: "usage",
    currency: draft.account.currency,
    periodStart: start,
    periodEnd: end,
    periodDays: daysBetween(start, end),
    fromDay: daysBetween(start, from),
    toDay: daysBetween(start, to),
    rounding: "half away from zero",
  };
}

function usageLine(
  draft: Draft,
  item: SubscriptionItem,
  reason: string,
  chargeName: string,
  derivation: Derivation,
) {
  const { taxRatePpm } = draft.account;
  const { number: itemNumber, family } = item;
  return chargeLine(
    { itemNumber, family, chargeName, chargeType: "Usage", reason, taxRatePpm },
    derivation,
  );
}

/** Adds what was used of one type to that of another, when an item changes its type. */
export function carryUsage(usage: AccountUsage, fromType: string, toType: string): AccountUsage {
  return {
    ...usage,
    hosts: moveKey(usage.hosts, fromType, toType),
    usageChargesMinor: moveKey(usage.usageChargesMinor, fromType, toType),
  };
}

function moveKey(
  values: Readonly<Record<string, number>>,
  fromKey: string,
  toKey: string,
): Readonly<Record<string, number>> {
  const moved = values[fromKey];
  if (moved === undefined || fromKey === toKey) return values;
  const { [fromKey]: _moved, ...rest } = values;
  return { ...rest, [toKey]: sum([rest[toKey] ?? 0, moved]) };
}

/** Forgets the licences in use of a type that is over. */
export function dropHosts(usage: AccountUsage, planType: string): AccountUsage {
  if (usage.hosts[planType] === undefined) return usage;
  const { [planType]: _gone, ...hosts } = usage.hosts;
  return { ...usage, hosts };
}
