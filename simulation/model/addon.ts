/** Add-ons: those of POST addons, and those that POST plans brings along. */
import { baseClassOf, families, findFamily, findPlan, isFamilyName } from "@paymaster/contract";
import { firstRefusal } from "./access.js";
import { setHosts } from "./change.js";
import { type HostProblem, hostProblem, mostBesideBase, type Need, unmetNeed } from "./hosts.js";
import type { Charge } from "./invoicing.js";
import { recurring, startItem, superseded } from "./items.js";
import { type Refusal, refuse } from "./reply.js";
import { type Account, type Item, isRunning, planState, runningBase } from "./state.js";
import { type Body, type Decided, type Wish, wishesIn, wishOf } from "./wishes.js";
import type { World } from "./world.js";

const TOOL = "account_plan_addon_create";

/** Why an add-on cannot be had; each tool has its own words. */
export type Problem =
  | { readonly kind: "unknown" | "no countries" | "rooms" | "held"; readonly wish: Wish }
  | { readonly kind: "hosts"; readonly hosts: HostProblem; readonly wish: Wish }
  | { readonly kind: "need"; readonly need: Need; readonly wish: Wish };

export function isProblem(outcome: Problem | Decided): outcome is Problem {
  return "kind" in outcome;
}

export function addAddon(world: World, account: Account, body: Body): Refusal | Decided {
  const first = firstRefusal(world, TOOL, account);
  if (first !== null) return first;
  if (planState(account) !== "paid") return refuse(TOOL, "freePlan");
  const outcome = buyAddons(world, account, wishesOfAddon(body), false);
  return isProblem(outcome) ? refusalOf(outcome) : outcome;
}

/** What POST addons asks for: one plan, or the parts of a plan that is sold in parts. */
export function wishesOfAddon(body: Body): Wish[] {
  const type = String(body.type);
  const parts = families.filter((family) => family.name.startsWith(`${type}.`));
  const details = body[type === "plan_phone" ? "plan_details" : `${type}_details`];
  const wishes = parts.flatMap((family) =>
    wishesIn(details as Body | undefined, family, family.name.split(".").slice(1)),
  );
  if (wishes.length > 0) return wishes;
  const family = findPlan(type)?.families.find((one) => one !== "plan_base") ?? "";
  return [wishOf(body, family, isFamilyName(family) ? findFamily(family) : undefined)];
}

function refusalOf(problem: Problem): Refusal {
  const { type } = problem.wish;
  switch (problem.kind) {
    case "unknown":
      return refuse(TOOL, "invalidAddonType", { newPlanCode: type });
    case "hosts":
      return refuse(TOOL, problem.hosts.error, problem.hosts.params);
    case "no countries":
      return refuse(TOOL, "audioOptionMissing");
    case "rooms":
      return refuse(TOOL, "zoomRoomsBase");
    case "held":
      return refuse(TOOL, "alreadyHasAddon", { planCode: type });
    case "need":
      return refuse(
        TOOL,
        problem.need === "business or education" ? "audioPayAsYouGo" : "cannotBuyPlan",
      );
  }
}

/** Starts each, or takes its cancellation back; `together`: with a base plan that starts today as well. */
export function buyAddons(
  world: World,
  account: Account,
  wishes: readonly Wish[],
  together: boolean,
): Problem | Decided {
  for (const wish of wishes) {
    const problem = catalogueProblem(wish);
    if (problem !== null) return problem;
  }
  let current = account;
  const charges: Charge[] = [];
  for (const wish of wishes) {
    const outcome = buyOne(world, current, wish, together);
    if (isProblem(outcome)) return outcome;
    current = outcome.account;
    charges.push(...outcome.charges);
  }
  for (const wish of wishes) {
    const need = unmetNeed(current.items, wish.type);
    if (need !== null) return { kind: "need", need, wish };
    const item = current.items.find((one) => !one.base && one.type === wish.type && isRunning(one));
    const most = item === undefined ? null : mostBesideBase(current.items, item, world.today);
    if (item !== undefined && most !== null && item.hosts > most) {
      const hosts: HostProblem = { error: "buyHostsTooMany", params: { maxBuyHost: most } };
      return { kind: "hosts", hosts, wish };
    }
  }
  return { account: current, charges };
}

function catalogueProblem(wish: Wish): Problem | null {
  const plan = findPlan(wish.type);
  const isHeldSo = plan?.families.includes(wish.family) === true && wish.family !== "plan_base";
  if (plan === undefined || !isHeldSo) return { kind: "unknown", wish };
  const hosts = hostProblem(plan, wish.hosts);
  if (hosts !== null) return { kind: "hosts", hosts, wish };
  return wish.family === "plan_audio" && !namesCountries(wish)
    ? { kind: "no countries", wish }
    : null;
}

/** Audio plans come with toll-free, premium or call-out countries. */
function namesCountries({ options }: Wish): boolean {
  return ["tollfree_countries", "premium_countries", "callout_countries"].some(
    (name) => (options[name] ?? "") !== "",
  );
}

function buyOne(world: World, account: Account, wish: Wish, together: boolean): Problem | Decided {
  const base = runningBase(account) ?? null;
  if (base !== null && wish.family === "plan_zoom_rooms" && baseClassOf(base.type) === "rooms") {
    return { kind: "rooms", wish };
  }
  const inFamily = account.items.filter(
    (item) => !item.base && item.family === wish.family && isRunning(item),
  );
  const same = inFamily.find((item) => item.type === wish.type);
  if (same?.status === "cancel") return takeBack(world, account, same, wish);
  const blocking = same ?? (findFamily(wish.family).many ? undefined : inFamily[0]);
  if (blocking !== undefined) return { kind: "held", wish: { ...wish, type: blocking.type } };
  const hosts = wish.hosts ?? 1;
  const item = startItem(
    world,
    { ...wish, hosts, number: account.nextItem, base: false },
    together ? null : base,
  );
  return {
    account: {
      ...account,
      items: [...superseded(account.items, item), item],
      nextItem: account.nextItem + 1,
    },
    charges: recurring(item, item.hosts, world.today),
  };
}

/** A cancellation is taken back: nothing is charged twice. */
export function takeBack(
  world: World,
  account: Account,
  cancelled: Item,
  wish: Wish,
): Problem | Decided {
  const hosts = wish.hosts ?? cancelled.hosts;
  const inUse = account.usage.hosts[cancelled.type] ?? 0;
  if (hosts < cancelled.hosts && inUse > hosts) {
    return {
      kind: "hosts",
      hosts: { error: "buyHostsTooFew", params: { minBuyHost: inUse } },
      wish,
    };
  }
  return setHosts(world, account, { ...cancelled, status: "active" }, cancelled, hosts);
}
