/** What a write would do, told before it is done; built from the very decision that the write would make. */
import type { Books } from "./books.js";
import { Draft } from "./draft.js";
import { decideDue } from "./due.js";
import { assembleInvoice } from "./invoice.js";
import type { AccountState, ChargeLine, CivilDate, Decision, Minor } from "./state.js";

/** Due dates looked through for the next invoice: three years of monthly dates of ten anchors. */
const MAX_DATES_AHEAD = 360;

export interface PreviewContext {
  readonly today: CivilDate;
  /** Credit that the payer has now. */
  readonly creditMinor: Minor;
  readonly paymentTermDays: number;
}

export interface Preview {
  readonly effectiveDate: CivilDate;
  /** Lines of the invoice that the write would post now. */
  readonly lines: readonly ChargeLine[];
  readonly taxMinor: Minor;
  /** Lines and tax; negative when it becomes credit. */
  readonly totalMinor: Minor;
  /** What of the total the payer's credit would settle. */
  readonly creditAppliedMinor: Minor;
  /** The next invoice that follows by itself, as things would stand; null: none. */
  readonly nextInvoice: { readonly date: CivilDate; readonly totalMinor: Minor } | null;
  readonly warnings: readonly string[];
}

/** What the decision, made upon `before`, would post, and what would follow from it. */
export function previewOf(
  before: AccountState,
  decision: Decision,
  books: Books,
  context: PreviewContext,
): Preview {
  const { effectiveDate, lines } = decision;
  const totals = totalsOf(lines, context);
  return {
    effectiveDate,
    lines,
    taxMinor: totals.taxMinor,
    totalMinor: totals.totalMinor,
    creditAppliedMinor: Math.max(0, Math.min(context.creditMinor, totals.totalMinor)),
    nextInvoice: nextInvoiceOf(decision, books, context),
    warnings: [...decision.warnings, ...withdrawnChanges(before, decision)],
  };
}

/** For a change that no plan is part of: nothing is posted, and what falls due comes as things stand now. */
export function previewUnchanged(
  state: AccountState,
  books: Books,
  context: PreviewContext,
): Preview {
  return previewOf(state, new Draft(state, books).finish(context.today), books, context);
}

/** Pending changes that the decision replaces or withdraws. */
function withdrawnChanges(before: AccountState, { changedItems }: Decision): string[] {
  const warnings: string[] = [];
  for (const { number, pending } of before.items) {
    const after = changedItems.find((item) => item.number === number);
    if (pending === null || after === undefined || after.pending === pending) continue;
    const { planType, hosts } = pending;
    warnings.push(`The pending change to ${planType} with ${hosts} hosts no longer applies.`);
  }
  return warnings;
}

function totalsOf(
  lines: readonly ChargeLine[],
  { today, paymentTermDays }: PreviewContext,
): { readonly taxMinor: Minor; readonly totalMinor: Minor } {
  if (lines.length === 0) return { taxMinor: 0, totalMinor: 0 };
  return assembleInvoice({ lines, invoiceDate: today, targetDate: today, paymentTermDays });
}

function nextInvoiceOf(
  decision: Decision,
  books: Books,
  context: PreviewContext,
): Preview["nextInvoice"] {
  let { state, nextDueDate: date } = decision;
  for (let dates = 0; date !== null && dates < MAX_DATES_AHEAD; dates += 1) {
    // What is overdue comes with today's invoice.
    if (date < context.today) date = context.today;
    const due = decideDue(state, date, books);
    if (due.lines.length > 0) {
      const { totalMinor } = totalsOf(due.lines, { ...context, today: date });
      return { date, totalMinor };
    }
    state = due.state;
    date = due.nextDueDate;
  }
  return null;
}
