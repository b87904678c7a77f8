/** Cancelling and uncancelling an item (billing rules, "Charges"): no refund, and nothing charged twice. */
import { addDays } from "./civil-date.js";
import type { Draft } from "./draft.js";
import { sentenceDate } from "./explain.js";
import type { CivilDate, SubscriptionItem } from "./state.js";

export interface CancellationNote {
  readonly reason: number | null;
  readonly comment: string | null;
}

/** The item runs to the end of its paid period. An item that is cancelled already stays as it is. */
export function cancelItem(
  draft: Draft,
  item: SubscriptionItem,
  { reason, comment }: CancellationNote,
  today: CivilDate,
): void {
  const last = sentenceDate(addDays(item.periodEnd, -1));
  if (item.status === "cancel") {
    draft.warnings.push(`${item.planType} was cancelled before and runs until ${last}.`);
    return;
  }
  const cancelled: SubscriptionItem = {
    ...item,
    status: "cancel",
    pending: null,
    cancellation: { on: today, reason, comment },
  };
  draft.update(cancelled, "item_cancelled");
  draft.warnings.push(`${item.planType} runs until ${last}, without refund.`);
}

/** The item renews again, as if it had never been cancelled. */
export function uncancelItem(draft: Draft, item: SubscriptionItem): SubscriptionItem {
  const renewing: SubscriptionItem = { ...item, status: "active", cancellation: null };
  draft.update(renewing, "item_uncancelled");
  return renewing;
}
