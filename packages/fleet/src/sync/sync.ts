/** `fleet sync`: brings what the service says of a master's sub accounts into the local store. */
import { setMaxListeners } from "node:events";
import {
  AbortError,
  ApiError,
  type PlannerClock,
  type QuotaPlanner,
  systemClock,
} from "@paymaster/client";
import { findAccount, markMissing, recordAccounts } from "../store/accounts.js";
import type { Database } from "../store/driver.js";
import { claimStore, lockForSync, noteClock, type Store, StoreError } from "../store/store.js";
import { beginSync, endSync } from "../store/syncs.js";
import { DEFAULT_MAX_AGES, type MaxAges, type Policy } from "./due.js";
import type { SyncEvent, SyncSummary } from "./events.js";
import { type Due, findDue } from "./find-due.js";
import { ACCOUNT_KINDS, type AccountKind } from "./kinds.js";
import { type AccountPage, accountPages, type FleetClient } from "./list-accounts.js";
import { Runner } from "./runner.js";
import { type Schedule, scheduleOf } from "./schedule.js";
import { serviceNow } from "./service-now.js";
import { Tally } from "./tally.js";

export interface SyncOptions {
  readonly store: Store;
  readonly client: FleetClient;
  /** The client's planner, made `stoppable` by `stop`. */
  readonly quota: QuotaPlanner;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  /** Lets calls that are on their way come home, and begins no others. */
  readonly stop: AbortSignal;
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
  readonly maxAges?: Partial<MaxAges> | undefined;
  /** Read everything anew, however fresh it is. */
  readonly full?: boolean | undefined;
  /** Default: all but the older years of invoices. */
  readonly kinds?: ReadonlySet<AccountKind> | undefined;
  readonly details?: Policy["details"] | undefined;
  /** Ids of the accounts that are meant; default: all. */
  readonly accounts?: ReadonlySet<string> | undefined;
  /** The longest wait for a rule of one account alone. Default 10 min. */
  readonly maxOwnWaitMs?: number | undefined;
  readonly clock?: PlannerClock | undefined;
}

const DEFAULT_MAX_OWN_WAIT_MS = 10 * 60_000;
export const DEFAULT_KINDS: ReadonlySet<AccountKind> = new Set(
  ACCOUNT_KINDS.filter((kind) => kind !== "invoices_2" && kind !== "invoices_3"),
);

/** @throws PaymasterError, StoreError, ServiceOutOfReachError; what was read until then is kept */
export async function syncFleet(options: SyncOptions): Promise<SyncSummary> {
  const { store } = options;
  // Each waiting call listens to them.
  setMaxListeners(0, options.signal, options.stop);
  const lock = lockForSync(store);
  try {
    claimStore(store, options.client.baseUrl, await masterIdOf(options));
    return await syncLocked(options);
  } finally {
    lock.release();
  }
}

async function syncLocked(options: SyncOptions): Promise<SyncSummary> {
  const { store, quota, full = false, onEvent } = options;
  const { database } = store;
  const clock = options.clock ?? systemClock;
  const now = serviceNow(quota, clock);
  // Answers show whole seconds: one of this very second is not from before.
  const begun = `${now().slice(0, 19)}.000Z`;
  const { syncId, fullSince } = beginSync(database, begun, full);
  const policy = policyOf(options, fullSince);
  const tally = new Tally({ clock, quota, database, now, onEvent, startedAt: begun });
  let outcome: SyncSummary["outcome"] | "failed" = "failed";
  try {
    const gone = await listInto(options, database, tally);
    if (!options.stop.aborted) assertKnown(store, options.accounts);
    const due = findDue(database, policy, now(), options.accounts);
    const schedule = scheduleOf(quota, due, tally.accounts, now().slice(0, 10));
    onEvent?.({ event: "schedule", ...schedule });
    const runner = new Runner({
      ...contextOf(options),
      database,
      policy,
      only: options.accounts,
      now,
      onResult: (result) => tally.count(result),
      onAdded: (tasks) => tally.add(tasks.length),
    });
    tally.begin(schedule, gone, runner);
    await runner.run(due.tasks);
    const isStopped = options.stop.aborted || options.signal.aborted;
    outcome = isStopped ? "stopped" : tally.hasProblems ? "partial" : "done";
  } catch (error) {
    // Sent home while it waited for its turn in the list of accounts.
    if (!(error instanceof AbortError) || !options.stop.aborted) throw error;
    outcome = "stopped";
  } finally {
    tally.end();
    noteClock(store, Date.parse(now()), clock.now());
    endSync(database, syncId, now(), outcome, tally.summary(outcome, now()));
  }
  const summary = tally.summary(outcome, now());
  onEvent?.({ event: "end", ...summary });
  return summary;
}

