/**
 * Everything that falls due by itself: charges in arrears, renewals with their pending changes, expiries,
 * the end of a trial. Date by date and in one fixed order within a date, so that several missed periods
 * in one go give what the same days give one by one.
 */
import { assert } from "./assert.js";
import type { Books } from "./books.js";
import { Draft } from "./draft.js";
import { isRunning, runningBase } from "./items.js";
import { nextDueDate } from "./next-due.js";
import { factsOf } from "./plan-facts.js";
import { expire, renew, willRenew } from "./renew.js";
import type { AccountState, CivilDate, Decision, SubscriptionItem } from "./state.js";
import { closeUsage, settleUsage } from "./usage-charges.js";

/** Most dates that one call works through: a century of monthly dates for a few different anchors. */
export const MAX_DUE_DATES = 10_000;

/**
 * Everything due on or before `through`. Deciding again on the resulting state changes nothing, and
 * deciding in steps gives the same state and the same lines as deciding at once.
 */
export function decideDue(state: AccountState, through: CivilDate, books: Books): Decision {
  const draft = new Draft(state, books);
  for (let dates = 0; ; dates += 1) {
    assert(dates < MAX_DUE_DATES, `more than ${MAX_DUE_DATES} due dates`);
    const date = nextDueDate(draft);
    if (date === null || date > through) break;
    settleUsage(draft, date);
    renewOrExpire(draft, date);
  }
  settleUsage(draft, through);
  return draft.finish(through);
}

/** The base first: its expiry takes the add-ons along, also those that would renew on the same date. */
function renewOrExpire(draft: Draft, date: CivilDate): void {
  const base = runningBase(draft.items);
  if (base !== null && base.periodEnd === date) {
    if (!willRenew(base, draft.account.autoRenew)) {
      expireWithAddons(draft, base, date);
      return;
    }
    renew(draft, base);
  }
  for (const item of draft.items.slice()) {
    if (item.role === "base" || !isRunning(item) || item.periodEnd !== date) continue;
    const goesOn = willRenew(item, draft.account.autoRenew);
    if (givesUpStorage(item, goesOn)) closeUsage(draft, date);
    if (goesOn) renew(draft, item);
    else expire(draft, item, date);
  }
}

/** Storage that was bought for the days before must not be missing in their charge. */
function givesUpStorage(item: SubscriptionItem, goesOn: boolean): boolean {
  if (factsOf(item.planType).storageGb === 0) return false;
  return !goesOn || item.pending !== null;
}

function expireWithAddons(draft: Draft, base: SubscriptionItem, date: CivilDate): void {
  for (const item of draft.items.slice()) {
    if (isRunning(item)) expire(draft, item, date);
  }
  draft.usageChargedThrough = null;
  draft.noteAccount(base.isTrial ? "trial_ended" : "plan_ended", { plan: base.planType }, null);
}
