/** Counts what a sync does: rate and finishing time while it runs, the summary at its end. */
import type { PlannerClock, QuotaPlanner } from "@paymaster/client";
import type { Database } from "../store/driver.js";
import type { Problem, SyncEvent, SyncSummary } from "./events.js";
import type { Kind, Task } from "./kinds.js";
import type { Result } from "./recorder.js";
import type { Runner } from "./runner.js";
import { planOf, type Schedule } from "./schedule.js";

const SHOWN_EVERY_MS = 500;
const PLANNED_EVERY_MS = 20_000;
const RATE_SPAN_MS = 30_000;
/** A rate over less says nothing. */
const PACE_AFTER_S = 5;
/** Of a summary; each one is told as an event as well, and is in the store. */
const MAX_PROBLEMS = 1_000;

export interface TallyOptions {
  readonly clock: PlannerClock;
  readonly quota: QuotaPlanner;
  readonly database: Database;
  /** ISO, on the service's clock. */
  readonly now: () => string;
  readonly onEvent: ((event: SyncEvent) => void) | undefined;
  readonly startedAt: string;
}

export class Tally {
  accounts = 0;
  readonly #options: TallyOptions;
  readonly #read = new Map<Kind, number>();
  readonly #problems: Problem[] = [];
  #gone: string[] = [];
  #total = 0;
  #done = 0;
  #none = 0;
  #failed = 0;
  #deferred = 0;
  #finishMs = Number.NaN;
  #plannedAtMs = Number.NEGATIVE_INFINITY;
  #runner: Pick<Runner, "left" | "active"> = { left: [], active: new Set() };
  /** Done calls at moments of the last half minute. */
  #moments: { readonly atMs: number; readonly done: number }[] = [];
  #cancel: (() => void) | undefined;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  get hasProblems(): boolean {
    return this.#failed + this.#deferred > 0;
  }

  /** @param schedule of the calls that are known at the beginning */
  begin(
    schedule: Schedule,
    gone: readonly string[],
    runner: Pick<Runner, "left" | "active">,
  ): void {
    this.#total = schedule.calls;
    this.#finishMs = Date.parse(schedule.finishes_at);
    this.#plannedAtMs = this.#options.clock.now();
    this.#gone = [...gone];
    this.#runner = runner;
    if (this.#total > 0) this.#tick();
  }

  add(tasks: number): void {
    this.#total += tasks;
    // The finishing time moves with them.
    this.#plannedAtMs = Number.NEGATIVE_INFINITY;
  }

  count({ task, outcome }: Result): void {
    if (outcome.is === "stopped") return;
    this.#done += 1;
    if (outcome.is === "read") this.#read.set(task.kind, (this.#read.get(task.kind) ?? 0) + 1);
    else if (outcome.is === "none") this.#none += 1;
    else if (outcome.is === "gone") {
      if (!this.#gone.includes(task.accountId)) this.#gone.push(task.accountId);
    } else if (outcome.is === "deferred") {
      this.#deferred += 1;
      this.#tell(task, outcome.problem, outcome.retryAt);
    } else if (outcome.is === "failed") {
      this.#failed += 1;
      this.#tell(task, outcome.problem, null);
    }
  }

  end(): void {
    this.#cancel?.();
    if (this.#total > 0) this.#show();
  }

  summary(outcome: SyncSummary["outcome"] | "failed", endedAt: string): SyncSummary {
    return {
      // A run that failed tells its own error; in the store it is partial work.
      outcome: outcome === "failed" ? "partial" : outcome,
      accounts: this.accounts,
      gone: this.#gone,
      read: Object.fromEntries(this.#read),
      none: this.#none,
      failed: this.#failed,
      deferred: this.#deferred,
      left: this.#total - this.#done,
      problems: this.#problems,
      started_at: this.#options.startedAt,
      ended_at: endedAt,
    };
  }

  #tell({ accountId, kind, invoiceId }: Task, problem: string, retryAt: string | null): void {
    const { database, onEvent } = this.#options;
    const account = database.get<{ name: string }>(
      "SELECT name FROM accounts WHERE account_id = ?",
      [accountId],
    );
    const told: Problem = {
      account_id: accountId,
      account_name: account?.name ?? "",
      kind,
      ...(invoiceId === undefined ? {} : { invoice_id: invoiceId }),
      problem,
      ...(retryAt === null ? {} : { retry_at: retryAt }),
    };
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(told);
    onEvent?.({ event: "problem", ...told });
  }

  #planAnew(): number {
    const { quota, now } = this.#options;
    const { left, active } = this.#runner;
    if (left.length > 0) return planOf(quota, left, now().slice(0, 10)).finishMs;
    // The last ones are with the planner already; what may hold them is a rule of their own.
    const own = new Set(Array.from(active, ({ accountId, invoiceId }) => invoiceId ?? accountId));
    const rules = quota.status().rules.filter(({ rule }) => own.has(rule.split(":")[3] ?? ""));
    return Math.max(this.#finishMs, ...rules.map(({ opensMs }) => opensMs));
  }

  #tick(): void {
    this.#show();
    this.#cancel = this.#options.clock.after(SHOWN_EVERY_MS, () => this.#tick());
  }

  #show(): void {
    const { clock, now, onEvent } = this.#options;
    if (onEvent === undefined) return;
    const nowMs = clock.now();
    if (nowMs - this.#plannedAtMs >= PLANNED_EVERY_MS) {
      this.#finishMs = this.#planAnew();
      this.#plannedAtMs = nowMs;
    }
    this.#moments.push({ atMs: nowMs, done: this.#done });
    this.#moments = this.#moments.filter(({ atMs }) => nowMs - atMs <= RATE_SPAN_MS);
    const first = this.#moments[0] ?? { atMs: nowMs, done: this.#done };
    const seconds = (nowMs - first.atMs) / 1_000;
    const rate = seconds <= 0 ? 0 : (this.#done - first.done) / seconds;
    const left = this.#total - this.#done;
    // The limits are one bound, the service's own pace another.
    const paceMs = rate > 0 && seconds >= PACE_AFTER_S ? (left / rate) * 1_000 : 0;
    const serviceMs = Date.parse(now());
    onEvent({
      event: "progress",
      done: this.#done,
      total: this.#total,
      failed: this.#failed + this.#deferred,
      calls_per_second: rate,
      finishes_at: new Date(Math.max(this.#finishMs, serviceMs + paceMs)).toISOString(),
    });
  }
}
