/** Writes what came of calls, in transactions small enough that a kill costs little. */
import type { PlannerClock } from "@paymaster/client";
import { markGone } from "../store/accounts.js";
import type { Database } from "../store/driver.js";
import { recordDetail, recordDetailFailure } from "../store/invoices.js";
import { recordAnswer, recordFailure, recordNone } from "../store/readings.js";
import type { AccountKind, Task } from "./kinds.js";
import type { Outcome } from "./outcome.js";

/** A disk flush costs about as much as a call: one for so many results, or for so much time. */
const MAX_RESULTS = 100;
const MAX_DELAY_MS = 250;

export interface Result {
  readonly task: Task;
  readonly outcome: Outcome;
  /** ISO, on the service's clock. */
  readonly at: string;
}

export class Recorder {
  readonly #database: Database;
  readonly #clock: PlannerClock;
  readonly #written: (results: readonly Result[]) => void;
  readonly #failed: (error: unknown) => void;
  #results: Result[] = [];
  #cancel: (() => void) | undefined;

  /** @param written called after each transaction, with what is in the store now */
  constructor(
    database: Database,
    clock: PlannerClock,
    written: (results: readonly Result[]) => void,
    failed: (error: unknown) => void,
  ) {
    this.#database = database;
    this.#clock = clock;
    this.#written = written;
    this.#failed = failed;
  }

  add(result: Result): void {
    this.#results.push(result);
    if (this.#results.length >= MAX_RESULTS) this.flush();
    else this.#cancel ??= this.#clock.after(MAX_DELAY_MS, () => this.flush());
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const results = this.#results;
    this.#results = [];
    if (results.length === 0) return;
    try {
      this.#database.transaction(() => {
        for (const result of results) write(this.#database, result);
      });
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#written(results);
  }
}

function write(database: Database, { task, outcome, at }: Result): void {
  if (outcome.is === "gone") markGone(database, task.accountId, at);
  else if (task.kind === "details") writeDetail(database, task, outcome, at);
  else writeReading(database, { accountId: task.accountId, kind: task.kind }, outcome, at);
}

function writeReading(
  database: Database,
  what: { readonly accountId: string; readonly kind: AccountKind },
  outcome: Outcome,
  at: string,
): void {
  if (outcome.is === "read") recordAnswer(database, what, outcome.data, at);
  else if (outcome.is === "none") recordNone(database, what, outcome.problem, at);
  else if (outcome.is === "deferred") {
    const { problem, retryAt } = outcome;
    recordFailure(database, what, { problem, code: "quota", retryAt }, at);
  } else if (outcome.is === "failed") {
    recordFailure(database, what, { ...outcome, retryAt: null }, at);
  }
}

function writeDetail(database: Database, task: Task, outcome: Outcome, at: string): void {
  const { accountId, invoiceId = "" } = task;
  if (outcome.is === "read") recordDetail(database, accountId, outcome.data, at);
  else if (outcome.is === "deferred") {
    recordDetailFailure(database, invoiceId, outcome.problem, outcome.retryAt);
  } else if (outcome.is === "failed" || outcome.is === "none") {
    recordDetailFailure(database, invoiceId, outcome.problem, null);
  }
}
