/** Add-ons asked for by POST plans or POST addons: checked against the catalogue, then started. */
import { uncancelItem } from "./cancel-item.js";
import { addHosts, putOff } from "./change-item.js";
import type { PlanRequest } from "./command.js";
import type { Draft } from "./draft.js";
import { catalogueHostProblem, type HostProblem, mostHostsAllowed } from "./hosts.js";
import { hostsInUse, isRunning, runningBase } from "./items.js";
import {
  factsIfKnown,
  factsOf,
  familyHoldsSeveral,
  isAudioFamily,
  type Need,
  unmetNeed,
} from "./plan-facts.js";
import { startItem } from "./start-item.js";
import type { CivilDate, Derivation, SubscriptionItem } from "./state.js";

/** Why an add-on cannot be had. Each operation has its own errors for these. */
export type PlanProblem =
  | { readonly kind: "unknown_type"; readonly family: string; readonly planType: string }
  | { readonly kind: "hosts"; readonly hosts: HostProblem }
  | { readonly kind: "no_audio_option" }
  | { readonly kind: "rooms_base" }
  | { readonly kind: "already_held"; readonly planType: string }
  | { readonly kind: "unmet_need"; readonly need: Need; readonly planType: string };

/**
 * Starts each add-on, or takes its cancellation back; the first problem stops. The draft is of no use
 * after a problem. With `cause` subscribe the add-ons start together with a base of today.
 */
export function addAddons(
  draft: Draft,
  requests: readonly PlanRequest[],
  today: CivilDate,
  cause: Derivation["cause"],
): PlanProblem | null {
  for (const request of requests) {
    const problem = catalogueProblem(request);
    if (problem !== null) return problem;
  }
  const items: SubscriptionItem[] = [];
  for (const request of requests) {
    const outcome = addOne(draft, request, today, cause);
    if ("kind" in outcome) return outcome;
    items.push(outcome);
  }
  for (const item of items) {
    const { planType } = item;
    const need = unmetNeed(draft.items, planType);
    if (need !== null) return { kind: "unmet_need", need, planType };
    const most = mostHostsAllowed(draft.items, item, today);
    if (most !== null && item.hosts > most) {
      return { kind: "hosts", hosts: { error: "buyHostsTooMany", maxBuyHost: most } };
    }
  }
  return null;
}

function catalogueProblem({ family, role, planType, hosts, options }: PlanRequest) {
  const facts = factsIfKnown(planType);
  if (facts === null || role !== "addon" || !facts.addonFamilies.includes(family)) {
    return { kind: "unknown_type", family, planType } as const;
  }
  const problem = catalogueHostProblem(facts, hosts);
  if (problem !== null) return { kind: "hosts", hosts: problem } as const;
  if (isAudioFamily(family) && !hasAudioOption(options)) {
    return { kind: "no_audio_option" } as const;
  }
  return null;
}

function hasAudioOption(options: PlanRequest["options"]): boolean {
  const { tollfree_countries, premium_countries, callout_countries } = options;
  return Boolean(tollfree_countries || premium_countries || callout_countries);
}

function addOne(
  draft: Draft,
  request: PlanRequest,
  today: CivilDate,
  cause: Derivation["cause"],
): SubscriptionItem | PlanProblem {
  const base = runningBase(draft.items);
  if (base !== null && isRoomsTwice(base, request)) {
    return { kind: "rooms_base" };
  }
  const running = draft.items.filter(
    (item) => item.role === "addon" && item.family === request.family && isRunning(item),
  );
  const same = running.find((item) => item.planType === request.planType);
  if (same?.status === "cancel") return resume(draft, same, request, today, cause);
  const blocking = same ?? (familyHoldsSeveral(request.family) ? undefined : running[0]);
  if (blocking !== undefined) return { kind: "already_held", planType: blocking.planType };
  return startItem(draft, request, today, cause === "subscribe" ? null : base, cause);
}

/** A Zoom Rooms base plan leaves no room for an add-on of the same. */
function isRoomsTwice(base: SubscriptionItem, { family }: PlanRequest): boolean {
  return family === "plan_zoom_rooms" && factsOf(base.planType).baseClass === "rooms";
}

/**
 * Takes a cancellation back. Nothing is charged twice: more hosts cost the added ones for the rest of the
 * period, fewer are pending until it ends.
 */
export function resume(
  draft: Draft,
  cancelled: SubscriptionItem,
  request: PlanRequest,
  today: CivilDate,
  cause: Derivation["cause"],
): SubscriptionItem | PlanProblem {
  const hosts = request.hosts ?? cancelled.hosts;
  const inUse = hostsInUse(draft.usage, cancelled.planType);
  if (hosts < cancelled.hosts && inUse > hosts) {
    return { kind: "hosts", hosts: { error: "buyHostsTooFew", minBuyHost: inUse } };
  }
  const item = uncancelItem(draft, cancelled);
  if (hosts > item.hosts) return addHosts(draft, item, hosts, today, cause);
  if (hosts === item.hosts) return item;
  return putOff(draft, item, { planType: item.planType, hosts }, today);
}
