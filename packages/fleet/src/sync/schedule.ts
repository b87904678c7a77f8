/** What the calls of a sync come to under the limits, told before the first one is made. */
import type { QuotaPlan, QuotaPlanner } from "@paymaster/client";
import { operations, type ToolName, type WireProfile } from "@paymaster/contract";
import type { SkipReason } from "./due.js";
import type { Due } from "./find-due.js";
import { inputOf, type Kind, type Task, TOOL_OF } from "./kinds.js";

export interface KindSchedule {
  readonly kind: Kind;
  /** The label of its rate limit, e.g. `Heavy`. */
  readonly label: string;
  readonly calls: number;
  /** Calls that are not made, by reason. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
}

export interface DaySchedule {
  /** UTC, `YYYY-MM-DD`. */
  readonly date: string;
  readonly calls: number;
  /** ISO; undefined: calls of that day do not use it up. */
  readonly pool_used_up_at?: string;
}

export interface Schedule {
  /** The generation of the API whose limits hold. */
  readonly profile: WireProfile;
  readonly accounts: number;
  readonly calls: number;
  readonly kinds: readonly KindSchedule[];
  readonly days: readonly DaySchedule[];
  /** Calls counted under each rule of a label. */
  readonly rules: QuotaPlan["rules"];
  readonly starts_at: string;
  readonly finishes_at: string;
  readonly duration_ms: number;
}

export function scheduleOf(
  quota: QuotaPlanner,
  { tasks, skipped }: Due,
  accounts: number,
  today: string,
): Schedule {
  const plan = planOf(quota, tasks, today);
  const counts = new Map<Kind, number>();
  for (const { kind } of tasks) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = (Object.keys(TOOL_OF) as Kind[]).filter(
    (kind) => counts.has(kind) || skipped.has(kind),
  );
  const { profile } = quota.status();
  return {
    profile,
    accounts,
    calls: plan.calls,
    kinds: kinds.map((kind) => ({
      kind,
      label: operations[TOOL_OF[kind]].label[profile] ?? "no label",
      calls: counts.get(kind) ?? 0,
      skipped: Object.fromEntries(skipped.get(kind) ?? []),
    })),
    days: daysOf(plan, profile),
    rules: plan.rules,
    starts_at: new Date(plan.nowMs).toISOString(),
    finishes_at: new Date(plan.finishMs).toISOString(),
    duration_ms: Math.round(plan.durationMs),
  };
}

export function planOf(quota: QuotaPlanner, tasks: readonly Task[], today: string): QuotaPlan {
  return quota.plan(
    tasks.map((task) => ({
      tool: TOOL_OF[task.kind],
      input: inputOf(task, today),
      priority: "background",
    })),
  );
}

/** A day's pool is used up when its last call is followed by one that waits for another day. */
function daysOf({ days, steps }: QuotaPlan, profile: WireProfile): DaySchedule[] {
  const usedUpAt = new Map<string, number>();
  for (const { tool, atMs, waitsFor = "" } of steps) {
    if (!waitsFor.startsWith("day:")) continue;
    const dayBefore = dateOf(atMs - 86_400_000);
    if (usedUpAt.has(dayBefore)) continue;
    const label = operations[tool as ToolName].label[profile];
    const last = steps.findLast(
      (step) =>
        dateOf(step.atMs) === dayBefore &&
        operations[step.tool as ToolName].label[profile] === label,
    );
    usedUpAt.set(dayBefore, last?.atMs ?? Number.NaN);
  }
  return days.map(({ date, calls }) => {
    const atMs = usedUpAt.get(date);
    const isKnown = atMs !== undefined && !Number.isNaN(atMs);
    return { date, calls, ...(isKnown ? { pool_used_up_at: new Date(atMs).toISOString() } : {}) };
  });
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
