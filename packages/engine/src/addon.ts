/** POST plans/addons: more plans for an account that has a paid base plan. */
import { accessProblem } from "./access.js";
import { addAddons, type PlanProblem } from "./add-addons.js";
import type { Books } from "./books.js";
import type { AddonCommand } from "./command.js";
import { Draft } from "./draft.js";
import { planState } from "./items.js";
import { type Refusal, refusalOf } from "./refusal.js";
import type { AccountState, CivilDate, Outcome } from "./state.js";
import { warnOfShortAddons } from "./warnings.js";

const refuse = refusalOf("account_plan_addon_create");

export function decideAddon(
  state: AccountState,
  command: AddonCommand,
  today: CivilDate,
  books: Books,
): Outcome {
  switch (accessProblem(state, { checksVipAndTrial: false })) {
    case "self_pay":
      return refuse("selfPayMode");
    case "bulk_licenses":
      return refuse("bulkLicenses");
  }
  if (planState(state.items) !== "paid") return refuse("freePlan");
  const draft = new Draft(state, books);
  const problem = addAddons(draft, command.addons, today, "addon");
  if (problem !== null) return refusePlan(problem);
  warnOfShortAddons(draft);
  return draft.finish(today);
}

/** How POST addons says what is wrong with a plan. */
function refusePlan(problem: PlanProblem): Refusal {
  switch (problem.kind) {
    case "unknown_type":
      return refuse("invalidAddonType", { newPlanCode: problem.planType });
    case "hosts": {
      const { error, ...params } = problem.hosts;
      return refuse(error, params);
    }
    case "no_audio_option":
      return refuse("audioOptionMissing");
    case "rooms_base":
      return refuse("zoomRoomsBase");
    case "already_held":
      return refuse("alreadyHasAddon", { planCode: problem.planType });
    case "unmet_need":
      return refuse(
        problem.need === "business_or_education_base" ? "audioPayAsYouGo" : "cannotBuyPlan",
      );
  }
}
