/** One line on a terminal that says how far the work is; nothing where nobody watches. */
import type { Output } from "../output.js";

const EVERY_MS = 100;

export class ProgressLine {
  readonly #output: Output;
  readonly #what: string;
  readonly #total: number;
  readonly #startedMs = performance.now();
  #done = 0;
  #shownMs = 0;

  constructor(output: Output, what: string, total: number) {
    this.#output = output;
    this.#what = what;
    this.#total = total;
  }

  step(): void {
    this.#done += 1;
    const nowMs = performance.now();
    if (!this.#output.isTerminal || nowMs - this.#shownMs < EVERY_MS) return;
    this.#shownMs = nowMs;
    const perSecond = (this.#done / (nowMs - this.#startedMs)) * 1_000;
    const leftMs = ((this.#total - this.#done) / perSecond) * 1_000;
    const end = new Date(Date.now() + leftMs).toLocaleTimeString();
    const rate = perSecond.toFixed(1);
    process.stderr.write(
      `\r\u001b[K${this.#what}: ${this.#done} of ${this.#total}, ${rate}/s, done at about ${end}`,
    );
  }

  end(): void {
    if (this.#output.isTerminal && this.#shownMs > 0) process.stderr.write("\r\u001b[K");
  }
}
