/**
 * Gates: one for each rule and what it is counted for. A gate never forgets a call that the service
 * may still count against the next one.
 *
 * When a call is counted is not known exactly: some time between its sending and its answer. So a call
 * stands in every window that this span touches, and a call without an answer in the present one. That
 * costs nothing as long as calls are answered within the window in which they were sent.
 */
import { DAY_MS, type Rule } from "./rules.js";
import { CLOCK_STEP_MS, type Moment } from "./service-clock.js";

/** A call that was let out, as its gates see it. Times are on the planner's line. */
export interface Take {
  readonly id: string;
  /** When it was let out. */
  fromMs: number;
  /** When the answer came, or when it was given up; undefined: it is on its way. */
  toMs: number | undefined;
  /** UTC day in which it was counted, in days since 1970. */
  dayIndex: number;
}

/** A request without an answer has reached the service by then, or never will. */
export const MAX_TRANSIT_MS = 2_000;

export interface Gate {
  readonly rule: Rule;
  readonly blockedUntilMs: number;
  /** The calls that are remembered one by one. */
  readonly takes: readonly Take[];
  /** What others have used of a window, as far as the service has said. */
  readonly others: { readonly index: number; readonly calls: number };
  /**
   * Milliseconds until it admits a call after `ahead` others have gone; 0: it does now.
   * @param keepBack the share of the rule's calls that this one must leave unused
   */
  delayMs(now: Moment, ahead?: number, keepBack?: number): number;
  take(take: Take, now: Moment): void;
  /** The call's answer came. */
  settle?(take: Take, now: Moment): void;
  /** The call was not counted after all. */
  release(take: Take): void;
  /** Nothing is admitted before service time `untilMs`. */
  block(untilMs: number): void;
  /** The service has refused a call in this window although there seemed to be room. */
  cut?(windowIndex: number): void;
  seeOthers(windowIndex: number, calls: number): void;
  /** The rule has another number now. */
  setLimit(limit: number): void;
  /** Calls counted in the present window. */
  usedAt(now: Moment): number;
  /** Whether forgetting the gate would change nothing. */
  isIdle(now: Moment): boolean;
}

abstract class BlockableGate {
  protected untilMs = 0;

  get blockedUntilMs(): number {
    return this.untilMs;
  }

  block(untilMs: number): void {
    this.untilMs = Math.max(this.untilMs, untilMs);
  }

  protected blockedForMs(now: Moment): number {
    return Math.max(0, this.untilMs - now.earliestMs);
  }
}

/** The end of a call's span on the line, as far as it is known. */
function endOf(take: Take, now: Moment): number {
  return take.toMs ?? Math.min(now.lineMs, take.fromMs + MAX_TRANSIT_MS);
}

/** What a gate counts beyond its own calls, in the window that was last spoken of. */
class OthersInWindow {
  index = Number.NEGATIVE_INFINITY;
  calls = 0;

  see(index: number, calls: number): void {
    if (index > this.index) {
      this.index = index;
      this.calls = calls;
    } else if (index === this.index) this.calls = Math.max(this.calls, calls);
  }

  at(index: number): number {
    return index === this.index ? this.calls : 0;
  }
}

const NO_OTHERS = new OthersInWindow();

/**
 * How many calls of a window are tried. Below the limit only after the service has refused calls that
 * should have had room: somebody else uses the account, too. Then it shrinks by a fifth for each window
 * with a refusal, and grows back by a fiftieth of the limit with each window without one.
 */
