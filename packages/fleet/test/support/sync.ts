/** A sync of a simulated fleet, as a test wants it. */
import type { QuotaPlannerOptions } from "@paymaster/client";
import { onTestFinished } from "vitest";
import {
  openStore,
  type Store,
  type SyncEvent,
  type SyncOptions,
  type SyncSummary,
  stoppable,
  syncFleet,
} from "../../src/index.js";
import type { SimulatedFleet } from "./simulated-fleet.js";

export function memoryStore(): Store {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  return store;
}

export interface Run {
  readonly summary: SyncSummary;
  readonly events: readonly SyncEvent[];
}

export interface RunOptions extends Partial<SyncOptions> {
  readonly planner?: QuotaPlannerOptions;
  /** Called with each event; it may stop the sync. */
  readonly watch?: (event: SyncEvent, stop: AbortController) => void;
}

/** Each run has a planner of its own, like a process of its own, unless `quota` is given. */
export async function sync(
  fleet: SimulatedFleet,
  store: Store,
  options: RunOptions = {},
): Promise<Run> {
  const stop = new AbortController();
  const quota = stoppable(options.quota ?? fleet.planner(options.planner), stop.signal);
  const events: SyncEvent[] = [];
  const summary = await fleet.time.run(
    syncFleet({
      client: fleet.client({ quota, retry: { maxAttempts: 1 } }),
      clock: fleet.time,
      signal: new AbortController().signal,
      stop: stop.signal,
      onEvent(event) {
        events.push(event);
        options.watch?.(event, stop);
      },
      ...options,
      store,
      quota,
    }),
  );
  return { summary, events };
}

/** How often each path was asked for and let in, but for the list of accounts. */
export function asked(fleet: SimulatedFleet): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of fleet.answered) {
    if (path.split("/").length > 3) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}
