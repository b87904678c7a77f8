/** POST addons: one more plan for a paid account. */
import { findFamily, findPlan, isFamilyName } from "@paymaster/contract";
import { firstRefusal } from "./access.js";
import { setHosts } from "./change.js";
import { hostProblem, isSoldWith, mostBesideBase } from "./hosts.js";
import { recurring, startItem } from "./items.js";
import { type Refusal, refuse } from "./reply.js";
import { type Account, isRunning, planState, runningBase } from "./state.js";
import { type Body, type Decided, namesCountries, type Wish, wishOf } from "./subscribe.js";
import type { World } from "./world.js";

const TOOL = "account_plan_addon_create";

export function addAddon(world: World, account: Account, body: Body): Refusal | Decided {
  const first = firstRefusal(world, TOOL, account);
  if (first !== null) return first;
  const base = runningBase(account);
  if (base === undefined || planState(account) !== "paid") return refuse(TOOL, "freePlan");
  const plan = findPlan(String(body.type));
  const name = plan?.families.find((one) => one !== "plan_base");
  if (plan === undefined || name === undefined || !isFamilyName(name)) {
    return refuse(TOOL, "invalidAddonType", { newPlanCode: String(body.type) });
  }
  const family = findFamily(name);
  const wish: Wish = wishOf(body, name, family);
  const inFamily = account.items.filter((item) => item.family === name && isRunning(item));
  const same = inFamily.find((item) => item.type === wish.type);
  const limits = hostProblem(plan, wish.hosts);
  if (limits !== null) return refuse(TOOL, limits.error, limits.params);
  if (name === "plan_audio" && !namesCountries(wish)) return refuse(TOOL, "audioOptionMissing");
  if (same?.status === "active") {
    return refuse(TOOL, "alreadyHasAddon", { planCode: wish.type });
  }
  if (!family.many && same === undefined && inFamily[0] !== undefined) {
    return refuse(TOOL, "alreadyHasAddon", { planCode: inFamily[0].type });
  }
  if (!isSoldWith(plan.type, base.type)) return refuse(TOOL, "audioPayAsYouGo");
  const most = mostBesideBase(plan, name, wish.type, base, account.items);
  if (most !== null && wish.hosts > most) {
    return refuse(TOOL, "buyHostsTooMany", { maxBuyHost: most });
  }
  if (same !== undefined) {
    return setHosts(world, account, { ...same, status: "active" }, same, wish.hosts);
  }
  const item = startItem(world, { ...wish, number: account.nextItem, base: false }, base);
  const kept = account.items.filter((one) => one.type !== wish.type || one.status === "replaced");
  return {
    account: { ...account, items: [...kept, item], nextItem: account.nextItem + 1 },
    charges: recurring(item, item.hosts, world.today),
  };
}
