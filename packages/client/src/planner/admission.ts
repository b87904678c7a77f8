/** Who goes next, and when: calls on their way, the order of those who wait, and the care before the clock is known. */
import type { Delays } from "./delays.js";
import { MAX_TIMER_MS, type Parts } from "./parts.js";
import { PRIORITIES, type Waiting } from "./queue.js";
import type { Moment } from "./service-clock.js";
import type { Priority } from "./types.js";

/** After so many interactive calls one in the background goes, so that it does not starve. */
const INTERACTIVE_RUN = 16;
/** Until an answer shows the service's clock, one call at a time goes out; but none is waited for longer. */
const FIRST_ANSWER_MS = 2_000;
const MAX_SPACING_MS = 50;

export class Admission {
  readonly #parts: Parts;
  readonly #delays: Delays;
  /** Parked for longer than they want to wait; to be looked at when nobody is being let out. */
  readonly doubtful = new Set<Waiting>();
  #inFlight = 0;
  #admitted = 0;
  #firstSentLocalMs = Number.NaN;
  /** When a call of each lane was last let out. */
  readonly #lastSentLocalMs = new Map<string, number>();
  #interactiveRun = 0;

  constructor(parts: Parts, delays: Delays) {
    this.#parts = parts;
    this.#delays = delays;
  }

  /** Calls that were let out and are not over. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** A call is let out. @returns which one it is, and when by the local clock */
  enter({ rules, priority }: Waiting): { readonly number: number; readonly localMs: number } {
    const localMs = this.#parts.local.now();
    this.#admitted += 1;
    this.#inFlight += 1;
    if (!this.#parts.clock.isKnown) this.#firstSentLocalMs = localMs;
    this.#lastSentLocalMs.set(rules.lane.name, localMs);
    this.#interactiveRun = priority === "background" ? 0 : this.#interactiveRun + 1;
    return { number: this.#admitted, localMs };
  }

  /** A call that was let out is over. */
  leave(): void {
    this.#inFlight -= 1;
  }

  /** Whether a call that nobody is before can go now. */
  canGo(call: Waiting, now: Moment): boolean {
    if (this.#delays.ofLane(call, now, 0).delayMs > 0) return false;
    if (this.#delays.ofSpecial(call, now).delayMs > 0) return false;
    return this.#spacingDelay(call) === 0;
  }

  /** Whether nobody can go, whatever the gates say. */
  get isShut(): boolean {
    return this.#inFlight >= this.#parts.settings.maxInFlight || this.#waitsForFirstAnswer();
  }

  /** Who goes next, if anybody can go now; calls that only a rule of their own holds back are parked. */
  next(now: Moment): Waiting | undefined {
    const { queue } = this.#parts;
    if (queue.length === 0 || this.isShut) return undefined;
    const names = Array.from(queue.laneNames);
    const order = this.#interactiveRun < INTERACTIVE_RUN ? PRIORITIES : PRIORITIES.toReversed();
    for (const priority of order) {
      for (let index = 0; index < names.length; index += 1) {
        const name = names[(index + this.#admitted) % names.length] ?? "";
        const call = this.#nextIn(name, priority, now);
        if (call !== undefined) return call;
      }
    }
    return undefined;
  }

  #nextIn(laneName: string, priority: Priority, now: Moment): Waiting | undefined {
    const { local, queue } = this.#parts;
    for (;;) {
      const call = queue.first(laneName, priority);
      if (call === undefined || this.#delays.ofLane(call, now, 0).delayMs > 0) return undefined;
      if (this.#spacingDelay(call) > 0) return undefined;
      const { delayMs } = this.#delays.ofSpecial(call, now);
      if (delayMs === 0) return call;
      queue.park(call, now.lineMs + delayMs);
      if (local.now() + delayMs > call.deadlineLocalMs) this.doubtful.add(call);
    }
  }

  /** Until the first of those who wait may go; at most what a timer holds. */
  delayUntilNext(now: Moment): number {
    const { queue, settings } = this.#parts;
    let delayMs = MAX_TIMER_MS;
    const parkedMs = queue.nextParkedMs;
    if (parkedMs !== undefined) delayMs = Math.min(delayMs, parkedMs - now.lineMs);
    if (this.#waitsForFirstAnswer()) return Math.min(delayMs, FIRST_ANSWER_MS);
    if (this.#inFlight >= settings.maxInFlight) return delayMs;
    for (const name of queue.laneNames) {
      for (const priority of PRIORITIES) {
        const first = queue.first(name, priority);
        if (first === undefined) continue;
        const lane = this.#delays.ofLane(first, now, 0);
        delayMs = Math.min(delayMs, Math.max(lane.delayMs, this.#spacingDelay(first)));
      }
    }
    return delayMs;
  }

  /** Before anything is known of the service's clock, a burst could fall into the wrong second. */
  #waitsForFirstAnswer(): boolean {
    const { clock, local } = this.#parts;
    if (clock.isKnown || this.#inFlight === 0) return false;
    return local.now() - this.#firstSentLocalMs < FIRST_ANSWER_MS;
  }

  /** While the service's seconds are not known well, calls are spread, so that one sees them change. */
  #spacingDelay({ rules }: Waiting): number {
    const { clock, local } = this.#parts;
    const pace = rules.lane.rules.find(({ kind }) => kind === "pace");
    if (pace === undefined || clock.isNarrow) return 0;
    const spacingMs = Math.min(MAX_SPACING_MS, pace.windowMs / pace.limit);
    const lastMs = this.#lastSentLocalMs.get(rules.lane.name) ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, lastMs + spacingMs - local.now());
  }
}
