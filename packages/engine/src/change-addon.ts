/** PUT plans/addons: the type and hosts that an add-on is to have. */
import { accessProblem } from "./access.js";
import type { Books } from "./books.js";
import { changeItem, type Target } from "./change-item.js";
import type { ChangeAddonCommand } from "./command.js";
import { Draft } from "./draft.js";
import { catalogueHostProblem, mostHostsAllowed } from "./hosts.js";
import { hostsInUse, planState, runningInFamily } from "./items.js";
import {
  addonFamilyOf,
  factsIfKnown,
  familyHoldsSeveral,
  type PlanFacts,
  unmetNeed,
} from "./plan-facts.js";
import { type Refusal, refusalOf } from "./refusal.js";
import type { AccountState, CivilDate, Outcome, SubscriptionItem } from "./state.js";
import { warnOfShortAddons } from "./warnings.js";

const refuse = refusalOf("account_plan_addon_update");

/**
 * A cancelled add-on has no subscription to change any more: subscribing to it again (POST addons) takes
 * the cancellation back first.
 */
export function decideChangeAddon(
  state: AccountState,
  command: ChangeAddonCommand,
  today: CivilDate,
  books: Books,
): Outcome {
  switch (accessProblem(state, { checksVipAndTrial: true })) {
    case "self_pay":
      return refuse("selfPayMode");
    case "bulk_licenses":
      return refuse("bulkLicenses");
    case "vip_or_trial":
      return refuse("vipOrTrial");
  }
  if (planState(state.items) === "free") return refuse("freePlan");
  const facts = factsIfKnown(command.planType);
  const family = facts === null ? null : addonFamilyOf(facts);
  if (facts === null || family === null) {
    return refuse("invalidAddonType", { newPlanCode: command.planType });
  }
  const held = heldItem(state, family, facts.type);
  if ("ok" in held) return held;
  const draft = new Draft(state, books);
  const to: Target = { planType: facts.type, hosts: command.hosts };
  const refusal = refuseHosts(draft, held, facts, to, today);
  if (refusal !== null) return refusal;
  const effectiveDate = changeItem(draft, held, to, today);
  warnOfShortAddons(draft);
  return draft.finish(effectiveDate);
}

/** The item that the change is about: the type itself, or the only one that its family holds. */
function heldItem(
  state: AccountState,
  family: string,
  planType: string,
): SubscriptionItem | Refusal {
  const active = runningInFamily(state.items, family).filter((item) => item.status === "active");
  const same = active.find((item) => item.planType === planType);
  if (same !== undefined) return same;
  const [other] = active;
  if (other === undefined) return refuse("noSubscription", { oldPlanCode: planType });
  if (!familyHoldsSeveral(family)) return other;
  // Which of several would become the new type? The API has no word for it.
  return refuse("planTypesDoNotMatch", { oldPlanType: other.planType, newPlanType: planType });
}

function refuseHosts(
  draft: Draft,
  item: SubscriptionItem,
  facts: PlanFacts,
  to: Target,
  today: CivilDate,
): Refusal | null {
  const problem = catalogueHostProblem(facts, to.hosts);
  if (problem !== null) {
    const { error, ...params } = problem;
    return refuse(error, params);
  }
  const inUse = hostsInUse(draft.usage, item.planType);
  // No error of this operation names licences in use; this one is its general "cannot be changed".
  if (to.hosts < item.hosts && inUse > to.hosts) return refuse("changeFailed");
  if (to.planType !== item.planType) {
    const need = unmetNeed(draft.items, to.planType);
    if (need === "business_or_education_base") return refuse("audioPayAsYouGo");
    if (need !== null) return refuse("cannotBuyProduct");
  }
  if (to.hosts > item.hosts && isUnsupportedWebinar(draft, to.planType)) {
    return refuse("webinar100NotSupported", { planCode: to.planType });
  }
  const most = mostHostsAllowed(draft.items, item, today);
  if (most !== null && to.hosts > most) return refuse("buyHostsTooMany", { maxBuyHost: most });
  return null;
}

/** The smallest webinars are no longer sold in the 2026 generation; those held stay as they are. */
function isUnsupportedWebinar(draft: Draft, planType: string): boolean {
  return draft.books.profile === "2026" && planType.startsWith("webinar100_");
}
