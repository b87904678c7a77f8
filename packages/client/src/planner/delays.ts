/** How long the gates of a call hold it back. */
import type { Parts } from "./parts.js";
import type { Waiting } from "./queue.js";
import type { Rule } from "./rules.js";
import type { Moment } from "./service-clock.js";

export interface Delay {
  readonly delayMs: number;
  /** The rule that takes longest; undefined: none is closed. */
  readonly rule: Rule | undefined;
}

export class Delays {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Under all rules.
   * @param ahead calls of its lane that go before it
   */
  of(call: Waiting, now: Moment, ahead: number): Delay {
    return longer(this.ofLane(call, now, ahead), this.ofSpecial(call, now));
  }

  /** A call in the background leaves room for interactive ones: today, and now if others wait. */
  ofLane({ rules, priority }: Waiting, now: Moment, ahead: number): Delay {
    const { book, ledger, settings } = this.#parts;
    const lane = book.laneOf(rules.lane);
    if (priority === "interactive") return this.#longest(lane.rules, now, ahead, 0);
    const wanted = ledger.wanted(lane.name, now);
    return this.#longest(lane.rules, now, ahead + wanted, settings.interactiveShare);
  }

  /** Under the rules of the call's own operation. */
  ofSpecial(call: Waiting, now: Moment): Delay {
    return this.#longest(call.rules.special, now, 0, 0);
  }

  #longest(rules: readonly Rule[], now: Moment, ahead: number, keepBack: number): Delay {
    let longest: Delay = { delayMs: 0, rule: undefined };
    for (const rule of rules) {
      const delayMs = this.#parts.ledger.gate(rule).delayMs(now, ahead, keepBack);
      if (delayMs > longest.delayMs) longest = { delayMs, rule };
    }
    return longest;
  }
}

export function longer(lane: Delay, special: Delay): Delay {
  return special.delayMs > lane.delayMs ? special : lane;
}
