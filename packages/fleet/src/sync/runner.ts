/** Makes the calls of a sync: so many at once, in their order, each result written soon. */
import type { StoredAccount } from "../store/accounts.js";
import { findAccount } from "../store/accounts.js";
import type { Database } from "../store/driver.js";
import { type CallContext, callWithinQuota } from "./call.js";
import type { Policy } from "./due.js";
import { findDueOf } from "./find-due.js";
import { inputOf, keyOf, type Task, TOOL_OF } from "./kinds.js";
import { isOutage, type Outcome } from "./outcome.js";
import { Recorder, type Result } from "./recorder.js";

/**
 * Calls that wait or are on their way at once: more than the planner lets out, so that it always has a
 * choice, and few enough that memory does not grow with the fleet.
 */
const WINDOW = 256;
/** After so many calls in a row without an answer the service is taken to be out of reach. */
const MAX_OUTAGE = 40;

export interface RunnerOptions extends CallContext {
  readonly database: Database;
  readonly policy: Policy;
  readonly only: ReadonlySet<string> | undefined;
  /** ISO, on the service's clock. */
  readonly now: () => string;
  readonly onResult: (result: Result) => void;
  readonly onAdded: (tasks: readonly Task[]) => void;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #queue: Task[] = [];
  readonly #known = new Set<string>();
  readonly #recorder: Recorder;
  #next = 0;
  readonly #begun = new Set<Task>();
  #outage = 0;
  #error: { readonly cause: unknown } | undefined;
  #finish: (() => void) | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { database, clock } = options;
    const written = (results: readonly Result[]) => this.#followUp(results);
    this.#recorder = new Recorder(database, clock, written, (error) => this.#fail(error));
  }

  /** Calls that have not been begun. */
  get left(): readonly Task[] {
    return this.#queue.slice(this.#next);
  }

  /** Calls that wait or are on their way. */
  get active(): ReadonlySet<Task> {
    return this.#begun;
  }

  /**
   * Ends when all calls have, or when it is stopped. Everything that was answered is in the store then.
   * @throws what makes going on senseless: a refused credential, a service or store out of reach
   */
  async run(tasks: readonly Task[]): Promise<void> {
    this.#add(tasks);
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#pump();
    });
    if (this.#error !== undefined) throw this.#error.cause;
  }

  #add(tasks: readonly Task[]): readonly Task[] {
    const added = tasks.filter((task) => !this.#known.has(keyOf(task)));
    for (const task of added) {
      this.#known.add(keyOf(task));
      this.#queue.push(task);
    }
    return added;
  }

  #pump(): void {
    const { stop, signal } = this.#options;
    const isEnding = () => stop.aborted || signal.aborted || this.#error !== undefined;
    while (this.#begun.size < WINDOW && this.#next < this.#queue.length && !isEnding()) {
      const task = this.#queue[this.#next];
      this.#next += 1;
      if (task !== undefined) void this.#perform(task);
    }
    if (this.#begun.size > 0) return;
    // What was written last may have made further calls due.
    this.#recorder.flush();
    if (this.#begun.size > 0) return;
    if (isEnding() || this.#next >= this.#queue.length) this.#finish?.();
    else this.#pump();
  }

  async #perform(task: Task): Promise<void> {
    this.#begun.add(task);
    const { now, onResult } = this.#options;
    const input = inputOf(task, now().slice(0, 10));
    const outcome = await callWithinQuota(this.#options, TOOL_OF[task.kind], input);
    this.#begun.delete(task);
    if (outcome.is === "fatal") this.#fail(outcome.error);
    else {
      const result = { task, outcome, at: outcome.is === "read" ? outcome.at : now() };
      if (outcome.is !== "stopped") this.#recorder.add(result);
      onResult(result);
      this.#watch(outcome);
    }
    this.#pump();
  }

  /** Ten thousand failures of one cause would only use up the night. */
  #watch(outcome: Outcome): void {
    if (outcome.is === "read" || outcome.is === "none") this.#outage = 0;
    if (outcome.is !== "failed" || !isOutage(outcome)) return;
    this.#outage += 1;
    if (this.#outage < MAX_OUTAGE) return;
    this.#fail(new ServiceOutOfReachError(outcome.problem));
  }

  #fail(error: unknown): void {
    this.#error ??= { cause: error };
  }

  /** New plans and invoices can make other answers old. */
  #followUp(results: readonly Result[]): void {
    const { database, policy, only, now, onAdded } = this.#options;
    const changed = new Set<string>();
    for (const { task, outcome } of results) {
      const tells = task.kind === "plans" || task.kind === "invoices";
      if (tells && outcome.is === "read") changed.add(task.accountId);
    }
    for (const accountId of changed) {
      const account: StoredAccount | undefined = findAccount(database, accountId);
      if (account === undefined || (only !== undefined && !only.has(accountId))) continue;
      const added = this.#add(findDueOf(database, account, policy, now()));
      if (added.length > 0) onAdded(added);
    }
  }
}

/** The service, or the way to it, has failed: what was read is kept. */
export class ServiceOutOfReachError extends Error {
  override readonly name = "ServiceOutOfReachError";

  constructor(problem: string) {
    super(`${MAX_OUTAGE} calls in a row had no answer; the last one: ${problem}`);
  }
}
