/**
 * Background work of a server process: the clock's heartbeat, unfinished bill runs, and what a new day
 * brings: the daily run and, on the first of a month, the month end. Every step may run in several
 * processes at once.
 */
import { catchUp } from "./advance.js";
import { type BillingServices, findRunning } from "./bill-run.js";
import { workBillRun } from "./work-bill-run.js";

const TICK_MS = 1_000;
/** An account that could not be billed is tried again at most this often on the same day. */
const RETRY_MS = 10 * 60_000;

export interface SchedulerOptions extends BillingServices {
  readonly heartbeat: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Scheduler {
  /** Stops ticking and waits for the step under way. */
  stop(): Promise<void>;
}

export function startScheduler(options: SchedulerOptions): Scheduler {
  let stopped = false;
  const isStopped = () => stopped;
  let checkedDay = "";
  let checkedAtMs = 0;

  const work = async (): Promise<void> => {
    for (const run of await findRunning(options.pool)) {
      if (stopped) return;
      await workBillRun(options, run.id, { isStopped });
    }
    const today = options.clock.today();
    const realMs = performance.now();
    if (stopped || (today === checkedDay && realMs - checkedAtMs < RETRY_MS)) return;
    await catchUp(options, { isStopped });
    checkedDay = today;
    checkedAtMs = realMs;
  };

  // The heart goes on beating during long work.
  const loops = [options.heartbeat, work].map((step) => everyTick(step, options.onError));
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Runs a step every tick, one after the other, never two at once. */
function everyTick(
  step: () => Promise<void>,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  let stopped = false;
  let underWay: Promise<void> | null = null;
  const timer = setInterval(() => {
    if (stopped || underWay !== null) return;
    underWay = step()
      .catch(onError)
      .finally(() => {
        underWay = null;
      });
  }, TICK_MS);
  timer.unref();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await underWay;
    },
  };
}
