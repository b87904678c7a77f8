/** How far it is: a line a seed, and on a terminal one that tells how long it will take. */
import type { RunResult } from "./run.js";

/** Which of the two ends it. */
export interface Goal {
  readonly runs?: number;
  readonly minutes?: number;
}

/** Often enough to watch, seldom enough to cost nothing. */
const TELL_EVERY_MS = 1_000;

export class Progress {
  readonly #goal: Goal;
  readonly #beganMs = performance.now();
  #seeds = 0;
  #failed = 0;
  #accountYears = 0;
  #toldMs = 0;

  constructor(goal: Goal) {
    this.#goal = goal;
  }

  /** The share of the present seed that has passed. */
  within(share: number): void {
    if (!process.stdout.isTTY || performance.now() - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = performance.now();
    process.stdout.write(`\r${this.#summary(share)}\u001b[K`);
  }

  done(seed: number, { steps, invoices, faults, accountYears, failure }: RunResult): void {
    this.#seeds += 1;
    this.#accountYears += accountYears;
    if (failure !== undefined) this.#failed += 1;
    const years = accountYears.toFixed(0);
    if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
    console.log(
      `seed ${seed}: ${steps} steps, ${invoices} invoices, ${faults} faults, ${years} account-years` +
        `${failure === undefined ? "" : ", a violation"}; ${this.#summary(0)}`,
    );
  }

  /** In all, the rate, and when it will be over. */
  #summary(share: number): string {
    const seconds = (performance.now() - this.#beganMs) / 1_000;
    const done = this.#seeds + share;
    const rate = (this.#accountYears / seconds).toFixed(1);
    const end = new Date(Date.now() + this.#secondsLeft(seconds, done) * 1_000);
    const all = `${this.#accountYears.toFixed(0)} account-years, ${this.#failed} violations`;
    return `in all ${all}, ${rate}/s, over at ${end.toISOString().slice(11, 19)}Z`;
  }

  #secondsLeft(seconds: number, done: number): number {
    const { runs = 0, minutes } = this.#goal;
    if (minutes !== undefined) return Math.max(0, minutes * 60 - seconds);
    return done === 0 ? 0 : Math.max(0, ((runs - done) * seconds) / done);
  }
}