/**
 * What a sync would do now: reads the list of accounts, and neither anything else nor the store.
 * @throws PaymasterError
 */
export async function planSync(options: SyncOptions): Promise<Schedule> {
  const { store, quota, full = false } = options;
  const { database } = store;
  const pages: AccountPage[] = [];
  for await (const page of accountPages(options.client, options.signal)) pages.push(page);
  const now = new Date(quota.status().nowMs).toISOString();
  const [first] = pages;
  const rehearse = (): Due => {
    const { fullSince } = beginSync(database, now, full);
    for (const { accounts, seenAt } of pages) recordAccounts(database, accounts, seenAt);
    if (first !== undefined) markMissing(database, first.seenAt, now);
    return findDue(database, policyOf(options, fullSince), now, options.accounts);
  };
  const due = rolledBack(database, rehearse);
  const accounts = pages.reduce((sum, page) => sum + page.accounts.length, 0);
  return scheduleOf(quota, due, accounts, now.slice(0, 10));
}

/** Runs `work` on the store, and leaves the store as it was. */
function rolledBack<T>(database: Database, work: () => T): T {
  let result: { readonly value: T } | undefined;
  const undo = new Error("rolled back");
  try {
    database.transaction(() => {
      result = { value: work() };
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  if (result === undefined) throw undo;
  return result.value;
}

/** @returns ids of the accounts that are no longer there */
async function listInto(
  options: SyncOptions,
  database: Database,
  tally: Tally,
): Promise<readonly string[]> {
  const { client, stop, signal, onEvent } = options;
  let startedAt: string | undefined;
  let lastAt = "";
  for await (const { accounts, total, seenAt } of accountPages(client, signal)) {
    startedAt ??= seenAt;
    lastAt = seenAt;
    database.transaction(() => recordAccounts(database, accounts, seenAt));
    tally.accounts += accounts.length;
    onEvent?.({ event: "listing", accounts: tally.accounts, total });
    // Half a list does not tell who is gone.
    if (stop.aborted) return [];
  }
  if (startedAt === undefined) return [];
  const since = startedAt;
  return database.transaction(() => markMissing(database, since, lastAt));
}

/** Before a sync that would read nothing of an account that somebody has mistyped. */
function assertKnown({ database }: Store, accounts: ReadonlySet<string> | undefined): void {
  const unknown = Array.from(accounts ?? []).filter(
    (id) => findAccount(database, id) === undefined,
  );
  if (unknown.length === 0) return;
  throw new StoreError(`the list of sub accounts has no ${unknown.join(", ")}`);
}

/** Empty where the service does not say who is calling. */
async function masterIdOf({ client, signal }: SyncOptions): Promise<string> {
  try {
    const { data } = await client.request("account", { accountId: "me" }, { signal });
    const { id } = (data ?? {}) as { id?: unknown };
    return typeof id === "string" ? id : "";
  } catch (error) {
    // `me` is not documented for this operation everywhere.
    if (error instanceof ApiError && error.status !== 401 && error.status !== 429) return "";
    throw error;
  }
}

function policyOf(options: SyncOptions, fullSince: string | undefined): Policy {
  const { kinds = DEFAULT_KINDS, details = "new", maxAges = {} } = options;
  return { kinds, details, fullSince, maxAges: { ...DEFAULT_MAX_AGES, ...maxAges } };
}

function contextOf({ client, quota, clock, maxOwnWaitMs, signal, stop }: SyncOptions) {
  return {
    client,
    quota,
    clock: clock ?? systemClock,
    maxOwnWaitMs: maxOwnWaitMs ?? DEFAULT_MAX_OWN_WAIT_MS,
    signal,
    stop,
  };
}
