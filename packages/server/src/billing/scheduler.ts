/**
 * Background work of a server process: the clock's heartbeat, unfinished bill runs, and the daily run when
 * a new day has begun. Every step may run in several processes at once.
 */

import { catchUp } from "./advance.js";
import { type BillingServices, findRunning, workBillRun } from "./bill-run.js";

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
  let underWay: Promise<void> = Promise.resolve();
  let checkedDay = "";
  let checkedAtMs = 0;

  const step = async (): Promise<void> => {
    await options.heartbeat();
    for (const run of await findRunning(options.pool)) {
      if (stopped) return;
      await workBillRun(options, run.id);
    }
    const today = options.clock.today();
    const realMs = performance.now();
    if (today === checkedDay && realMs - checkedAtMs < RETRY_MS) return;
    await catchUp(options);
    checkedDay = today;
    checkedAtMs = realMs;
  };

  const timer = setInterval(() => {
    underWay = underWay.then(async () => {
      if (stopped) return;
      await step().catch(options.onError);
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
