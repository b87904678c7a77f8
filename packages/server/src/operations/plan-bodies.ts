/** Plans as GET plans shows them: where an entry stands follows from its family, in the contract. */
import { type FamilyPlace, families, type PlanFamily, type WireProfile } from "@paymaster/contract";
import { isRunning, type SubscriptionItem } from "@paymaster/engine";

type Tree = { [member: string]: unknown };

/** The body of GET plans: an entry for every item that is held or has expired. */
export function plansBody(items: readonly SubscriptionItem[], profile: WireProfile): Tree {
  const body: Tree = {};
  for (const [family, held] of byFamily(items)) {
    const { plans } = family;
    for (const item of plans.list ? held : held.slice(0, 1)) {
      if (family.shape === "code") {
        Object.assign(placeIn(body, plans.path.slice(0, -1)), recordingMembers(item, profile));
      } else {
        put(body, plans, planEntry(item, family, profile));
      }
    }
  }
  return body;
}

/** Items by family, in the documents' order; within a family what runs comes before what is over. */
export function byFamily(
  items: readonly SubscriptionItem[],
): Map<PlanFamily, readonly SubscriptionItem[]> {
  const held = new Map<string, SubscriptionItem[]>();
  for (const item of items) {
    const list = held.get(item.family) ?? [];
    list.push(item);
    held.set(item.family, list);
  }
  const ordered = new Map<PlanFamily, readonly SubscriptionItem[]>();
  for (const family of families) {
    const list = held.get(family.name);
    if (list === undefined) continue;
    list.sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || b.number - a.number);
    ordered.set(family, list);
  }
  return ordered;
}

/** Puts an entry in its place: into a list, or as the one object there. */
export function put(body: Tree, { path, list }: FamilyPlace, entry: Tree): void {
  const holder = placeIn(body, path.slice(0, -1));
  const member = path.at(-1);
  if (member === undefined) throw new Error("an entry without a place");
  if (!list) {
    holder[member] = entry;
    return;
  }
  const entries = (holder[member] as Tree[] | undefined) ?? [];
  entries.push(entry);
  holder[member] = entries;
}

function placeIn(body: Tree, path: readonly string[]): Tree {
  let holder = body;
  for (const member of path) {
    const next = (holder[member] as Tree | undefined) ?? {};
    holder[member] = next;
    holder = next;
  }
  return holder;
}

function planEntry(item: SubscriptionItem, family: PlanFamily, profile: WireProfile): Tree {
  return {
    type: item.planType,
    ...(family.plans.hosts ? { hosts: item.hosts } : {}),
    ...(family.shape === "audio" || family.shape === "callout" ? item.options : {}),
    ...(family.plans.status
      ? {
          service_effective_date: item.startDate,
          next_invoice_date: item.periodEnd,
          status: item.status === "cancel" && profile === "2026" ? "cancelled" : item.status,
        }
      : {}),
  };
}

/** plan_recording is the code itself; its state stands beside it, capitalised in the 2021 generation. */
function recordingMembers(item: SubscriptionItem, profile: WireProfile): Tree {
  const status = item.status === "cancel" ? "cancelled" : item.status;
  const shown =
    profile === "2026" ? status : `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`;
  return {
    plan_recording: item.planType,
    plan_recording_status: shown,
    plan_recording_service_effective_date: item.startDate,
    plan_recording_next_invoice_date: item.periodEnd,
  };
}
