/** PUT base and PUT addons: other hosts, or another type of the same class. */
import { baseClassOf, findFamily, findPlan, isFamilyName, type Plan } from "@paymaster/contract";
import { firstRefusal } from "./access.js";
import type { Day } from "./calendar.js";
import { hostProblem, leastForAddons, mostBesideBase, unmetNeed } from "./hosts.js";
import { type Charge, chargeOf } from "./invoicing.js";
import { firstEnd, planOf, recurring, superseded } from "./items.js";
import { sum } from "./money.js";
import { anchoredAt, fullCharge, restOfPeriod } from "./periods.js";
import { type Refusal, refuse } from "./reply.js";
import { type Account, type Item, planState, runningBase } from "./state.js";
import { settleUsage, usageMoved } from "./usage.js";
import type { Body, Decided } from "./wishes.js";
import type { World } from "./world.js";

const BASE = "account_plan_base_update";
const ADDON = "account_plan_addon_update";

export function changeBase(world: World, account: Account, body: Body): Refusal | Decided {
  const first = firstRefusal(world, BASE, account);
  if (first !== null) return first;
  const base = runningBase(account);
  // A cancelled plan is given up: it cannot be changed, only subscribed to again.
  if (base?.status !== "active") return refuse(BASE, "noSubscription");
  const type = String(body.type);
  const hosts = hostsOf(body, base);
  const plan = findPlan(type);
  const mayBe =
    type === base.type || (sameClass(base.type, type) && !unmetNeed(account.items, type));
  if (plan === undefined || !mayBe) {
    return refuse(BASE, "planTypesDoNotMatch", { oldPlanType: base.type, newPlanType: type });
  }
  if (hosts === null) return refuse(BASE, "invalidHostNumber");
  const problem = baseHostsProblem(world, account, base, plan, hosts);
  if (problem !== null) return problem;
  return type === base.type
    ? setHosts(world, account, base, base, hosts)
    : setType(world, account, base, plan, hosts);
}

/** `increasing_hosts` only ever adds; null: it does not. */
function hostsOf(body: Body, base: Item): number | null {
  if (body.hosts !== undefined) return Number(body.hosts);
  const more = Number(body.increasing_hosts ?? 0);
  if (body.increasing_hosts === undefined) return base.hosts;
  return more > 0 ? base.hosts + more : null;
}

/** Base plans change within the commercial ones (business included) and within the education ones. */
function sameClass(from: string, to: string): boolean {
  const plan = findPlan(to);
  if (plan === undefined || !plan.families.includes("plan_base") || plan.interval === "trial") {
    return false;
  }
  return classOf(from) === classOf(to);
}

function classOf(type: string): string {
  const found = baseClassOf(type);
  return found === "business" ? "commercial" : found;
}

function baseHostsProblem(
  world: World,
  account: Account,
  base: Item,
  plan: Plan,
  hosts: number,
): Refusal | null {
  const problem = hostProblem(plan, hosts);
  if (problem?.error === "buyHostsTooFew") {
    const kind = baseClassOf(plan.type);
    if (kind === "business") return refuse(BASE, "insufficientBusinessHosts");
    if (kind === "education") return refuse(BASE, "insufficientEducationHosts");
  }
  if (problem !== null) return refuse(BASE, problem.error, problem.params);
  const inUse = account.usage.hosts[base.type] ?? 0;
  if (hosts < base.hosts && hosts < inUse) return refuse(BASE, "paidUsers", { 0: inUse });
  const least = leastForAddons(account.items, takesEffect(world, base, plan, hosts));
  if (hosts < least) return refuse(BASE, "buyHostsTooFew", { minBuyHost: least });
  return null;
}

