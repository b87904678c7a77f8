/** What a number of calls would come to. Pure: it looks at the ledger and changes nothing. */
import { type Calendar, calendarOf } from "./calendar.js";
import type { Gate } from "./gate.js";
import type { CallRules, Rule } from "./rules.js";
import type { Moment } from "./service-clock.js";
import type { PlanStep, Priority, QuotaPlan } from "./types.js";

export interface CallInPlan {
  /** In the list that was given; negative: it waits already and is not told of. */
  readonly index: number;
  readonly tool: string;
  readonly rules: CallRules;
  readonly priority: Priority;
}

/** No rule is so contradictory that its windows never meet; this only ends a loop that has gone wrong. */
const MAX_ROUNDS = 1_000;

/**
 * Puts each call into the first windows that have room under all of its rules.
 * @param calls in the order in which they want to go; interactive ones are put first
 * @param interactiveShare of a day's calls that background ones leave alone
 */
export function planCalls(
  calls: readonly CallInPlan[],
  gateOf: (rule: Rule) => Gate,
  now: Moment,
  interactiveShare: number,
): QuotaPlan {
  const calendars = new Map<string, Calendar>();
  const counted = new Map<Rule, number>();
  const days = new Map<string, number>();
  const steps: PlanStep[] = [];
  const calendarFor = (rule: Rule) => {
    let calendar = calendars.get(rule.key);
    if (calendar === undefined) {
      calendar = calendarOf(gateOf(rule), now);
      calendars.set(rule.key, calendar);
    }
    return calendar;
  };
  for (const { index, tool, rules, priority } of inOrder(calls)) {
    const all = [...rules.lane.rules, ...rules.special];
    const keepBack = priority === "background" ? interactiveShare : 0;
    const dated = all.map((rule) => ({ rule, calendar: calendarFor(rule), keepBack }));
    const { atMs, waitsFor } = firstFit(dated, now.earliestMs);
    for (const { calendar } of dated) calendar.add(atMs);
    if (index < 0) continue;
    for (const rule of rules.lane.rules) {
      if (rule.kind !== "lane") counted.set(rule, (counted.get(rule) ?? 0) + 1);
    }
    steps.push({ index, tool, atMs, waitsFor });
  }
  steps.sort((a, b) => a.atMs - b.atMs || a.index - b.index);
  for (const { atMs } of steps) {
    const date = new Date(atMs).toISOString().slice(0, 10);
    days.set(date, (days.get(date) ?? 0) + 1);
  }
  const finishMs = steps.at(-1)?.atMs ?? now.earliestMs;
  return {
    nowMs: now.earliestMs,
    finishMs,
    durationMs: finishMs - now.earliestMs,
    calls: steps.length,
    steps,
    days: Array.from(days, ([date, count]) => ({ date, calls: count })),
    rules: Array.from(counted, ([{ key, limit, windowMs }, count]) => {
      return { rule: key, limit, windowMs, calls: count };
    }),
  };
}

interface DatedRule {
  readonly rule: Rule;
  readonly calendar: Calendar;
  readonly keepBack: number;
}

function firstFit(rules: readonly DatedRule[], nowMs: number) {
  let atMs = nowMs;
  let waitsFor: string | undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const before = atMs;
    for (const { rule, calendar, keepBack } of rules) {
      const opensMs = calendar.next(atMs, keepBack);
      if (opensMs <= atMs) continue;
      atMs = opensMs;
      waitsFor = rule.key;
    }
    if (atMs === before) break;
  }
  return { atMs, waitsFor };
}

function inOrder(calls: readonly CallInPlan[]): readonly CallInPlan[] {
  const interactive = calls.filter(({ priority }) => priority === "interactive");
  if (interactive.length === calls.length || interactive.length === 0) return calls;
  return [...interactive, ...calls.filter(({ priority }) => priority === "background")];
}
