/** Cancelling: no refund, service to the end of the paid period. */
import { firstRefusal } from "./access.js";
import { type Refusal, refuse } from "./reply.js";
import { type Account, isRunning, planState, runningBase } from "./state.js";
import type { Body, Decided } from "./wishes.js";
import type { World } from "./world.js";

const BASE = "account_plan_base_delete";
const ADDON = "account_plan_addon_cancel";

export function cancelBase(world: World, account: Account): Refusal | Decided {
  const first = firstRefusal(world, BASE, account);
  if (first !== null) return first;
  const base = runningBase(account);
  if (base === undefined) return refuse(BASE, "freePlan");
  const active = account.items.some((item) => !item.base && item.status === "active");
  if (active) return refuse(BASE, "cancelAddonsFirst");
  return cancelled(account, (item) => item === base);
}

export function cancelAddon(world: World, account: Account, body: Body): Refusal | Decided {
  const first = firstRefusal(world, ADDON, account);
  if (first !== null) return first;
  if (planState(account) === "free") return refuse(ADDON, "freePlan");
  const { type } = body;
  if (typeof type !== "string") return refuse(ADDON, "planTypeRequired");
  if (type === "plan_phone" || type === "phone_type") {
    const held = account.items.some(
      (item) => item.family.startsWith("plan_phone.") && isRunning(item),
    );
    if (!held) return refuse(ADDON, "noPhoneSubscription");
    return cancelled(account, (item) => item.family.startsWith("plan_phone."));
  }
  const held = account.items.find((item) => !item.base && item.type === type && isRunning(item));
  if (held === undefined) return refuse(ADDON, "noSubscription", { planCode: type });
  return cancelled(account, (item) => item === held);
}

function cancelled(account: Account, which: (item: Account["items"][number]) => boolean): Decided {
  const items = account.items.map((item) =>
    which(item) && item.status === "active"
      ? { ...item, status: "cancel" as const, pending: null }
      : item,
  );
  return { account: { ...account, items }, charges: [] };
}
