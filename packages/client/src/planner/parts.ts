/** What the parts of one planner work on together. */
import type { PlannerClock } from "./clock.js";
import type { Ledger } from "./ledger.js";
import type { TurnQueue } from "./queue.js";
import type { RuleBook } from "./rules.js";
import type { ServiceClock } from "./service-clock.js";
import type { Settings } from "./settings.js";

export interface Parts {
  readonly settings: Settings;
  /** This machine's time and timers. */
  readonly local: PlannerClock;
  readonly clock: ServiceClock;
  readonly book: RuleBook;
  readonly ledger: Ledger;
  readonly queue: TurnQueue;
}

/** Timers hold 31 bits. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
/** A Date has whole seconds. */
export const DATE_SPAN_MS = 1_000;
