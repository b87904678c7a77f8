/** POST plans: a free or trial account gets a base plan, with or without add-ons, today. */
import { accessProblem } from "./access.js";
import { addAddons, type PlanProblem, resume } from "./add-addons.js";
import type { Books } from "./books.js";
import type { SubscribeCommand } from "./command.js";
import { type ContactProblem, wholeContactProblem } from "./contact.js";
import { Draft } from "./draft.js";
import { catalogueHostProblem, fewestBaseHosts } from "./hosts.js";
import { runningBase } from "./items.js";
import { factsIfKnown, type PlanFacts, unmetNeed } from "./plan-facts.js";
import { type Refusal, refusalOf } from "./refusal.js";
import { startItem } from "./start-item.js";
import type { AccountState, CivilDate, Outcome, SubscriptionItem } from "./state.js";
import { refuseContact, refusePlan } from "./subscribe-refusals.js";
import { carryUsage, startUsage } from "./usage-charges.js";
import { warnOfShortAddons } from "./warnings.js";

const refuse = refusalOf("account_plan_create");

export function decideSubscribe(
  state: AccountState,
  command: SubscribeCommand,
  today: CivilDate,
  books: Books,
): Outcome {
  switch (accessProblem(state, { checksVipAndTrial: false })) {
    case "self_pay":
      return refuse("selfPayMode");
    case "bulk_licenses":
      return refuse("bulkLicenses");
  }
  if (!state.account.mayAddSubAccounts) return refuse("mayNotAddSubAccounts");
  const held = runningBase(state.items);
  const refusal = refusePlanState(state, held, command) ?? refuseRequest(command);
  if (refusal !== null) return refusal;
  const draft = new Draft(state, books);
  const problem =
    subscribeBase(draft, held, command, today) ?? addRest(draft, held, command, today);
  if (problem !== null) return refusePlan(problem);
  const contactProblem = problemOfContact(command, books);
  if (contactProblem !== null) return refuseContact(contactProblem);
  warnOfShortAddons(draft);
  return draft.finish(today);
}

/** A second trial, or a plan that runs and is not the same one cancelled. */
function refusePlanState(
  state: AccountState,
  held: SubscriptionItem | null,
  { base }: SubscribeCommand,
): Refusal | null {
  const wantsTrial = factsIfKnown(base.planType)?.isTrial ?? false;
  if (held === null || held.isTrial) {
    const hadTrial = state.account.trialUsedOn !== null;
    return wantsTrial && hadTrial ? refuse("trialAlreadyUsed") : null;
  }
  const takesCancellationBack = held.status === "cancel" && held.planType === base.planType;
  return takesCancellationBack ? null : refuse("notFreePlan");
}

/** Contract terms that are sold, in months [wire facts 1.6, D26]. */
const CONTRACT_TERMS: ReadonlySet<number> = new Set([1, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120]);

/** What is wrong with a request whatever the plans in it are. */
function refuseRequest({ hasBundle, contractTermMonths }: SubscribeCommand): Refusal | null {
  if (hasBundle) return refuse("planBundleField");
  const term = contractTermMonths ?? null;
  return term === null || CONTRACT_TERMS.has(term) ? null : refuse("invalidContractTerm");
}

/** 2021 documents the contact as optional, 2026 as required; one that is sent must be whole. */
function problemOfContact(
  { contact, byOperator = false }: SubscribeCommand,
  books: Books,
): ContactProblem | null {
  if (contact === null && (byOperator || books.profile === "2021")) return null;
  return wholeContactProblem(contact ?? {});
}

/** Starts the base plan, converts a trial to it, or takes its cancellation back. */
function subscribeBase(
  draft: Draft,
  held: SubscriptionItem | null,
  { base, addons }: SubscribeCommand,
  today: CivilDate,
): PlanProblem | null {
  const facts = factsIfKnown(base.planType);
  const { family, planType } = base;
  if (facts === null || !isBaseIn(draft.books, facts)) {
    return { kind: "unknown_type", family, planType };
  }
  const problem = catalogueHostProblem(facts, base.hosts);
  if (problem !== null) return { kind: "hosts", hosts: problem };
  // Add-ons come with a paid plan.
  const [first] = addons;
  if (facts.isTrial && first !== undefined) {
    return { kind: "already_held", planType: first.planType };
  }
  if (held !== null && !held.isTrial) return resumeBase(draft, held, base, today);
  if (held !== null) {
    draft.retire(held, today, "trial_converted");
    draft.usage = carryUsage(draft.usage, held.planType, planType);
  }
  startItem(draft, base, today, null, "subscribe");
  markSubscribed(draft, facts, today);
  return null;
}

/** Zoom Rooms plans could be base plans until 2021. */
function isBaseIn({ profile }: Books, { baseClass }: PlanFacts): boolean {
  return baseClass !== null && !(baseClass === "rooms" && profile === "2026");
}

function resumeBase(
  draft: Draft,
  held: SubscriptionItem,
  base: SubscribeCommand["base"],
  today: CivilDate,
): PlanProblem | null {
  const outcome = resume(draft, held, base, today, "subscribe");
  if ("kind" in outcome) return outcome;
  const fewest = fewestBaseHosts(draft.items, held.periodEnd);
  if ((base.hosts ?? held.hosts) >= fewest) return null;
  return { kind: "hosts", hosts: { error: "buyHostsTooFew", minBuyHost: fewest } };
}

/** The account's own marks of a first trial or of a purchase; use is measured from today on. */
function markSubscribed(draft: Draft, facts: PlanFacts, today: CivilDate): void {
  const before = draft.account;
  if (facts.isTrial) {
    draft.account = { ...before, trialUsedOn: today };
    draft.noteAccount("trial_started", { trialUsedOn: before.trialUsedOn }, { trialUsedOn: today });
    return;
  }
  startUsage(draft, today);
  if (before.everPaid) return;
  draft.account = { ...before, everPaid: true };
  draft.noteAccount("first_purchase", { everPaid: false }, { everPaid: true });
}

function addRest(
  draft: Draft,
  held: SubscriptionItem | null,
  { addons }: SubscribeCommand,
  today: CivilDate,
): PlanProblem | null {
  const base = runningBase(draft.items);
  if (base === null) return null;
  // Next to a base that goes on, a new add-on joins its periods as POST addons would have it.
  const resumed = held !== null && !held.isTrial;
  const problem = addAddons(draft, addons, today, resumed ? "addon" : "subscribe");
  if (problem !== null) return problem;
  const { planType } = base;
  const need = unmetNeed(draft.items, planType);
  return need === null ? null : { kind: "unmet_need", need, planType };
}
