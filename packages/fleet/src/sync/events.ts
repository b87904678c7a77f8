/** What a sync tells while it runs and at its end. All instants are ISO, on the service's clock. */
import type { Kind } from "./kinds.js";
import type { Schedule } from "./schedule.js";

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Over the last half minute. */
  readonly calls_per_second: number;
  readonly finishes_at: string;
}

export interface Problem {
  readonly account_id: string;
  readonly account_name: string;
  readonly kind: Kind;
  readonly invoice_id?: string;
  readonly problem: string;
  /** When the quota that it waits for reopens. */
  readonly retry_at?: string;
}

export interface SyncSummary {
  /** done: everything. partial: see `problems`. stopped: go on with the same command. */
  readonly outcome: "done" | "partial" | "stopped";
  readonly accounts: number;
  /** Accounts that are no longer there. */
  readonly gone: readonly string[];
  /** Calls answered, by kind. */
  readonly read: Readonly<Partial<Record<Kind, number>>>;
  /** Calls to which the service answered that there is nothing. */
  readonly none: number;
  readonly failed: number;
  readonly deferred: number;
  /** Calls that were due and not made. */
  readonly left: number;
  /** The first ones. */
  readonly problems: readonly Problem[];
  readonly started_at: string;
  readonly ended_at: string;
}

export type SyncEvent =
  | { readonly event: "listing"; readonly accounts: number; readonly total: number }
  | ({ readonly event: "schedule" } & Schedule)
  | ({ readonly event: "progress" } & Progress)
  | ({ readonly event: "problem" } & Problem)
  | ({ readonly event: "end" } & SyncSummary);
