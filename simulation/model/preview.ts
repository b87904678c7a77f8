/** What `Prefer: preview` tells: the write, done in a copy of the world. */
import { type Day, textOf } from "./calendar.js";
import { nextDue } from "./due.js";
import { majorOf, sum } from "./money.js";
import { dueThrough } from "./runs.js";
import type { Invoice, Line } from "./state.js";
import type { World } from "./world.js";

/** `after` is the world in which the write was done; `made` what it posted. */
export function previewBody(
  after: World,
  accountId: string,
  made: Invoice | null,
): Readonly<Record<string, unknown>> {
  const lines = made?.lines ?? [];
  return {
    preview: true,
    currency: after.books.currency,
    lines: lines.map(lineOf),
    tax_amount: majorOf(made?.tax ?? 0n),
    total_amount: majorOf(made?.total ?? 0n),
    credit_applied: majorOf(made?.credited ?? 0n),
    next_invoice: nextInvoice(after, accountId),
  };
}

function lineOf(line: Line): Readonly<Record<string, unknown>> {
  return {
    plan_type: line.type,
    charge_name: line.chargeName,
    quantity: line.quantity,
    start_date: textOf(line.start),
    end_date: textOf(line.end - 1),
    total_amount: majorOf(line.amount),
    tax_amount: majorOf(line.tax),
  };
}

/** Dates that are looked through: a plan by use may never be charged. */
const DATES_AHEAD = 360;

/** The next day on which something will be charged by itself, and how much. */
function nextInvoice(world: World, accountId: string): Readonly<Record<string, unknown>> | null {
  let account = world.get(accountId);
  let left = DATES_AHEAD;
  // What is overdue comes with today's invoice.
  for (let day: Day | null = nextDue(account); day !== null && left > 0; day = nextDue(account)) {
    day = Math.max(day, world.today);
    const due = dueThrough(world, { ...account, unbilled: [] }, day);
    account = due.account;
    left -= 1;
    if (due.lines.length === 0) continue;
    const total = sum(due.lines.map((line) => line.amount + line.tax));
    return { date: textOf(day), total_amount: majorOf(total) };
  }
  return null;
}
