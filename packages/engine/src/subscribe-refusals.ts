/** The errors of POST plans for what is wrong with a plan or a contact. */
import type { PlanProblem } from "./add-addons.js";
import type { ContactProblem } from "./contact.js";
import type { Need } from "./plan-facts.js";
import { type Refusal, refusalOf } from "./refusal.js";

const refuse = refusalOf("account_plan_create");

/** How POST plans says what is wrong with a plan. */
export function refusePlan(problem: PlanProblem): Refusal {
  switch (problem.kind) {
    case "hosts": {
      const { error, ...params } = problem.hosts;
      return refuse(error, params);
    }
    case "no_audio_option":
      return refuse("audioOptionMissing");
    case "unknown_type":
      return refuseType(problem.family, problem.planType);
    case "unmet_need":
      return refuseNeed(problem.need, problem.planType);
    case "rooms_base":
    case "already_held":
      return refuse("cannotBuyPlan");
  }
}

function refuseType(family: string, planType: string): Refusal {
  switch (family) {
    case "plan_base":
      return refuse("invalidBasePlan");
    case "plan_recording":
      return refuse("invalidRecordingPlan", { plan_recording: planType });
    case "plan_audio":
      return refuse("invalidAudioPlan", { planCode: planType });
    case "plan_zoom_events":
      return refuse("invalidZoomEventPlan", { planCode: planType });
    default:
      return refuse("cannotBuyPlan");
  }
}

function refuseNeed(need: Need, planType: string): Refusal {
  switch (need) {
    case "enablement":
      return refuse(planType.endsWith("25") ? "pro25NotAllowed" : "pro50NotAllowed");
    case "business_or_education_base":
    case "needs_video_sdk":
      return refuse("noPurchasePermission");
    default:
      return refuse("cannotBuyPlan");
  }
}

/** How POST plans says what is wrong with the contact. */
export function refuseContact(problem: ContactProblem): Refusal {
  switch (problem.kind) {
    case "member":
    case "special_characters":
      return refuse("invalidContactMember", { member: problem.member });
    case "country":
      return refuse("invalidCountry", { country: problem.country });
    case "state":
      return refuse("invalidState", { state: problem.state });
  }
}
