/** What a preview should say besides amounts. */
import { addDays } from "./civil-date.js";
import type { Draft } from "./draft.js";
import { sentenceDate } from "./explain.js";
import { runningAddons, runningBase } from "./items.js";
import { willRenew } from "./renew.js";

/** Warns for each add-on that the end of its base will take along before or instead of its renewal. */
export function warnOfShortAddons(draft: Draft): void {
  const base = runningBase(draft.items);
  if (base === null || willRenew(base, draft.account.autoRenew)) return;
  for (const addon of runningAddons(draft.items)) {
    const losesDays = addon.periodEnd > base.periodEnd;
    if (!losesDays && !willRenew({ ...addon, isTrial: false }, true)) continue;
    const last = sentenceDate(addDays(base.periodEnd, -1));
    const refund = losesDays ? ", without refund of the days it has paid beyond that" : "";
    draft.warnings.push(`${addon.planType} ends with the base plan on ${last}${refund}.`);
  }
}
