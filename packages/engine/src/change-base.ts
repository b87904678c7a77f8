/** PUT plans/base: the type and hosts that the base plan is to have. */
import { accessProblem } from "./access.js";
import type { Books } from "./books.js";
import { changeItem, effectOf, type Target } from "./change-item.js";
import type { ChangeBaseCommand } from "./command.js";
import { Draft } from "./draft.js";
import { catalogueHostProblem, fewestBaseHosts } from "./hosts.js";
import { hostsInUse, runningBase } from "./items.js";
import { factsIfKnown, factsOf, type PlanFacts, unmetNeed } from "./plan-facts.js";
import { type Refusal, refusalOf } from "./refusal.js";
import type { AccountState, CivilDate, Outcome, SubscriptionItem } from "./state.js";
import { warnOfShortAddons } from "./warnings.js";

const refuse = refusalOf("account_plan_base_update");

/**
 * A cancelled base plan has no subscription to change any more: subscribing to it again (POST plans) takes
 * the cancellation back first, so that nobody renews a plan by changing its hosts.
 */
export function decideChangeBase(
  state: AccountState,
  command: ChangeBaseCommand,
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
  const base = runningBase(state.items);
  if (base === null || base.status !== "active") return refuse("noSubscription");
  const facts = factsIfKnown(command.planType);
  if (facts === null || !mayBecome(state, base, facts)) {
    return refuse("planTypesDoNotMatch", {
      oldPlanType: base.planType,
      newPlanType: command.planType,
    });
  }
  const hosts = hostsAskedFor(command, base);
  if (hosts === null) return refuse("invalidHostNumber");
  const to: Target = { planType: facts.type, hosts };
  const draft = new Draft(state, books);
  const refusal = refuseHosts(draft, base, facts, to, today);
  if (refusal !== null) return refusal;
  const effectiveDate = changeItem(draft, base, to, today);
  warnOfShortAddons(draft);
  return draft.finish(effectiveDate);
}

/** `increasing_hosts` (2026) only ever adds; null: it is no number to add. */
function hostsAskedFor(command: ChangeBaseCommand, base: SubscriptionItem): number | null {
  if (command.hosts !== null) return command.hosts;
  const more = command.increasingHosts ?? null;
  if (more === null) return base.hosts;
  return more > 0 ? base.hosts + more : null;
}

/** Within one class, and with everything that the new plan needs. */
function mayBecome(state: AccountState, base: SubscriptionItem, to: PlanFacts): boolean {
  if (to.type === base.planType) return true;
  if (to.isTrial || unmetNeed(state.items, to.type) !== null) return false;
  return changeClassOf(to) !== null && changeClassOf(to) === changeClassOf(factsOf(base.planType));
}

/** Business plans are commercial plans with a minimum of their own. */
function changeClassOf({ baseClass }: PlanFacts): string | null {
  return baseClass === "business" ? "commercial" : baseClass;
}

function refuseHosts(
  draft: Draft,
  base: SubscriptionItem,
  facts: PlanFacts,
  to: Target,
  today: CivilDate,
): Refusal | null {
  const problem = catalogueHostProblem(facts, to.hosts);
  if (problem !== null) {
    const { error, ...params } = problem;
    if (error === "buyHostsTooFew") return refuseTooFew(facts);
    return refuse(error, params);
  }
  const inUse = hostsInUse(draft.usage, base.planType);
  if (to.hosts < base.hosts && inUse > to.hosts) return refuse("paidUsers", { 0: inUse });
  const effect = effectOf(draft, base, to, today);
  const fewest = fewestBaseHosts(draft.items, effect === "period_end" ? base.periodEnd : today);
  if (to.hosts < fewest) return refuse("buyHostsTooFew", { minBuyHost: fewest });
  return null;
}

/** Business and education plans have a wording of their own for too few hosts. */
function refuseTooFew({ baseClass, minHosts }: PlanFacts): Refusal {
  if (baseClass === "business") return refuse("insufficientBusinessHosts");
  if (baseClass === "education") return refuse("insufficientEducationHosts");
  return refuse("buyHostsTooFew", { minBuyHost: minHosts });
}
