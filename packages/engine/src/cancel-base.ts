/** PATCH plans/base/status: the base plan runs to the end of its period and does not renew. */
import { accessProblem } from "./access.js";
import type { Books } from "./books.js";
import { cancelItem } from "./cancel-item.js";
import type { CancelBaseCommand } from "./command.js";
import { Draft } from "./draft.js";
import { runningAddons, runningBase } from "./items.js";
import { refusalOf } from "./refusal.js";
import type { AccountState, CivilDate, Outcome } from "./state.js";
import { warnOfShortAddons } from "./warnings.js";

const refuse = refusalOf("account_plan_base_delete");

/** Refused while an add-on still renews; the base goes last. Cancelling again changes nothing. */
export function decideCancelBase(
  state: AccountState,
  command: CancelBaseCommand,
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
  if (base === null) return refuse("freePlan");
  if (runningAddons(state.items).some((addon) => addon.status === "active")) {
    return refuse("cancelAddonsFirst");
  }
  const draft = new Draft(state, books);
  cancelItem(draft, base, command, today);
  warnOfShortAddons(draft);
  return draft.finish(base.periodEnd);
}
