/** This machine's clock and timers, as one value: a simulation brings its own. */
export interface PlannerClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `work` once after `delayMs`. @returns a function that prevents it */
  after(delayMs: number, work: () => void): () => void;
}

export const systemClock: PlannerClock = {
  now: () => Date.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};
