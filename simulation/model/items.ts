/** Making items, and the first charge of each. */
import { findFamily, findPlan, type Plan } from "@paymaster/contract";
import type { Day } from "./calendar.js";
import { type Charge, chargeOf } from "./invoicing.js";
import { anchoredAt, endOfPeriod, fullCharge, nextMonthlyDate, restOfPeriod } from "./periods.js";
import type { Item } from "./state.js";
import type { World } from "./world.js";

/** Longest trial, in days. */
const TRIAL_DAYS = 30;

export function planOf(type: string): Plan {
  const plan = findPlan(type);
  if (plan === undefined) throw new Error(`the model asks for an unknown plan ${type}`);
  return plan;
}

export interface NewItem {
  readonly number: number;
  readonly family: string;
  readonly base: boolean;
  readonly type: string;
  readonly hosts: number;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** An item that starts today, with periods of its own or in step with the base plan's. */
export function startItem(world: World, wish: NewItem, base: Item | null): Item {
  const plan = planOf(wish.type);
  const { today } = world;
  const months = plan.intervalMonths;
  const trial = plan.interval === "trial";
  const own = {
    ...anchoredAt(today),
    periodStart: today,
    periodEnd: firstEnd(today, months, trial),
  };
  const { anchorMonth, anchorDay, periodStart, periodEnd } =
    base === null || trial ? own : besideBase(base, own, months, today);
  return {
    number: wish.number,
    family: wish.family,
    base: wish.base,
    type: wish.type,
    hosts: wish.hosts,
    blocks: [wish.hosts],
    unitPrice: world.books.price(wish.type, today),
    months,
    trial,
    start: today,
    anchorMonth,
    anchorDay,
    periodStart,
    periodEnd,
    status: "active",
    pending: null,
    options: wish.options ?? {},
  };
}

type Periods = Pick<Item, "anchorMonth" | "anchorDay" | "periodStart" | "periodEnd">;

/** In step with the base plan: the same periods, or, for what is billed by use, its monthly dates. */
function besideBase(base: Item, own: Periods, months: number, today: Day): Periods {
  if (months === 0) {
    const { anchorMonth, anchorDay } = base;
    return { anchorMonth, anchorDay, periodStart: today, periodEnd: nextMonthlyDate(base, today) };
  }
  return base.months === months ? base : own;
}

/** Items that are over leave sight when their type, or in a family of one any type, is bought again. */
export function superseded(items: readonly Item[], by: Item): Item[] {
  const { many } = findFamily(by.family);
  return items.map((item) => {
    const isOver = item.status === "expired" && item.base === by.base && item.family === by.family;
    return isOver && (!many || item.type === by.type) ? { ...item, status: "replaced" } : item;
  });
}

export function firstEnd(today: Day, months: number, trial: boolean): Day {
  if (trial) return today + TRIAL_DAYS;
  if (months === 0) return endOfPeriod(today, 1, anchoredAt(today).anchorDay);
  return endOfPeriod(today, months, anchoredAt(today).anchorDay);
}

/** What so many hosts of the item cost from `day` to the end of its period. */
export function recurring(item: Item, hosts: number, day: Day): Charge[] {
  if (item.months === 0 || item.trial) return [];
  return [
    chargeOf(item, {
      quantity: hosts,
      start: day,
      end: item.periodEnd,
      amount: restOfPeriod(item, hosts, day),
    }),
  ];
}

/** A whole period. */
export function wholePeriod(item: Item): Charge[] {
  if (item.months === 0 || item.trial) return [];
  return [
    chargeOf(item, {
      quantity: item.hosts,
      start: item.periodStart,
      end: item.periodEnd,
      amount: fullCharge(item.unitPrice, item.hosts),
    }),
  ];
}
