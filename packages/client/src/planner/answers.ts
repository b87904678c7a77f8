/** What answers teach: the service's time, what is closed, the account's tier, and what others have used. */
import type { RateLimitTier } from "@paymaster/contract";
import { othersSeen, refusalsSeen } from "./correction.js";
import type { Gate } from "./gate.js";
import { DATE_SPAN_MS, type Parts } from "./parts.js";
import type { Moment } from "./service-clock.js";
import type { CurrentTurn, Outcome } from "./turn.js";
import type { AnswerSeen } from "./types.js";

export class Answers {
  readonly #parts: Parts;
  #tier: RateLimitTier;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#tier = parts.settings.tier;
  }

  get tier(): RateLimitTier {
    return this.#tier;
  }

  /** Takes in what came of a call. @returns whether the call is counted */
  takeIn(turn: CurrentTurn, outcome: Outcome, seen: AnswerSeen | undefined): boolean {
    const { clock, ledger } = this.#parts;
    if (seen !== undefined) this.see(seen.dateMs, DATE_SPAN_MS, turn.sentLocalMs);
    const now = clock.now();
    const gates = ledger.gatesOf(turn.rules);
    if (outcome === "refused" && seen !== undefined) this.#close(gates, seen, turn.isDaily, now);
    const isCounted = outcome === "answered" || outcome === "lost";
    if (isCounted) ledger.settle(turn.id, now);
    else ledger.release(turn.id);
    if (seen !== undefined) this.#heed(turn, gates, seen, now);
    return isCounted;
  }

  /** The service's time was shown. See `ServiceClock.see`. */
  see(dateMs: number | undefined, spanMs: number, sentLocalMs: number): void {
    const { clock, ledger, queue } = this.#parts;
    if (dateMs === undefined) clock.assume();
    else if (clock.see(dateMs, spanMs, sentLocalMs)) {
      ledger.rebase();
      queue.unpark(0, true);
    }
  }

  /** The service has refused a call: what is closed now is closed for everybody. */
  #close(
    gates: readonly Gate[],
    seen: AnswerSeen,
    isDaily: boolean | undefined,
    now: Moment,
  ): void {
    const { ledger } = this.#parts;
    for (const { gate, untilMs, windowIndex } of refusalsSeen(gates, seen, isDaily, now)) {
      ledger.block(gate, untilMs);
      if (gate.rule.kind === "pace") ledger.cut(gate, windowIndex);
    }
  }

  /** What the headers of an answer say about the tier and about others' calls. */
  #heed(turn: CurrentTurn, gates: readonly Gate[], seen: AnswerSeen, now: Moment): void {
    const { book, clock, ledger } = this.#parts;
    const { category, limit } = seen.rateLimit ?? {};
    const isKnown = gates.some(({ rule }) => rule.limit === limit);
    if (category !== undefined && limit !== undefined && !isKnown) {
      const tier = book.tierNamed(category, limit, this.#tier);
      if (tier === undefined) return;
      this.#tier = tier;
      book.setTier(tier);
    }
    const sentMs = turn.sentLocalMs + clock.shiftMs;
    const others = othersSeen(ledger.gatesOf(turn.rules), seen, sentMs, now);
    if (others === undefined) return;
    const { gate, windowIndex, calls } = others;
    ledger.seeOthers(gate, windowIndex, calls);
  }
}
