/** Random commands: most of them make sense in the model's world, some do not. */
import { type Account, isRunning, planState, runningBase } from "../model/state.js";
import type { WireCall } from "../model/wire.js";
import type { World } from "../model/world.js";
import type { Random } from "../random.js";
import { addonBody, around, familyOf, hostsFor, type Nested, partBody, put } from "./bodies.js";
import { callerFor, strangerTo } from "./callers.js";
import { ADDONS, BASES, COMMON_BASES, groupsOf, plan } from "./plans.js";
import type { Taste } from "./taste.js";

export const CONTACT = {
  first_name: "Mira",
  last_name: "Castellan",
  email: "mira.castellan@harbor.example",
  phone_number: "+1 206 555 0134",
  address: "1200 Pike Street",
  apt: "4",
  city: "Seattle",
  state: "WA",
  zip: "98101",
  country: "US",
} as const;

/** Taxed by another rate. */
const ABROAD = { ...CONTACT, country: "DE", state: "Berlin" } as const;

/** Sold by carrier partners alone. */
const BUNDLE = "ACT-ENT-LMT_500-WBN_500-T_1-monthly";

type Made = Pick<WireCall, "tool" | "body">;

/** A command for the account, most often one that its state allows. */
export function makeCommand(
  random: Random,
  world: World,
  taste: Taste,
  account: Account,
): WireCall {
  const call = (made: Made): WireCall => ({
    ...made,
    caller: callerOf(random, world, account, made),
    account: random.chance(0.005) ? "NoSuchAccountAnywhere1" : account.id,
  });
  const state = planState(account);
  const usual = state === "paid" ? !random.chance(0.03) : !random.chance(0.1);
  const kind =
    usual === (state === "paid")
      ? random.weighted(taste.weights(OF_PAID))
      : random.weighted(OF_FREE);
  return call(MAKERS[kind](random, world, account, taste));
}

function callerOf(random: Random, world: World, account: Account, { tool }: Made): string {
  // Whoever leaves by its own key hears nothing more.
  if (tool === "account_disassociate") return account.master;
  return random.chance(0.005)
    ? strangerTo(random, world, account)
    : callerFor(random, world, account);
}

/** How often each command is sent to a paid account, and to any other. */
const OF_PAID = {
  addon: 5,
  parts: 1.5,
  hosts: 5,
  baseHosts: 5,
  addonType: 3,
  baseType: 3,
  cancelAddon: 2,
  cancelPhone: 0.2,
  cancelBase: 1,
  options: 0.7,
  contact: 0.7,
  disassociate: 0.1,
} as const;
const OF_FREE = { subscribe: 20, options: 3, disassociate: 0.6 } as const;

type Maker = (random: Random, world: World, account: Account, taste: Taste) => Made;

