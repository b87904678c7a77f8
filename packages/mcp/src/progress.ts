/** Progress of a request, for an assistant that asked to be told (`_meta.progressToken`). */

export interface Progress {
  /** Something happened, without a known end. */
  report(message: string): void;
  /** `done` of `total` steps; never goes back. */
  step(done: number, total: number, message: string): void;
  /** Must be called when the request is answered. */
  end(): void;
}

export interface ProgressNotification {
  readonly method: "notifications/progress";
  readonly params: {
    readonly progressToken: string | number;
    readonly progress: number;
    readonly total?: number;
    readonly message: string;
  };
}

/** A request that takes longer says so, again and again: many clients count that against their own limit. */
export const PULSE_MS = 5_000;

export const noProgress: Progress = {
  report() {},
  step() {},
  end() {},
};

/**
 * @param token undefined: the assistant did not ask, and is told nothing
 * @param send may fail when the connection is gone; that is no failure of the request
 */
export function createProgress(
  token: string | number | undefined,
  send: (notification: ProgressNotification) => Promise<void>,
  pulseMs = PULSE_MS,
): Progress {
  if (token === undefined) return noProgress;
  const startedMs = performance.now();
  let progress = 0;
  let told = 0;
  let total: number | undefined;
  let ended = false;

  function notify(message: string): void {
    if (ended || progress <= told) return;
    told = progress;
    const bounds = total === undefined ? {} : { total };
    const params = { progressToken: token ?? 0, progress, ...bounds, message };
    send({ method: "notifications/progress", params }).catch(() => undefined);
  }

  function advance(by: number): void {
    // The protocol wants every value above the one before; close to a total, steps get smaller.
    progress = total === undefined ? progress + by : progress + (total - progress) * 0.01 * by;
  }

  const pulse = setInterval(() => {
    advance(1);
    notify(`Still at work, ${Math.round((performance.now() - startedMs) / 1000)} s.`);
  }, pulseMs);
  pulse.unref();

  return {
    report(message) {
      advance(1);
      notify(message);
    },
    step(done, newTotal, message) {
      total = newTotal;
      if (done <= progress) advance(1);
      else progress = done;
      notify(message);
    },
    end() {
      ended = true;
      clearInterval(pulse);
    },
  };
}
