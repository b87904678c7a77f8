/** Questions about the items of an account that every command and the bill run ask alike. */
import type { AccountUsage, SubscriptionItem } from "./state.js";

/** Gives service today: active, or cancelled and not yet over. */
export function isRunning(item: SubscriptionItem): boolean {
  return item.status === "active" || item.status === "cancel";
}

/** The running base plan, trial included; null on a free account. */
export function runningBase(items: readonly SubscriptionItem[]): SubscriptionItem | null {
  for (const item of items) {
    if (item.role === "base" && isRunning(item)) return item;
  }
  return null;
}

/** State of the account's base plan; a trial is not a paid plan. */
export function planState(items: readonly SubscriptionItem[]): "free" | "trial" | "paid" {
  const base = runningBase(items);
  if (base === null) return "free";
  return base.isTrial ? "trial" : "paid";
}

export function runningAddons(items: readonly SubscriptionItem[]): SubscriptionItem[] {
  return items.filter((item) => item.role === "addon" && isRunning(item));
}

/** The running add-on of exactly this type. */
export function runningAddonOfType(
  items: readonly SubscriptionItem[],
  planType: string,
): SubscriptionItem | null {
  for (const item of items) {
    if (item.role === "addon" && item.planType === planType && isRunning(item)) return item;
  }
  return null;
}

/** Running add-ons held in a family, by number. */
export function runningInFamily(
  items: readonly SubscriptionItem[],
  family: string,
): SubscriptionItem[] {
  return items.filter((item) => item.role === "addon" && item.family === family && isRunning(item));
}

/** Licences of the type that are in use now. */
export function hostsInUse(usage: AccountUsage, planType: string): number {
  return usage.hosts[planType] ?? 0;
}

/** Hosts that the item will have on `date`, as things stand: 0 once it is over. */
export function hostsOn(item: SubscriptionItem, date: string): number {
  if (!isRunning(item)) return 0;
  if (date < item.periodEnd) return item.hosts;
  if (item.status === "cancel") return 0;
  return item.pending?.hosts ?? item.hosts;
}
