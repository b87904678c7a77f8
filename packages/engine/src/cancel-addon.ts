/** PATCH plans/addons/status: an add-on runs to the end of its period and does not renew. */
import { accessProblem } from "./access.js";
import type { Books } from "./books.js";
import { cancelItem } from "./cancel-item.js";
import { later } from "./civil-date.js";
import type { CancelAddonCommand } from "./command.js";
import { Draft } from "./draft.js";
import { planState, runningAddonOfType, runningAddons } from "./items.js";
import { refusalOf } from "./refusal.js";
import type { AccountState, CivilDate, Outcome, SubscriptionItem } from "./state.js";

const refuse = refusalOf("account_plan_addon_cancel");

/** Words for the whole phone plan: its base plan, calling plans and numbers. */
const WHOLE_PHONE_PLAN: ReadonlySet<string> = new Set(["plan_phone", "phone_type"]);
const PHONE_FAMILY = "plan_phone.";

/** Cancelling again changes nothing. */
export function decideCancelAddon(
  state: AccountState,
  command: CancelAddonCommand,
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
  const { planType } = command;
  if (planType === null || planType === "") return refuse("planTypeRequired");
  const wanted = WHOLE_PHONE_PLAN.has(planType)
    ? runningAddons(state.items).filter((item) => item.family.startsWith(PHONE_FAMILY))
    : ofType(state, planType);
  if (wanted.length === 0) {
    return WHOLE_PHONE_PLAN.has(planType)
      ? refuse("noPhoneSubscription")
      : refuse("noSubscription", { planCode: planType });
  }
  const draft = new Draft(state, books);
  let effective = today;
  for (const item of wanted) {
    cancelItem(draft, item, command, today);
    effective = later(effective, item.periodEnd);
  }
  return draft.finish(effective);
}

function ofType(state: AccountState, planType: string): SubscriptionItem[] {
  const item = runningAddonOfType(state.items, planType);
  return item === null ? [] : [item];
}
