/** A schedule in words: before a sync, and as all that a dry run prints. */
import { type Schedule, SKIP_REASONS, type SkipReason } from "@paymaster/fleet";
import type { Paint } from "../output.js";
import { renderTable } from "../table.js";
import { count, counted, instant, span } from "./words.js";

/** One line. */
export function scheduleLine({ accounts, calls, finishes_at, duration_ms }: Schedule): string {
  if (calls === 0) return `${counted(accounts, "account")}: nothing to read.`;
  return `${counted(accounts, "account")}: ${counted(calls, "call")} under the limits, until ${instant(finishes_at)} (${span(duration_ms)}).`;
}

export function scheduleText(schedule: Schedule, paint: Paint): string {
  const rows = schedule.kinds.map(({ kind, label, calls, skipped }) => ({
    kind,
    label,
    calls,
    left_out: Object.values(skipped).reduce((sum, number) => sum + number, 0),
  }));
  const days = schedule.days.map(({ date, calls, pool_used_up_at: usedUp }) => ({
    day: date,
    calls,
    pool: usedUp === undefined ? "" : `used up at ${instant(usedUp)}`,
  }));
  return [
    `${scheduleLine(schedule)}\n`,
    rows.length === 0 ? "" : `\n${renderTable(rows, paint)}`,
    leftOut(schedule),
    days.length === 0 ? "" : `\n${renderTable(days, paint)}`,
    ...schedule.rules.map(
      ({ rule, limit, windowMs, calls }) =>
        `${rule}: ${counted(calls, "call")}, ${count(limit)} in ${span(windowMs)}\n`,
    ),
  ].join("");
}

/** Why calls are not made. */
export function leftOut({ kinds }: Schedule): string {
  const sums = new Map<SkipReason, number>();
  for (const { skipped } of kinds) {
    for (const [reason, number] of Object.entries(skipped) as [SkipReason, number][]) {
      sums.set(reason, (sums.get(reason) ?? 0) + number);
    }
  }
  if (sums.size === 0) return "";
  const lines = Array.from(
    sums,
    ([reason, number]) => `  ${count(number)}: ${SKIP_REASONS[reason]}`,
  );
  return `\nLeft out:\n${lines.join("\n")}\n`;
}