const MAKERS = {
  subscribe: makeSubscribe,
  addon: (random, _, account, taste) => {
    const type = random.pick(taste.addons);
    const hosts = hostsFor(random, type, runningBase(account)?.hosts ?? 5);
    return { tool: "account_plan_addon_create", body: addonBody(random, type, hosts) };
  },
  parts: (random, world, account, taste) => {
    const group = random.pick(groupsOf(world.profile));
    const isPart = (type: string) => {
      const { name, request } = familyOf(type);
      return name.startsWith(`${group}.`) && request !== null && request.since <= world.profile;
    };
    const liked = taste.addons.filter(isPart);
    const parts = liked.length > 0 ? liked : ADDONS.filter(isPart);
    const details: Nested = {};
    for (const type of random.shuffled(parts).slice(0, random.int(1, 3))) {
      const [, member = ""] = familyOf(type).name.split(".");
      put(details, [member], familyOf(type).many, partBody(random, type, account));
    }
    const name = group === "plan_phone" ? "plan_details" : `${group}_details`;
    return { tool: "account_plan_addon_create", body: { type: group, [name]: details } };
  },
  hosts: (random, _, account, taste) => {
    const item = pickAddon(random, account);
    const type = item?.type ?? random.pick(taste.addons);
    return {
      tool: "account_plan_addon_update",
      body: { type, hosts: around(random, item?.hosts ?? 1, plan(type).hosts !== null) },
    };
  },
  baseHosts: (random, { profile }, account) => {
    const base = runningBase(account);
    const type = base?.type ?? "monthly";
    if (profile === "2026" && random.chance(0.15)) {
      const more = random.int(-1, 4);
      return { tool: "account_plan_base_update", body: { type, increasing_hosts: more } };
    }
    return {
      tool: "account_plan_base_update",
      body: { type, hosts: around(random, base?.hosts ?? 3) },
    };
  },
  addonType: (random, _, account, taste) => {
    const item = pickAddon(random, account);
    const siblings = ADDONS.filter((type) => plan(type).families[0] === item?.family);
    const type =
      siblings.length === 0 || random.chance(0.1)
        ? random.pick(taste.addons)
        : random.pick(siblings);
    return {
      tool: "account_plan_addon_update",
      body: { type, hosts: around(random, item?.hosts ?? 1, plan(type).hosts !== null) },
    };
  },
  baseType: (random, _, account, taste) => {
    const type = random.chance(0.7) ? pickBase(random, taste) : random.pick(BASES);
    const least = plan(type).hosts?.min ?? 1;
    const hosts = Math.max(least, around(random, runningBase(account)?.hosts ?? 3));
    return { tool: "account_plan_base_update", body: { type, hosts } };
  },
  cancelAddon: (random, _, account, taste) => ({
    tool: "account_plan_addon_cancel",
    body: {
      action: "cancel",
      type: pickAddon(random, account)?.type ?? random.pick(taste.addons),
      reason: random.int(1, 6),
    },
  }),
  cancelPhone: (random) => ({
    tool: "account_plan_addon_cancel",
    body: { action: "cancel", type: "plan_phone", reason: random.int(1, 6) },
  }),
  cancelBase: (random) => ({
    tool: "account_plan_base_delete",
    body: { action: "cancel", reason: random.int(1, 6) },
  }),
  options: (random) => ({
    tool: "account_options_update",
    body:
      random.weighted({ renew: 3, pay: 1, both: 1 }) === "pay"
        ? { pay_mode: random.pick(["master", "sub"]) }
        : { billing_auto_renew: random.chance(0.7) },
  }),
  contact: (random) => ({
    tool: "account_billing_update",
    body: random.pick([
      { city: "Tacoma", zip: "98402" },
      { country: "DE", state: "" },
      { country: "US", state: "WA" },
      { country: "CA", state: "ON" },
      { country: "XX" },
      { country: "US", state: "ZZ" },
    ]),
  }),
  disassociate: () => ({ tool: "account_disassociate" }),
} satisfies Readonly<Record<string, Maker>>;

function makeSubscribe(random: Random, world: World, _: Account, taste: Taste): Made {
  const type = random.chance(0.1) ? "trial" : pickBase(random, taste);
  const hosts = hostsFor(random, type, 9);
  const contact = random.weighted({ same: 16, abroad: 4, none: 1 });
  const body: Record<string, unknown> = {
    ...(contact === "none" ? {} : { contact: contact === "same" ? CONTACT : ABROAD }),
    plan_base: { type, hosts },
  };
  if (type === "trial" && !random.chance(0.05)) return { tool: "account_plan_create", body };
  for (const addon of random.shuffled(taste.addons).slice(0, random.int(0, 3))) {
    const { request, many } = familyOf(addon);
    if (request === null || request.since > world.profile) continue;
    put(body, request.path, many, partBody(random, addon, hosts));
  }
  if (random.chance(0.01)) body.plan_bundle = [{ type: BUNDLE, hosts: 5 }];
  if (world.profile === "2026" && random.chance(0.1)) {
    body.subscription_options = { contract_term: random.pick([1, 12, 36, 13]) };
  }
  return { tool: "account_plan_create", body };
}

/** The common ones most often: accounts of odd ones are refused most of what is asked for them. */
function pickBase(random: Random, { bases }: Taste): string {
  const common = bases.filter((type) => COMMON_BASES.some((one) => one === type));
  return random.pick(common.length > 0 && random.chance(0.75) ? common : bases);
}

function pickAddon(random: Random, account: Account) {
  const held = account.items.filter((item) => !item.base && isRunning(item));
  return held.length === 0 ? undefined : random.pick(held);
}
