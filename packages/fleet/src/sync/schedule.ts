/** What the calls of a sync come to under the limits, told before the first one is made. */
import type { QuotaPlan, QuotaPlanner } from "@paymaster/client";
import { operations } from "@paymaster/contract";
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
  return {
    accounts,
    calls: plan.calls,
    kinds: kinds.map((kind) => ({
      kind,
      label: labelOf(TOOL_OF[kind]),
      calls: counts.get(kind) ?? 0,
      skipped: Object.fromEntries(skipped.get(kind) ?? []),
    })),
    days: daysOf(plan),
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

function labelOf(tool: keyof typeof operations): string {
  return operations[tool].label["2021"] ?? "no label";
}

/** A day's pool is used up when its last call is followed by one that waits for another day. */
function daysOf({ days, steps }: QuotaPlan): DaySchedule[] {
  const usedUpAt = new Map<string, number>();
  for (const { atMs, waitsFor = "" } of steps) {
    if (!waitsFor.startsWith("day:")) continue;
    const dayBefore = dateOf(atMs - 86_400_000);
    if (usedUpAt.has(dayBefore)) continue;
    const last = steps.findLast((step) => dateOf(step.atMs) === dayBefore && isPooled(step.tool));
    usedUpAt.set(dayBefore, last?.atMs ?? Number.NaN);
  }
  return days.map(({ date, calls }) => {
    const atMs = usedUpAt.get(date);
    const isKnown = atMs !== undefined && !Number.isNaN(atMs);
    return { date, calls, ...(isKnown ? { pool_used_up_at: new Date(atMs).toISOString() } : {}) };
  });
}

function isPooled(tool: string): boolean {
  return labelOf(tool as keyof typeof operations) === "Heavy";
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
