/** POST plans: a free or trial account subscribes to a base plan, with or without add-ons. */
import { baseClassOf, countries, findPlan, mayBeBase, states } from "@paymaster/contract";
import { firstRefusal } from "./access.js";
import { buyAddons, isProblem, type Problem, takeBack } from "./addon.js";
import { hostProblem, leastForAddons, unmetNeed } from "./hosts.js";
import { recurring, startItem, superseded } from "./items.js";
import { type Refusal, refuse } from "./reply.js";
import { type Account, isRunning, runningBase } from "./state.js";
import { usageMoved } from "./usage.js";
import { addonWishes, type Body, type Decided, type Wish, wishOf } from "./wishes.js";
import type { World } from "./world.js";

const TOOL = "account_plan_create";
/** Contract terms, in months. */
const TERMS = [1, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120];

export function subscribe(world: World, account: Account, body: Body): Refusal | Decided {
  const first = firstRefusal(world, TOOL, account);
  if (first !== null) return first;
  if (!world.get(account.parent).mayAddSubAccounts) return refuse(TOOL, "mayNotAddSubAccounts");
  const wish = wishOf(body.plan_base, "plan_base");
  const held = runningBase(account);
  const isTrial = findPlan(wish.type)?.interval === "trial";
  if (held === undefined || held.trial) {
    if (isTrial && account.trialUsed) return refuse(TOOL, "trialAlreadyUsed");
  } else if (held.status !== "cancel" || held.type !== wish.type) {
    return refuse(TOOL, "notFreePlan");
  }
  if (body.plan_bundle !== undefined) return refuse(TOOL, "planBundleField");
  const { contract_term: term } = (body.subscription_options as Body | undefined) ?? {};
  if (term !== undefined && !TERMS.includes(Number(term)))
    return refuse(TOOL, "invalidContractTerm");
  const addons = addonWishes(body, world);
  const outcome = buyAll(world, account, wish, addons);
  if (isProblem(outcome)) return refusalOf(account, outcome);
  const contact = body.contact as Body | undefined;
  const wrong = contactProblem(world, contact);
  if (wrong !== null) return wrong;
  if (contact === undefined) return outcome;
  return { ...outcome, account: { ...outcome.account, contact: contact as Account["contact"] } };
}

function buyAll(
  world: World,
  account: Account,
  wish: Wish,
  addons: readonly Wish[],
): Problem | Decided {
  const plan = findPlan(wish.type);
  if (plan === undefined || !mayBeBase(plan)) return { kind: "unknown", wish };
  if (world.profile === "2026" && baseClassOf(plan.type) === "rooms") {
    return { kind: "unknown", wish };
  }
  const hosts = hostProblem(plan, wish.hosts);
  if (hosts !== null) return { kind: "hosts", hosts, wish };
  if (plan.interval === "trial" && addons.length > 0) return { kind: "held", wish };
  const held = runningBase(account);
  const resumes = held !== undefined && !held.trial;
  const base = resumes
    ? resumeBase(world, account, wish)
    : begin(world, account, { ...wish, hosts: wish.hosts ?? 1 });
  if (isProblem(base)) return base;
  const all = buyAddons(world, base.account, addons, !resumes);
  if (isProblem(all)) return all;
  const need = unmetNeed(all.account.items, wish.type);
  if (need !== null) return { kind: "need", need, wish };
  return { account: all.account, charges: [...base.charges, ...all.charges] };
}

function resumeBase(world: World, account: Account, wish: Wish): Problem | Decided {
  const held = runningBase(account);
  if (held === undefined) throw new Error("no base plan to resume");
  const resumed = takeBack(world, account, held, wish);
  if (isProblem(resumed)) return resumed;
  const least = leastForAddons(resumed.account.items, held.periodEnd);
  if ((wish.hosts ?? held.hosts) >= least) return resumed;
  return { kind: "hosts", hosts: { error: "buyHostsTooFew", params: { minBuyHost: least } }, wish };
}

/** The account with the base plan from today on, and its first charge; a running trial gives way. */
export function begin(
  world: World,
  account: Account,
  wish: Wish & { readonly hosts: number },
): Decided {
  const trial = runningBase(account);
  const kept = account.items.map((item) =>
    isRunning(item) ? { ...item, status: "replaced" as const } : item,
  );
  const item = startItem(world, { ...wish, number: account.nextItem, base: true }, null);
  const moved =
    trial === undefined ? account.usage : usageMoved(account.usage, trial.type, item.type);
  const started = {
    ...moved,
    peakGb: moved.storageGb,
    charges: {},
    through: world.today,
  };
  return {
    account: {
      ...account,
      items: [...superseded(kept, item), item],
      nextItem: account.nextItem + 1,
      usage: item.trial ? moved : started,
      everPaid: account.everPaid || !item.trial,
      trialUsed: account.trialUsed || item.trial,
    },
    charges: recurring(item, item.hosts, world.today),
  };
}

function refusalOf(account: Account, problem: Problem): Refusal {
  const { type, family } = problem.wish;
  switch (problem.kind) {
    case "hosts":
      return refuse(TOOL, problem.hosts.error, problem.hosts.params);
    case "no countries":
      return refuse(TOOL, "audioOptionMissing");
    case "rooms":
    case "held":
      return refuse(TOOL, "cannotBuyPlan");
    case "need":
      if (problem.need === "enablement") {
        return refuse(TOOL, type.endsWith("25") ? "pro25NotAllowed" : "pro50NotAllowed");
      }
      return refuse(
        TOOL,
        problem.need === "business or education" || problem.need === "needs_video_sdk"
          ? "noPurchasePermission"
          : "cannotBuyPlan",
      );
    case "unknown":
      if (family === "plan_base") {
        return refuse(TOOL, "invalidBasePlan", { subAccountId: account.id });
      }
      if (family === "plan_recording") {
        return refuse(TOOL, "invalidRecordingPlan", { plan_recording: type });
      }
      if (family === "plan_zoom_events") {
        return refuse(TOOL, "invalidZoomEventPlan", { planCode: type });
      }
      if (family === "plan_audio") return refuse(TOOL, "invalidAudioPlan", { planCode: type });
      return refuse(TOOL, "cannotBuyPlan");
  }
}

/** Contact members in the order of the error list. */
const MEMBERS = [
  "first_name",
  "last_name",
  "email",
  "country",
  "address",
  "city",
  "phone_number",
  "state",
  "zip",
] as const;

function contactProblem(world: World, contact: Body | undefined): Refusal | null {
  if (contact === undefined && world.profile === "2021") return null;
  for (const member of MEMBERS) {
    const value = contact?.[member];
    const wrong = typeof value !== "string" || value.trim() === "";
    if (wrong || (member === "email" && !/^[^@\s]+@[^@\s]+$/.test(value))) {
      return refuse(TOOL, "invalidContactMember", { member });
    }
  }
  const country = String(contact?.country);
  if (!countries.includes(country)) return refuse(TOOL, "invalidCountry", { country });
  const state = String(contact?.state);
  if ((country === "US" || country === "CA") && !states.includes(state)) {
    return refuse(TOOL, "invalidState", { state });
  }
  return null;
}
