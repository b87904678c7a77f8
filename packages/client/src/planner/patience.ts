/** How long calls wait: until their time is up, until they are withdrawn, or as long as they can hope for their turn. */
import { AbortError, RateLimitError } from "../errors.js";
import { type Delay, type Delays, longer } from "./delays.js";
import { MAX_TIMER_MS, type Parts } from "./parts.js";
import type { Waiting } from "./queue.js";
import type { TimeAsker } from "./time-asker.js";

/** A test clock is asked for its time before a call is refused, if it was not seen for so long. */
const REFUSE_CLOCK_AGE_MS = 1_000;

export class Patience {
  readonly #parts: Parts;
  readonly #delays: Delays;
  readonly #time: TimeAsker;

  constructor(parts: Parts, delays: Delays, time: TimeAsker) {
    this.#parts = parts;
    this.#delays = delays;
    this.#time = time;
  }

  /** The call did not go at once: it waits for its turn, as long as it wants to and can hope for it. */
  wait(call: Waiting, ahead: number, waitMs: number, signal: AbortSignal | undefined): void {
    const { clock, local } = this.#parts;
    const operation = call.tool;
    const onAbort = () => this.end(call, new AbortError({ operation, cause: signal?.reason }));
    signal?.addEventListener("abort", onAbort, { once: true });
    const cancel =
      waitMs > MAX_TIMER_MS ? undefined : local.after(waitMs, () => this.#tooLate(call));
    call.release = () => {
      cancel?.();
      signal?.removeEventListener("abort", onAbort);
    };
    this.#doubt(call, this.#delays.of(call, clock.now(), ahead));
  }

  /** Ends the wait of a call that is not sent. */
  end(call: Waiting, error: unknown): void {
    if (call.place === "nowhere") return;
    this.#parts.queue.remove(call, false);
    call.release();
    call.fail(error);
  }

  /** After a refusal everybody looks again whether waiting makes sense. */
  review(): void {
    const { clock, queue } = this.#parts;
    const now = clock.now();
    const lanes = new Map<string, Delay>();
    for (const call of Array.from(queue)) {
      const name = `${call.priority} ${call.rules.lane.name}`;
      const lane = lanes.get(name) ?? this.#delays.ofLane(call, now, 0);
      lanes.set(name, lane);
      this.#doubt(call, longer(lane, this.#delays.ofSpecial(call, now)));
    }
  }

  /** The same for some of them. */
  reviewThese(doubtful: Set<Waiting>): void {
    if (doubtful.size === 0) return;
    const now = this.#parts.clock.now();
    const calls = Array.from(doubtful);
    doubtful.clear();
    for (const call of calls) {
      if (call.place !== "nowhere") this.#doubt(call, this.#delays.of(call, now, 0));
    }
  }

  /** Ends a call that cannot hope for its turn in time; a test clock is asked for its time before. */
  #doubt(call: Waiting, delay: Delay): void {
    const { clock, local } = this.#parts;
    if (local.now() + delay.delayMs <= call.deadlineLocalMs) return;
    if (!this.#time.canAsk(REFUSE_CLOCK_AGE_MS)) {
      this.end(call, this.#tooLong(call, delay));
      return;
    }
    void this.#time.ask().then(() => {
      if (call.place === "nowhere") return;
      const later = this.#delays.of(call, clock.now(), 0);
      if (local.now() + later.delayMs <= call.deadlineLocalMs) return;
      this.end(call, this.#tooLong(call, later));
    });
  }

  #tooLate(call: Waiting): void {
    this.end(call, this.#tooLong(call, this.#delays.of(call, this.#parts.clock.now(), 0)));
  }

  #tooLong(call: Waiting, { delayMs, rule }: Delay): RateLimitError {
    const { tool } = call;
    const retryAt = new Date(Math.ceil(this.#parts.clock.now().earliestMs + delayMs));
    const why = rule === undefined ? "calls before it" : rule.key;
    const message = `${tool} was not sent: it would have to wait until ${retryAt.toISOString()} (${why})`;
    const rateLimit = {
      category: call.rules.lane.label,
      type: rule?.kind === "day" ? "Daily-limit" : "QPS",
      limit: rule?.limit,
      remaining: 0,
      retryAt,
    };
    const fields = { status: 429, code: 429, message, operation: tool, rateLimit };
    return new RateLimitError(fields, delayMs, { rule: why });
  }
}
