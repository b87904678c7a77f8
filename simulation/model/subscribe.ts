/** POST plans: a free or trial account subscribes to a base plan, with or without add-ons. */
import {
  countries,
  families,
  findPlan,
  mayBeBase,
  type Plan,
  type PlanFamily,
  states,
} from "@paymaster/contract";
import { firstRefusal } from "./access.js";
import { setHosts } from "./change.js";
import { hostProblem, isSoldWith } from "./hosts.js";
import type { Charge } from "./invoicing.js";
import { recurring, startItem } from "./items.js";
import { type Refusal, refuse } from "./reply.js";
import { type Account, type Item, isRunning, planState, runningBase } from "./state.js";
import type { World } from "./world.js";

const TOOL = "account_plan_create";

export type Body = Readonly<Record<string, unknown>>;

/** One plan of a request, with its place. */
export interface Wish {
  readonly family: string;
  readonly type: string;
  readonly hosts: number;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Decided {
  readonly account: Account;
  readonly charges: readonly Charge[];
}

export function subscribe(world: World, account: Account, body: Body): Refusal | Decided {
  const first = firstRefusal(world, TOOL, account);
  if (first !== null) return first;
  if (!world.get(account.master).mayAddSubAccounts) return refuse(TOOL, "mayNotAddSubAccounts");
  const state = planState(account);
  const base = wishOf(body.plan_base, "plan_base");
  const held = runningBase(account);
  if (
    held?.status === "cancel" &&
    held.type === base.type &&
    addonWishes(body, world).length === 0
  ) {
    return setHosts(world, account, { ...held, status: "active" }, held, base.hosts);
  }
  if (state === "paid") return refuse(TOOL, "notFreePlan");
  const plan = findPlan(base.type);
  if (plan?.interval === "trial" && (account.trialUsed || state === "trial")) {
    return refuse(TOOL, "trialAlreadyUsed");
  }
  const addons = addonWishes(body, world);
  const problem = catalogueProblem(account, base, addons) ?? contactProblem(body.contact as Body);
  if (problem !== null) return problem;
  return begin(world, account, base, addons, body);
}

/** The account with the plans from today on, and their first charges. */
export function begin(
  world: World,
  account: Account,
  base: Wish,
  addons: readonly Wish[],
  body: Body,
): Decided {
  // A running trial gives way at once; types that are subscribed again are not shown as expired any more.
  const kept = account.items.map((item) =>
    isRunning(item) ? { ...item, status: "replaced" as const } : item,
  );
  let { nextItem } = account;
  const baseItem = startItem(world, { ...base, number: nextItem, base: true }, null);
  const items: Item[] = [baseItem];
  nextItem += 1;
  for (const wish of addons) {
    items.push(startItem(world, { ...wish, number: nextItem, base: false }, baseItem));
    nextItem += 1;
  }
  const types = new Set(items.map((item) => item.type));
  return {
    account: {
      ...account,
      items: [...kept.filter((item) => !types.has(item.type)), ...items],
      nextItem,
      usage: {
        ...account.usage,
        peakGb: account.usage.storageGb,
        charges: {},
        through: world.today,
      },
      everPaid: account.everPaid || !baseItem.trial,
      trialUsed: account.trialUsed || baseItem.trial,
      contact: body.contact === undefined ? account.contact : (body.contact as Account["contact"]),
    },
    charges: items.flatMap((item) => recurring(item, item.hosts, world.today)),
  };
}

function catalogueProblem(account: Account, base: Wish, addons: readonly Wish[]): Refusal | null {
  const plan = findPlan(base.type);
  if (plan === undefined || !mayBeBase(plan)) {
    return refuse(TOOL, "invalidBasePlan", { subAccountId: account.id });
  }
  const limits = hostProblem(plan, base.hosts);
  if (limits !== null) return refuse(TOOL, limits.error, limits.params);
  for (const wish of addons) {
    const found = addonProblem(base, addons, wish);
    if (found !== null) return found;
  }
  return null;
}

function addonProblem(base: Wish, addons: readonly Wish[], wish: Wish): Refusal | null {
  const plan = findPlan(wish.type);
  if (plan === undefined || !plan.families.includes(wish.family)) {
    if (wish.family === "plan_recording") {
      return refuse(TOOL, "invalidRecordingPlan", { plan_recording: wish.type });
    }
    if (wish.family === "plan_audio") {
      return refuse(TOOL, "invalidAudioPlan", { planCode: wish.type });
    }
    return refuse(TOOL, "cannotBuyPlan");
  }
  const limits = hostProblem(plan, wish.hosts);
  if (limits !== null) return refuse(TOOL, limits.error, limits.params);
  if (wish.family === "plan_audio" && !namesCountries(wish)) {
    return refuse(TOOL, "audioOptionMissing");
  }
  if (!isSoldWith(plan.type, base.type)) return refuse(TOOL, "noPurchasePermission");
  const most = mostAtStart(plan, addons, wish, base.hosts);
  if (most !== null && wish.hosts > most) {
    return refuse(TOOL, "buyHostsTooMany", { maxBuyHost: most });
  }
  return null;
}

/** Audio plans come with toll-free, premium or call-out countries. */
export function namesCountries({ options }: Wish): boolean {
  return ["tollfree_countries", "premium_countries", "callout_countries"].some(
    (name) => options[name] !== undefined,
  );
}

/** The same limit as for a later add-on, among the plans that are asked for together. */
function mostAtStart(
  plan: Plan,
  addons: readonly Wish[],
  wish: Wish,
  baseHosts: number,
): number | null {
  const others = addons
    .filter((other) => other.family === wish.family && other.type !== wish.type)
    .reduce((total, other) => total + other.hosts, 0);
  for (const rule of plan.rules) {
    if (rule.kind === "own_hosts") return baseHosts;
    if (rule.kind === "total_hosts") return baseHosts - others - (rule.comparison === "<" ? 1 : 0);
  }
  return null;
}

/** Contact members in the order of the error list. */
const MEMBERS = [
  "first_name",
  "last_name",
  "email",
  "country",
  "address",
  "city",
  "phone_number",
  "state",
  "zip",
] as const;

function contactProblem(contact: Body | undefined): Refusal | null {
  for (const member of MEMBERS) {
    const value = contact?.[member];
    const wrong = typeof value !== "string" || value.trim() === "";
    if (wrong || (member === "email" && !/^[^@\s]+@[^@\s]+$/.test(value))) {
      return refuse(TOOL, "invalidContactMember", { member });
    }
  }
  const country = String(contact?.country);
  if (!countries.includes(country)) return refuse(TOOL, "invalidCountry", { country });
  const state = String(contact?.state);
  if ((country === "US" || country === "CA") && !states.includes(state)) {
    return refuse(TOOL, "invalidState", { state });
  }
  return null;
}

/** The add-ons of a POST plans body, in the order of the documents. */
export function addonWishes(body: Body, world: World): Wish[] {
  const wishes: Wish[] = [];
  for (const family of families) {
    if (family.name === "plan_base" || family.request === null) continue;
    if (family.request.since > world.profile) continue;
    const [outer, inner] = family.request.path;
    const holder = body[outer] as Body | undefined;
    const value = inner === undefined ? holder : holder?.[inner];
    if (value === undefined) continue;
    for (const entry of family.request.list ? (value as unknown[]) : [value]) {
      wishes.push(wishOf(entry, family.name, family));
    }
  }
  return wishes;
}

export function wishOf(entry: unknown, name: string, family?: PlanFamily): Wish {
  if (typeof entry === "string") return { family: name, type: entry, hosts: 1, options: {} };
  const { type, hosts, ...options } = entry as { type: string; hosts?: number };
  const counted = family === undefined || family.hasHosts;
  return { family: name, type, hosts: counted ? (hosts ?? 0) : 1, options };
}
