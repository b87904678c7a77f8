/**
 * The service's time, as far as its answers show it. Quotas reset by that clock and no other: a
 * Paymaster with a test clock may live in another year than this machine.
 *
 * Date has whole seconds. An answer that says 12:00:07 and was on its way from local time s to local
 * time r shows that the service's clock is ahead of the local one by something between 12:00:07 - r and
 * 12:00:08 - s. Each answer gives such a span, and their intersection soon is as narrow as the shortest
 * round trip.
 *
 * Two steps keep that apart from spans of time that have passed: `lineMs` is local time plus a fixed
 * shift, which changes only when a clock jumps; the service's time is the line's plus an error between
 * `minErrorMs` and `maxErrorMs`, which narrows.
 */
import type { PlannerClock } from "./clock.js";

/** One moment, read once for a whole decision. */
export interface Moment {
  /** On the planner's line: spans between two moments are exact. */
  readonly lineMs: number;
  /** The service's clock shows at least this. */
  readonly earliestMs: number;
  /** The service's clock shows at most this. */
  readonly latestMs: number;
}

/** What is known, for other processes on this machine. */
export interface ClockKnowledge {
  readonly shiftMs: number;
  readonly minErrorMs: number;
  readonly maxErrorMs: number;
}

/** Local time is read in whole milliseconds: up to this much later than it says. */
export const CLOCK_STEP_MS = 1;
/** Two honest clocks differ by up to so much more after each millisecond. */
const DRIFT = 2e-4;
/** A contradiction beyond this is a jump of a clock, not one of its trembles. */
const JUMP_MS = 1_500;
/** See `isNarrow`. */
const NARROW_MS = 100;
/** Without any Date: the local clock, and this far off at most. */
const ASSUMED_ERROR_MS = 1_000;
/** Knowledge that is older is only a first guess. */
const FRESH_MS = 60_000;
/** A clock further away than this is a test clock, which somebody may move at any time. */
const FOREIGN_MS = 60_000;

export class ServiceClock {
  readonly #local: PlannerClock;
  #shiftMs = 0;
  #minErrorMs = -ASSUMED_ERROR_MS;
  #maxErrorMs = ASSUMED_ERROR_MS;
  #isKnown = false;
  #seenAtLocalMs = Number.NEGATIVE_INFINITY;
  #jumpedAtLocalMs = Number.NEGATIVE_INFINITY;
  #leastTripMs = Number.POSITIVE_INFINITY;

  constructor(local: PlannerClock) {
    this.#local = local;
  }

  /** Whether an answer, of this or another process, has shown the service's time. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /**
   * Whether the second has been seen to change about as closely as round trips allow. Calls in bursts
   * that keep to the seconds would never see it; spread ones do within a second.
   */
  get isNarrow(): boolean {
    const { earliestMs, latestMs } = this.now();
    return latestMs - earliestMs <= NARROW_MS + 2 * this.#leastTripMs;
  }

  /** The service's clock is not meant to show the time of day. */
  get isForeign(): boolean {
    return Math.abs(this.#shiftMs) > FOREIGN_MS;
  }

  /** The line's distance from local time. */
  get shiftMs(): number {
    return this.#shiftMs;
  }

  get knowledge(): ClockKnowledge {
    return {
      shiftMs: this.#shiftMs,
      minErrorMs: this.#minErrorMs,
      maxErrorMs: this.#maxErrorMs,
    };
  }

  /** When, by the local clock, an answer showed the service's time. */
  get seenAtLocalMs(): number {
    return this.#seenAtLocalMs;
  }

  /** How long ago an answer showed the service's time. */
  get ageMs(): number {
    return this.#local.now() - this.#seenAtLocalMs;
  }

  get localMs(): number {
    return this.#local.now();
  }

  now(): Moment {
    const localMs = this.#local.now();
    const lineMs = localMs + this.#shiftMs;
    const drift = this.#isKnown ? Math.max(0, localMs - this.#seenAtLocalMs) * DRIFT : 0;
    return {
      lineMs,
      earliestMs: lineMs + this.#minErrorMs - drift,
      latestMs: lineMs + this.#maxErrorMs + drift + CLOCK_STEP_MS,
    };
  }

  /**
   * Takes in the Date of an answer.
   * @param spanMs the time that `shownMs` stands for: a Date's whole second, or 0 for an exact instant
   * @param sentLocalMs when the call was sent, at the earliest
   * @returns whether the line was shifted, because a clock jumped
   */
  see(shownMs: number, spanMs: number, sentLocalMs: number): boolean {
    const localMs = this.#local.now();
    // Sent before a jump that another answer showed: it may tell of the time before.
    if (sentLocalMs < this.#jumpedAtLocalMs) return false;
    const min = shownMs - localMs - CLOCK_STEP_MS - this.#shiftMs;
    const max = shownMs + spanMs - Math.min(sentLocalMs, localMs) - this.#shiftMs;
    const drift = Math.max(0, localMs - this.#seenAtLocalMs) * DRIFT;
    const low = Math.max(min, this.#minErrorMs - drift);
    const high = Math.min(max, this.#maxErrorMs + drift);
    const wasKnown = this.#isKnown;
    if (spanMs > 0) this.#leastTripMs = Math.min(this.#leastTripMs, localMs - sentLocalMs);
    this.#isKnown = true;
    this.#seenAtLocalMs = localMs;
    if (wasKnown && low <= high) {
      this.#minErrorMs = low;
      this.#maxErrorMs = high;
      return false;
    }
    const middle = (min + max) / 2;
    const jumps = low - high > JUMP_MS || (!wasKnown && Math.abs(middle) > ASSUMED_ERROR_MS);
    const shift = jumps ? Math.round(middle) : 0;
    this.#shiftMs += shift;
    this.#minErrorMs = min - shift;
    this.#maxErrorMs = max - shift;
    if (shift !== 0) this.#jumpedAtLocalMs = localMs;
    return shift !== 0;
  }

  /** An answer came without a Date: the local clock will have to do. */
  assume(): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    this.#seenAtLocalMs = this.#local.now();
  }

  /**
   * Takes over what was known to another process of this machine, or to one before this one.
   * @param seenAtLocalMs when; what is older than own knowledge is ignored, and what is not fresh is a
   *   first guess until an answer comes
   */
  learn({ shiftMs, minErrorMs, maxErrorMs }: ClockKnowledge, seenAtLocalMs: number): void {
    if (this.#isKnown && seenAtLocalMs < this.#seenAtLocalMs) return;
    const ageMs = this.#local.now() - seenAtLocalMs;
    const isFresh = ageMs >= 0 && ageMs <= FRESH_MS;
    if (this.#isKnown && !isFresh) return;
    if (shiftMs !== this.#shiftMs) this.#jumpedAtLocalMs = seenAtLocalMs;
    this.#shiftMs = shiftMs;
    this.#minErrorMs = minErrorMs;
    this.#maxErrorMs = maxErrorMs;
    if (!isFresh) return;
    this.#isKnown = true;
    this.#seenAtLocalMs = seenAtLocalMs;
  }
}