export function changeAddon(world: World, account: Account, body: Body): Refusal | Decided {
  const first = firstRefusal(world, ADDON, account);
  if (first !== null) return first;
  if (planState(account) !== "paid") return refuse(ADDON, "freePlan");
  const type = String(body.type);
  const hosts = Number(body.hosts);
  const plan = findPlan(type);
  const name = plan?.families.find((one) => one !== "plan_base");
  if (plan === undefined || name === undefined || !isFamilyName(name)) {
    return refuse(ADDON, "invalidAddonType", { newPlanCode: type });
  }
  const family = findFamily(name);
  const held = account.items.filter(
    (item) => !item.base && item.family === name && item.status === "active",
  );
  const same = held.find((item) => item.type === type);
  const from = same ?? (family.many ? undefined : held[0]);
  if (from === undefined) {
    const other = held[0];
    if (other === undefined) return refuse(ADDON, "noSubscription", { oldPlanCode: type });
    return refuse(ADDON, "planTypesDoNotMatch", { oldPlanType: other.type, newPlanType: type });
  }
  const limits = hostProblem(plan, hosts);
  if (limits !== null) return refuse(ADDON, limits.error, limits.params);
  const inUse = account.usage.hosts[from.type] ?? 0;
  if (hosts < from.hosts && hosts < inUse) {
    return refuse(ADDON, "changeFailed", { accountId: account.id });
  }
  const need = type === from.type ? null : unmetNeed(account.items, type);
  if (need === "business or education") return refuse(ADDON, "audioPayAsYouGo");
  if (need !== null) return refuse(ADDON, "cannotBuyProduct");
  const most = mostBesideBase(account.items, { ...from, type }, world.today);
  if (most !== null && hosts > most) return refuse(ADDON, "buyHostsTooMany", { maxBuyHost: most });
  return from.type === type
    ? setHosts(world, account, from, from, hosts)
    : setType(world, account, from, plan, hosts);
}

/** More hosts at once, for the rest of the period; fewer from the next period on. */
export function setHosts(
  world: World,
  account: Account,
  item: Item,
  before: Item,
  hosts: number,
): Decided {
  const added = hosts - item.hosts;
  if (added <= 0) {
    const pending = added === 0 ? null : { type: item.type, hosts };
    return { account: replace(account, before, { ...item, pending }), charges: [] };
  }
  const after: Item = { ...item, hosts, blocks: [...item.blocks, added], pending: null };
  return {
    account: replace(account, before, after),
    charges: recurring(item, added, world.today),
  };
}

function replace(account: Account, before: Item, ...after: readonly Item[]): Account {
  return {
    ...account,
    items: account.items.flatMap((item) => (item === before ? after : [item])),
  };
}

/** Whether a change of type is upward: a longer interval, or the same and a higher whole charge. */
function isUpward(world: World, item: Item, plan: Plan, hosts: number): boolean {
  if (plan.intervalMonths !== item.months) return plan.intervalMonths > item.months;
  const price = world.books.price(plan.type, world.today);
  return fullCharge(price, hosts) > fullCharge(item.unitPrice, item.hosts);
}

/** First day on which the item has its new type and hosts. */
function takesEffect(world: World, item: Item, plan: Plan, hosts: number): Day {
  const atOnce = plan.type === item.type ? hosts >= item.hosts : isUpward(world, item, plan, hosts);
  return atOnce ? world.today : item.periodEnd;
}

/** Another type: at once when it is more, at the end of the period when it is not. */
function setType(world: World, account: Account, item: Item, plan: Plan, hosts: number): Decided {
  const { today } = world;
  const price = world.books.price(plan.type, today);
  if (!isUpward(world, item, plan, hosts)) {
    const pending = { type: plan.type, hosts };
    return { account: replace(account, item, { ...item, pending }), charges: [] };
  }
  const after: Item = {
    ...item,
    number: account.nextItem,
    type: plan.type,
    hosts,
    blocks: [hosts],
    unitPrice: price,
    months: plan.intervalMonths,
    trial: plan.interval === "trial",
    start: today,
    ...anchoredAt(today),
    periodStart: today,
    periodEnd: firstEnd(today, plan.intervalMonths, plan.interval === "trial"),
    status: "active",
    pending: null,
  };
  // The monthly dates begin anew with the base plan's anchor; storage that is given up counts until today.
  const settles = item.base || planOf(item.type).storageGb > 0;
  const used = settles ? settleUsage(world, account, today) : { charges: [], usage: account.usage };
  const replaced = replace(account, item, { ...item, status: "replaced" });
  return {
    account: {
      ...account,
      items: [...superseded(replaced.items, after), after],
      nextItem: account.nextItem + 1,
      usage: usageMoved(used.usage, item.type, plan.type),
    },
    charges: [...used.charges, ...unused(item, today), ...recurring(after, hosts, today)],
  };
}

/** The part of the paid period that is given back. */
function unused(item: Item, today: Day): Charge[] {
  if (item.months === 0) return [];
  const amount = -sum(item.blocks.map((hosts) => restOfPeriod(item, hosts, today)));
  return [chargeOf(item, { quantity: item.hosts, start: today, end: item.periodEnd, amount })];
}
