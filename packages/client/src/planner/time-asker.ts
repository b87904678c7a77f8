/** Asks a service on a test clock for its time: somebody may have moved it since an answer showed it. */
import { DATE_SPAN_MS, type Parts } from "./parts.js";
import type { TurnOptions } from "./types.js";

export class TimeAsker {
  readonly #parts: Parts;
  readonly #onTime: (dateMs: number, spanMs: number, sentLocalMs: number) => void;
  readonly #onEnd: () => void;
  /** How it is asked; undefined: it cannot be. */
  askTime: TurnOptions["askTime"];
  #asking: Promise<void> | undefined;

  /** @param onEnd is called after each asking, whatever came of it */
  constructor(
    parts: Parts,
    onTime: (dateMs: number, spanMs: number, sentLocalMs: number) => void,
    onEnd: () => void,
  ) {
    this.#parts = parts;
    this.#onTime = onTime;
    this.#onEnd = onEnd;
  }

  /** Whether there is reason to: its time was not seen for so long. */
  canAsk(ageMs: number): boolean {
    const { clock } = this.#parts;
    return this.askTime !== undefined && clock.isForeign && clock.ageMs >= ageMs;
  }

  /** Never fails: a service that does not say is asked again the next time. */
  ask(): Promise<void> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
      this.#onEnd();
    });
    return this.#asking;
  }

  async #askOnce(): Promise<void> {
    const sentLocalMs = this.#parts.local.now();
    try {
      const dateMs = await this.askTime?.();
      if (dateMs !== undefined) this.#onTime(dateMs, DATE_SPAN_MS, sentLocalMs);
    } catch {
      // As if it had not been asked.
    }
  }
}
