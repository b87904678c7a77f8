/** What happens by itself: renewals, pending changes, expiry, trials' ends. */
import type { Day } from "./calendar.js";
import { monthOf } from "./calendar.js";
import type { Charge } from "./invoicing.js";
import { planOf, wholePeriod } from "./items.js";
import { endOfPeriod } from "./periods.js";
import { type Account, type Item, isRunning } from "./state.js";
import { chargeUsage, settleUsage, usageDue, usageEnded, usageMoved } from "./usage.js";
import type { World } from "./world.js";

/** First day on which something is due in the account; null: never. */
export function nextDue(account: Account): Day | null {
  let next: Day | null = null;
  for (const item of account.items) {
    if (!isRunning(item)) continue;
    if (next === null || item.periodEnd < next) next = item.periodEnd;
  }
  const charged = usageDue(account);
  if (charged !== null && (next === null || charged < next)) next = charged;
  return next;
}

/** Everything that is due in the account on `day` itself. */
export function fallDue(
  world: World,
  account: Account,
  day: Day,
): { account: Account; charges: Charge[] } {
  const used = chargeUsage(world, account, day);
  let { usage } = used;
  const charges: Charge[] = [...used.charges];
  let { nextItem } = account;
  let baseEnded = false;
  const items: Item[] = [];
  // The base plan first: add-ons end with it.
  const ordered = [...account.items].sort((a, b) => Number(b.base) - Number(a.base));
  for (const [index, item] of ordered.entries()) {
    if (!isRunning(item) || (item.periodEnd > day && !(baseEnded && !item.base))) {
      items.push(item);
      continue;
    }
    if (!baseEnded && givesUpStorage(account, item)) {
      const current = { ...account, items: [...items, ...ordered.slice(index)], usage };
      const settled = settleUsage(world, current, day);
      charges.push(...settled.charges);
      usage = settled.usage;
    }
    const ends = item.status === "cancel" || !account.autoRenew || item.trial || baseEnded;
    if (ends) {
      items.push({ ...item, status: "expired", pending: null });
      usage = usageEnded(usage, item.type);
      baseEnded ||= item.base;
      continue;
    }
    const renewed = renew(world, item, nextItem, day);
    if (renewed.length > 1) nextItem += 1;
    items.push(...renewed);
    const running = renewed.at(-1);
    if (running === undefined) continue;
    charges.push(...wholePeriod(running));
    if (running.type !== item.type) usage = usageMoved(usage, item.type, running.type);
  }
  return { account: { ...account, items, nextItem, usage }, charges };
}

/** Whether a recording plan ends now, or becomes another. */
function givesUpStorage(account: Account, item: Item): boolean {
  if (item.base || planOf(item.type).storageGb === 0) return false;
  const ends = item.status === "cancel" || !account.autoRenew;
  return ends || (item.pending !== null && item.pending.type !== item.type);
}

/** The item in its next period, or the item as it was and what it becomes. */
function renew(world: World, item: Item, nextItem: number, day: Day): Item[] {
  const { pending } = item;
  const type = pending?.type ?? item.type;
  const hosts = pending?.hosts ?? item.hosts;
  const { intervalMonths } = planOf(type);
  const months = intervalMonths === 0 ? 1 : intervalMonths;
  const next: Item = {
    ...item,
    type,
    hosts,
    blocks: [hosts],
    unitPrice: world.books.price(type, day),
    months: intervalMonths,
    periodStart: day,
    periodEnd: endOfPeriod(day, months, item.anchorDay),
    pending: null,
  };
  if (type === item.type) return [next];
  return [
    { ...item, status: "replaced", pending: null },
    {
      ...next,
      number: nextItem,
      trial: planOf(type).interval === "trial",
      start: day,
      anchorMonth: monthOf(day),
    },
  ];
}
