/** Use: licences and storage as reported, and what is charged for it on the next monthly date. */
import { storageOf } from "./answers.js";
import type { Day } from "./calendar.js";
import { type Charge, chargeOf } from "./invoicing.js";
import { planOf } from "./items.js";
import { partOf, share } from "./money.js";
import { nextMonthlyDate, previousMonthlyDate } from "./periods.js";
import { operatorRefusal, operatorReply, type Reply } from "./reply.js";
import { settleDue } from "./runs.js";
import { type Account, type Item, isRunning, planState, runningBase, type Usage } from "./state.js";
import type { World } from "./world.js";

export interface UsageReport {
  readonly hosts?: Readonly<Record<string, number>>;
  readonly storageGb?: number;
  readonly charges?: Readonly<Record<string, bigint>>;
}

/** What is absent stays; charges add up; the highest storage of the month counts. */
export function report(
  world: World,
  id: string,
  { hosts, storageGb, charges }: UsageReport,
): Reply {
  if (hosts === undefined && storageGb === undefined && charges === undefined) {
    return operatorRefusal("bad");
  }
  const account = world.find(id);
  if (account === undefined || account.disassociated) return operatorRefusal("unknown");
  settleDue(world, id);
  const usage = usageSince(world.get(id), world.today);
  const added: Record<string, bigint> = { ...usage.charges };
  for (const [type, amount] of Object.entries(charges ?? {})) {
    added[type] = (added[type] ?? 0n) + amount;
  }
  const storage = storageGb ?? usage.storageGb;
  const after: Usage = {
    ...usage,
    hosts: { ...usage.hosts, ...hosts },
    storageGb: storage,
    peakGb: Math.max(usage.peakGb, storage),
    charges: added,
  };
  world.change(id, { usage: after });
  return operatorReply(200, { hosts: after.hosts, recording_gb: storage });
}

/** The next monthly date, if as things stand something is charged on it; null: nothing. */
export function usageDue(account: Account): Day | null {
  const base = runningBase(account);
  if (base === undefined || planState(account) !== "paid") return null;
  const { usage } = account;
  const isUsed = Object.values(usage.charges).some((amount) => amount > 0n);
  const charged = isUsed || excessOf(account, usage.peakGb) > 0;
  return charged ? nextMonthlyDate(base, usage.through) : null;
}

/** Started GB above what is included. */
function excessOf(account: Account, gb: number): number {
  const { free, plan } = storageOf(account.items.filter(isRunning));
  return Math.max(0, Math.ceil(gb) - free - plan);
}

/** Use since the last monthly date up to `day`: months without any charge pass over silently. */
export function usageSince(account: Account, day: Day): Usage {
  const base = runningBase(account);
  const { usage } = account;
  if (base === undefined || base.trial) return usage;
  let { through } = usage;
  for (let next = nextMonthlyDate(base, through); next <= day; ) {
    through = next;
    next = nextMonthlyDate(base, through);
  }
  return through === usage.through ? usage : { ...usage, through, peakGb: usage.storageGb };
}

interface Settled {
  readonly charges: Charge[];
  readonly usage: Usage;
}

/** What was used until `day`, if that is a monthly date, before anything renews or ends on it. */
export function chargeUsage(world: World, account: Account, day: Day): Settled {
  const base = runningBase(account);
  if (base === undefined || base.trial) return { charges: [], usage: account.usage };
  const usage = usageSince(account, day - 1);
  if (nextMonthlyDate(base, usage.through) !== day) return { charges: [], usage };
  return settleUsage(world, { ...account, usage }, day);
}

/** What was used until `day`, whichever day that is. */
export function settleUsage(world: World, account: Account, day: Day): Settled {
  const base = runningBase(account);
  if (base === undefined || base.trial) return { charges: [], usage: account.usage };
  const usage = usageSince(account, day - 1);
  if (usage.through >= day) return { charges: [], usage };
  const month = monthAround(base, usage.through, day);
  const charges: Charge[] = [];
  const excess = excessOf(account, usage.peakGb);
  if (excess > 0) {
    const amount = month.part(BigInt(excess) * world.books.storagePrice(usage.through));
    charges.push({
      ...chargeOf(base, { quantity: excess, ...month.days, amount, chargeType: "Usage" }),
      chargeName: "Cloud Recording Overage",
    });
  }
  for (const [type, amount] of Object.entries(usage.charges)) {
    charges.push(...chargeUse(account, base, type, amount, month));
  }
  return {
    charges,
    usage: { ...usage, peakGb: usage.storageGb, charges: {}, through: day },
  };
}

/** The days from `start` to `end` within their month, as the base plan's anchor counts months. */
interface Month {
  readonly days: { readonly start: Day; readonly end: Day };
  /** What the days cost of what the whole month costs. */
  readonly part: (whole: bigint) => bigint;
}

function monthAround(base: Item, start: Day, end: Day): Month {
  const next = nextMonthlyDate(base, start);
  const first = previousMonthlyDate(base, next);
  return {
    days: { start, end },
    part: (whole) => partOf(whole, next - first, start - first, end - first),
  };
}

/** Charges for use of one plan, beyond what its commitment covers. */
function chargeUse(
  account: Account,
  base: Item,
  type: string,
  amount: bigint,
  month: Month,
): Charge[] {
  // The plan may be gone by now: what was used is owed all the same, beside the base plan.
  const item = account.items.find((one) => one.type === type && one.status !== "replaced");
  const beyond = amount - (item === undefined ? 0n : month.part(commitmentOf(item)));
  if (beyond <= 0n) return [];
  const charge = chargeOf(
    { number: (item ?? base).number, type },
    { quantity: 1, ...month.days, amount: beyond, chargeType: "Usage" },
  );
  return [{ ...charge, chargeName: `${charge.chargeName} Usage` }];
}

/** What a month of the plan already pays for. */
function commitmentOf(item: Item): bigint {
  const { intervalMonths } = planOf(item.type);
  if (intervalMonths === 0) return 0n;
  return share(item.unitPrice * BigInt(item.hosts), 1n, BigInt(intervalMonths));
}

/** What was used of a plan counts for the plan that it becomes. */
export function usageMoved(usage: Usage, from: string, to: string): Usage {
  const { [from]: inUse, ...hosts } = usage.hosts;
  const { [from]: charged, ...charges } = usage.charges;
  return {
    ...usage,
    hosts: inUse === undefined ? hosts : { ...hosts, [to]: inUse + (hosts[to] ?? 0) },
    charges: charged === undefined ? charges : { ...charges, [to]: charged + (charges[to] ?? 0n) },
  };
}

/** No licence of a plan that ended is in use. */
export function usageEnded(usage: Usage, type: string): Usage {
  const { [type]: _, ...hosts } = usage.hosts;
  return { ...usage, hosts };
}
