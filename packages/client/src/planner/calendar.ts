/**
 * How calls would fall into the windows of their rules: the arithmetic of a plan. Nothing is sent, so
 * each call takes no time, and a window holds exactly what its rule allows.
 */
import { DayGate, type Gate } from "./gate.js";
import { DAY_MS } from "./rules.js";
import type { Moment } from "./service-clock.js";

/** One gate's windows to come. All times are the service's. */
export interface Calendar {
  /** The earliest time, from `fromMs` on, at which a call fits in. */
  next(fromMs: number, keepBack: number): number;
  add(atMs: number): void;
}

export function calendarOf(gate: Gate, now: Moment): Calendar {
  const { kind } = gate.rule;
  if (kind === "lane") return new BlockedCalendar(gate.blockedUntilMs);
  if (kind === "interval") return new IntervalCalendar(gate, now);
  return new WindowCalendar(gate, now);
}

class BlockedCalendar implements Calendar {
  constructor(readonly untilMs: number) {}

  next(fromMs: number): number {
    return Math.max(fromMs, this.untilMs);
  }

  add(): void {}
}

class WindowCalendar implements Calendar {
  readonly #windowMs: number;
  readonly #limit: number;
  readonly #counts = new Map<number, number>();
  /** For each limit that is asked for (background calls leave something): where a full window leads. */
  readonly #onward = new Map<number, Map<number, number>>();
  readonly #untilMs: number;

  constructor(gate: Gate, now: Moment) {
    const { rule } = gate;
    this.#windowMs = rule.windowMs;
    this.#limit = rule.limit;
    this.#untilMs = gate.blockedUntilMs;
    const present = Math.floor(now.earliestMs / this.#windowMs);
    this.#counts.set(present, gate.usedAt(now));
    if (gate instanceof DayGate) this.#counts.set(present + 1, gate.usedOn(present + 1));
  }

  next(fromMs: number, keepBack: number): number {
    const share = this.#windowMs === DAY_MS ? keepBack : 0;
    const limit = Math.max(1, Math.ceil(this.#limit * (1 - share)));
    const startMs = Math.max(fromMs, this.#untilMs);
    const first = Math.floor(startMs / this.#windowMs);
    const index = this.#notFull(first, limit);
    return index === first ? startMs : index * this.#windowMs;
  }

  /** The first window from `first` on that has room; full ones are passed over at once the next time. */
  #notFull(first: number, limit: number): number {
    let onward = this.#onward.get(limit);
    if (onward === undefined) {
      onward = new Map();
      this.#onward.set(limit, onward);
    }
    const passed: number[] = [];
    let index = first;
    while ((this.#counts.get(index) ?? 0) >= limit) {
      passed.push(index);
      index = onward.get(index) ?? index + 1;
    }
    for (const full of passed) onward.set(full, index);
    return index;
  }

  add(atMs: number): void {
    const index = Math.floor(atMs / this.#windowMs);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + 1);
  }
}

/** Each call opens the next place one interval later. */
class IntervalCalendar implements Calendar {
  readonly #windowMs: number;
  readonly #limit: number;
  readonly #untilMs: number;
  /** When calls were made or will be, in order. */
  readonly #atMs: number[];

  constructor(gate: Gate, now: Moment) {
    const { rule } = gate;
    this.#windowMs = rule.windowMs;
    this.#limit = rule.limit;
    this.#untilMs = gate.blockedUntilMs;
    const error = now.latestMs - now.lineMs;
    gate.usedAt(now);
    this.#atMs = gate.takes.map(({ fromMs, toMs }) => (toMs ?? fromMs) + error);
    this.#atMs.sort((a, b) => a - b);
  }

  next(fromMs: number): number {
    const last = this.#atMs.at(-this.#limit);
    const openMs = last === undefined ? fromMs : last + this.#windowMs;
    return Math.max(fromMs, this.#untilMs, openMs);
  }

  add(atMs: number): void {
    this.#atMs.push(atMs);
  }
}
