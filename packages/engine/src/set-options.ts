/** PATCH options, its billing part: who pays, and whether plans renew. */
import type { Books } from "./books.js";
import type { SetOptionsCommand } from "./command.js";
import { Draft } from "./draft.js";
import { runningBase } from "./items.js";
import { refusalOf } from "./refusal.js";
import type { AccountState, BillingAccount, CivilDate, Outcome } from "./state.js";
import { warnOfShortAddons } from "./warnings.js";

const refuse = refusalOf("account_options_update");

/** A pay mode is fixed while there is a plan, and after a purchase; auto-renew may change at any time. */
export function decideSetOptions(
  state: AccountState,
  command: SetOptionsCommand,
  today: CivilDate,
  books: Books,
): Outcome {
  const before = state.account;
  const payMode = command.payMode ?? before.payMode;
  if (payMode !== before.payMode) {
    if (runningBase(state.items) !== null) return refuse("payModeHasPlan");
    if (before.everPaid) return refuse("collectionMethod");
  }
  const draft = new Draft(state, books);
  const autoRenew = command.autoRenew ?? before.autoRenew;
  if (payMode !== before.payMode || autoRenew !== before.autoRenew) {
    draft.account = { ...before, payMode, autoRenew };
    draft.noteAccount("options_changed", options(before), options(draft.account));
  }
  if (!autoRenew) warnOfShortAddons(draft);
  return draft.finish(today);
}

function options({ payMode, autoRenew }: BillingAccount) {
  return { payMode, autoRenew };
}