class Allowance {
  calls: number;
  #limit: number;
  #cutIn = Number.NEGATIVE_INFINITY;
  #grownIn = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.calls = limit;
    this.#limit = limit;
  }

  cut(windowIndex: number): void {
    if (windowIndex <= this.#cutIn) return;
    this.#cutIn = windowIndex;
    this.calls = Math.max(1, Math.floor(this.calls * 0.8));
  }

  /** A window has begun; if it follows one with a refusal, it first has to show that it has none. */
  grow(windowIndex: number): void {
    if (this.calls >= this.#limit) return;
    if (windowIndex <= this.#grownIn || windowIndex <= this.#cutIn + 1) return;
    this.#grownIn = windowIndex;
    this.calls = Math.min(this.#limit, this.calls + Math.ceil(this.#limit / 50));
  }

  setLimit(limit: number): void {
    this.#limit = limit;
    this.calls = limit;
  }
}

/** Windows that begin at whole seconds or minutes of the service's clock. */
export class AlignedGate extends BlockableGate implements Gate {
  rule: Rule;
  takes: Take[] = [];
  readonly others = new OthersInWindow();
  readonly #allowance: Allowance;

  constructor(rule: Rule) {
    super();
    this.rule = rule;
    this.#allowance = new Allowance(rule.limit);
  }

  delayMs(now: Moment, ahead = 0): number {
    const { windowMs } = this.rule;
    const limit = this.#allowance.calls;
    const first = Math.floor(now.earliestMs / windowMs);
    const last = Math.floor(now.latestMs / windowMs);
    let left = limit;
    let openIndex = first;
    for (let index = last; index >= first; index -= 1) {
      const used = this.usedIn(index, now);
      if (used >= limit) {
        openIndex = index + 1;
        break;
      }
      left = Math.min(left, limit - used);
    }
    if (ahead >= left) openIndex += 1 + Math.floor((ahead - left) / limit);
    const waitMs = openIndex === first ? 0 : openIndex * windowMs - now.earliestMs;
    return Math.max(waitMs, this.blockedForMs(now));
  }

  usedIn(index: number, now: Moment): number {
    const { windowMs } = this.rule;
    // The error of the clock as it is known now: it was larger when the call was made.
    const startMs = index * windowMs - (now.latestMs - now.lineMs);
    const endMs = (index + 1) * windowMs - (now.earliestMs - now.lineMs);
    let used = this.others.at(index);
    for (const take of this.takes) {
      if (take.fromMs < endMs && endOf(take, now) >= startMs) used += 1;
    }
    return used;
  }

  usedAt(now: Moment): number {
    return this.usedIn(Math.floor(now.earliestMs / this.rule.windowMs), now);
  }

  take(take: Take, now: Moment): void {
    if (this.takes.length >= 2 * this.rule.limit + 8) this.#forget(now);
    this.takes.push(take);
    this.#allowance.grow(Math.floor(now.earliestMs / this.rule.windowMs));
  }

  release(take: Take): void {
    this.takes = this.takes.filter((one) => one !== take);
  }

  cut(windowIndex: number): void {
    this.#allowance.cut(windowIndex);
  }

  seeOthers(windowIndex: number, calls: number): void {
    this.others.see(windowIndex, calls);
  }

  setLimit(limit: number): void {
    this.rule = { ...this.rule, limit };
    this.#allowance.setLimit(limit);
  }

  isIdle(now: Moment): boolean {
    this.#forget(now);
    return this.takes.length === 0 && this.blockedForMs(now) === 0;
  }

  #forget(now: Moment): void {
    const { windowMs } = this.rule;
    const startMs = Math.floor(now.earliestMs / windowMs) * windowMs;
    const error = now.latestMs - now.lineMs;
    this.takes = this.takes.filter((take) => isOnLine(take, now, startMs - error));
  }
}

/** Neither over before `sinceMs` nor left in the future by a clock that went back. */
function isOnLine(take: Take, now: Moment, sinceMs: number): boolean {
  if (take.fromMs > now.lineMs + MAX_TRANSIT_MS) return false;
  return endOf(take, now) >= sinceMs;
}

/** Any span of the rule's length: special intervals, and labels where windows are said to slide. */
export class SlidingGate extends BlockableGate implements Gate {
  rule: Rule;
  takes: Take[] = [];
  readonly #allowance: Allowance;

  constructor(rule: Rule) {
    super();
    this.rule = rule;
    this.#allowance = new Allowance(rule.limit);
  }

  delayMs(now: Moment, ahead = 0): number {
    const { windowMs } = this.rule;
    const limit = this.#allowance.calls;
    this.#forget(now);
    const blockedMs = this.blockedForMs(now);
    const room = limit - this.takes.length;
    if (ahead < room) return blockedMs;
    const ends = this.takes.map((take) => endOf(take, now)).sort((a, b) => a - b);
    // The call goes when the one `limit` places before it is old enough.
    const place = ahead - room;
    const end = ends[place];
    const rounds = end === undefined ? Math.floor((place - ends.length) / limit) : 0;
    const waitMs = (end ?? now.lineMs) + windowMs * (1 + rounds) - now.lineMs;
    return Math.max(blockedMs, waitMs + CLOCK_STEP_MS);
  }

  usedAt(now: Moment): number {
    this.#forget(now);
    return this.takes.length;
  }

  take(take: Take, now: Moment): void {
    this.takes.push(take);
    this.#allowance.grow(Math.floor(now.lineMs / this.rule.windowMs));
  }

  release(take: Take): void {
    this.takes = this.takes.filter((one) => one !== take);
  }

  cut(windowIndex: number): void {
    this.#allowance.cut(windowIndex);
  }

  get others(): OthersInWindow {
    return NO_OTHERS;
  }

  /** The windows of others' calls are not known. */
  seeOthers(): void {}

  setLimit(limit: number): void {
    this.rule = { ...this.rule, limit };
    this.#allowance.setLimit(limit);
  }

  isIdle(now: Moment): boolean {
    return this.usedAt(now) === 0 && this.blockedForMs(now) === 0;
  }

  #forget(now: Moment): void {
    const sinceMs = now.lineMs - this.rule.windowMs;
    const isOver = (take: Take) => !isOnLine(take, now, sinceMs);
    if (this.takes.some(isOver)) this.takes = this.takes.filter((take) => !isOver(take));
  }
}

/** Counts nothing: closed only while the service has said so, under a rule that is not known here. */
export class LaneGate extends BlockableGate implements Gate {
  rule: Rule;
  readonly takes: readonly Take[] = [];

  constructor(rule: Rule) {
    super();
    this.rule = rule;
  }

  get others(): OthersInWindow {
    return NO_OTHERS;
  }

  delayMs(now: Moment): number {
    return this.blockedForMs(now);
  }

  take(): void {}
  release(): void {}
  seeOthers(): void {}
  setLimit(): void {}

  usedAt(): number {
    return 0;
  }

  isIdle(now: Moment): boolean {
    return this.blockedForMs(now) === 0;
  }
}

/** Calls of a UTC day of the service's clock. */
export class DayGate extends BlockableGate implements Gate {
  rule: Rule;
  readonly takes: readonly Take[] = [];
  readonly #counts = new Map<number, number>();
  readonly #others = new OthersInWindow();

  constructor(rule: Rule) {
    super();
    this.rule = rule;
  }

  delayMs(now: Moment, ahead = 0, keepBack = 0): number {
    const limit = Math.max(1, Math.ceil(this.rule.limit * (1 - keepBack)));
    const first = Math.floor(now.earliestMs / DAY_MS);
    const last = Math.floor(now.latestMs / DAY_MS);
    const left = limit - Math.max(this.usedOn(first), this.usedOn(last));
    const blockedMs = this.blockedForMs(now);
    if (ahead < left) return blockedMs;
    const opens = last + 1 + Math.floor((ahead - Math.max(left, 0)) / limit);
    return Math.max(blockedMs, opens * DAY_MS - now.earliestMs);
  }

  usedOn(dayIndex: number): number {
    return (this.#counts.get(dayIndex) ?? 0) + this.#others.at(dayIndex);
  }

  usedAt(now: Moment): number {
    return this.usedOn(Math.floor(now.earliestMs / DAY_MS));
  }

  take({ dayIndex }: Take, now: Moment): void {
    this.add(dayIndex, 1);
    const today = Math.floor(now.earliestMs / DAY_MS);
    for (const index of this.#counts.keys()) {
      if (index < today - 1 || index > today + 1) this.#counts.delete(index);
    }
  }

  settle({ dayIndex }: Take, now: Moment): void {
    // Around midnight it may have been counted in either day.
    const last = Math.floor(now.latestMs / DAY_MS);
    if (last === dayIndex + 1) this.add(last, 1);
  }

  release({ dayIndex }: Take): void {
    this.add(dayIndex, -1);
  }

  /** @param calls of a day, counted elsewhere or before */
  add(dayIndex: number, calls: number): void {
    this.#counts.set(dayIndex, Math.max(0, (this.#counts.get(dayIndex) ?? 0) + calls));
  }

  get days(): Iterable<readonly [number, number]> {
    return this.#counts;
  }

  get others(): { readonly index: number; readonly calls: number } {
    return this.#others;
  }

  seeOthers(dayIndex: number, calls: number): void {
    this.#others.see(dayIndex, calls);
  }

  setLimit(limit: number): void {
    this.rule = { ...this.rule, limit };
  }

  isIdle(now: Moment): boolean {
    const today = Math.floor(now.earliestMs / DAY_MS);
    const unused = this.usedOn(today) === 0 && this.usedOn(today + 1) === 0;
    return unused && this.blockedForMs(now) === 0;
  }
}
