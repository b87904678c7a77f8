/** The quota planner: lets calls out one by one, each when all of its rules have room for it. */
import { AbortError, QueueFullError, QuotaStoreError } from "../errors.js";
import { Admission } from "./admission.js";
import { Answers } from "./answers.js";
import { systemClock } from "./clock.js";
import { Delays } from "./delays.js";
import { Exchange } from "./exchange.js";
import { Ledger } from "./ledger.js";
import type { Parts } from "./parts.js";
import { Patience } from "./patience.js";
import { type CallInPlan, planCalls } from "./plan.js";
import { TurnQueue, type Waiting } from "./queue.js";
import { RuleBook, ruleBookOptions } from "./rules.js";
import { type Moment, ServiceClock } from "./service-clock.js";
import { readSettings } from "./settings.js";
import { statusOf } from "./status.js";
import { memoryQuotaStore } from "./store.js";
import { TimeAsker } from "./time-asker.js";
import { type Admitted, CurrentTurn, type FinishTurn } from "./turn.js";
import type {
  CallToPlan,
  QuotaCall,
  QuotaPlan,
  QuotaPlanner,
  QuotaPlannerOptions,
  QuotaStatus,
  Turn,
  TurnOptions,
} from "./types.js";

/**
 * @throws TypeError for options that cannot work
 * @example
 * const quota = createQuotaPlanner({ tier: "business" });
 * const client = createClient({ baseUrl, authentication, quota });
 */
export function createQuotaPlanner(options: QuotaPlannerOptions = {}): QuotaPlanner {
  return new Planner(options);
}

/** While calls wait, a test clock is asked for its time if it was not seen for so long. */
const WAIT_CLOCK_AGE_MS = 5_000;

class Planner implements QuotaPlanner {
  readonly #parts: Parts;
  readonly #answers: Answers;
  readonly #time: TimeAsker;
  readonly #admission: Admission;
  readonly #patience: Patience;
  readonly #exchange: Exchange;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: QuotaPlannerOptions) {
    const settings = readSettings(options);
    const store = options.store ?? memoryQuotaStore();
    const local = options.clock ?? systemClock;
    const clock = new ServiceClock(local);
    const book = new RuleBook(settings.tier, ruleBookOptions(options));
    const ledger = new Ledger({
      clock,
      isShared: store.isShared,
      windows: options.windows ?? "aligned",
      ruleOfKey: (key) => book.ruleOfKey(key),
    });
    this.#parts = { settings, local, clock, book, ledger, queue: new TurnQueue() };
    const delays = new Delays(this.#parts);
    this.#answers = new Answers(this.#parts);
    this.#time = new TimeAsker(
      this.#parts,
      (...shown) => this.#answers.see(...shown),
      () => this.#pump(),
    );
    this.#admission = new Admission(this.#parts, delays);
    this.#patience = new Patience(this.#parts, delays, this.#time);
    this.#exchange = new Exchange(this.#parts, store, {
      letOut: (admitted) => this.#letOut(admitted),
      kept: (admitted) => this.#send(admitted),
      failed: (admitted, error) => this.#giveUp(admitted, error),
      afterWait: () => this.#pump(),
    });
  }

  plan(calls: readonly CallToPlan[]): QuotaPlan {
    const { book, clock, ledger, queue, settings } = this.#parts;
    const inPlan: CallInPlan[] = [];
    for (const { tool, rules, priority } of queue) {
      inPlan.push({ index: -1, tool, rules, priority });
    }
    calls.forEach(({ tool, input = {}, priority = "interactive" }, index) => {
      inPlan.push({ index, tool, rules: book.rulesOf(tool, input), priority });
    });
    const gateOf = ledger.peek.bind(ledger);
    return planCalls(inPlan, gateOf, clock.now(), settings.interactiveShare);
  }

  status(): QuotaStatus {
    return statusOf(this.#parts, this.#answers.tier, this.#admission.inFlight);
  }

  turn(call: QuotaCall, options: TurnOptions = {}): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const { book, local, queue, settings } = this.#parts;
      const { signal, priority = "interactive" } = options;
      const operation = call.tool;
      if (this.#isClosed) throw closedError(operation);
      if (signal?.aborted) throw new AbortError({ operation, cause: signal.reason });
      const rules = book.rulesOf(call.tool, call.input ?? {});
      const { maxQueued, maxWaitMs } = settings;
      if (queue.length >= maxQueued) throw new QueueFullError(maxQueued, { operation });
      const waitMs = options.maxWaitMs ?? maxWaitMs[priority];
      if (!(waitMs >= 0)) throw new TypeError("maxWaitMs must be a number of at least 0");
      const caller: Waiting = {
        tool: call.tool,
        rules,
        priority,
        flow: options.flow ?? "",
        deadlineLocalMs: local.now() + waitMs,
        place: "nowhere",
        previous: undefined,
        next: undefined,
        parkedUntilMs: Number.NaN,
        admit: resolve,
        fail: reject,
        release() {},
      };
      this.#time.askTime = options.askTime ?? this.#time.askTime;
      const turn = this.#turnAtOnce(caller);
      if (turn !== undefined) {
        resolve(turn);
        return;
      }
      const ahead = queue.ahead(rules.lane.name, priority);
      queue.add(caller);
      this.#pump();
      if (caller.place !== "nowhere") this.#patience.wait(caller, ahead, waitMs, signal);
    });
  }

  showServiceTime(serviceMs: number): void {
    if (!Number.isFinite(serviceMs)) throw new TypeError("serviceMs must be a number");
    this.#answers.see(serviceMs, 0, this.#parts.local.now());
    this.#pump();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const call of Array.from(this.#parts.queue)) {
      this.#patience.end(call, closedError(call.tool));
    }
    this.#cancelTimer?.();
    await this.#exchange.close();
  }

  readonly #finish: FinishTurn = (turn, outcome, seen) => {
    const { queue } = this.#parts;
    this.#admission.leave();
    const isCounted = this.#answers.takeIn(turn, outcome, seen);
    if (queue.length === 0 && !this.#exchange.isShared) return;
    // Who was parked behind this call need not wait for it.
    if (!isCounted) queue.unpark(0, true);
    this.#pump();
    if (outcome === "refused") this.#patience.review();
  };

  /** The usual case: nobody waits, nothing is closed, and no store has to be asked. */
  #turnAtOnce(call: Waiting): Turn | undefined {
    const { clock, ledger, queue } = this.#parts;
    if (queue.length > 0 || this.#exchange.isShared || this.#exchange.isBusy) return undefined;
    if (this.#admission.isShut) return undefined;
    const now = clock.now();
    ledger.tidy(now);
    return this.#admission.canGo(call, now) ? this.#turnOf(call, now) : undefined;
  }

  /** Lets out whoever can go, and sees to it that the others get their turn. */
  #pump(): void {
    if (this.#exchange.isBusy || this.#isClosed) return;
    const { clock, queue } = this.#parts;
    const now = clock.now();
    queue.unpark(now.lineMs, false);
    if (this.#admission.next(now) !== undefined) {
      const exchange = this.#exchange.run(true);
      // The store is busy: what comes meanwhile is seen to when it is done.
      if (exchange !== undefined) return;
    }
    this.#exchange.tellSoon();
    this.#schedule();
    this.#patience.reviewThese(this.#admission.doubtful);
  }

  #letOut(admitted: Admitted[]): void {
    const now = this.#parts.clock.now();
    for (;;) {
      const call = this.#admission.next(now);
      if (call === undefined) return;
      this.#parts.queue.remove(call, true);
      admitted.push({ call, turn: this.#turnOf(call, now) });
    }
  }

  /** Counts a call that can go. */
  #turnOf(call: Waiting, now: Moment): CurrentTurn {
    const { ledger } = this.#parts;
    const { number, localMs } = this.#admission.enter(call);
    const id = `${this.#exchange.processId}-${number.toString(36)}`;
    ledger.take(id, ledger.gatesOf(call.rules), now);
    return new CurrentTurn(id, call.rules, localMs, this.#finish);
  }

  #send(admitted: readonly Admitted[]): void {
    for (const { call, turn } of admitted) {
      call.release();
      call.admit(turn);
    }
  }

  /** Without counts nobody may go. */
  #giveUp(admitted: readonly Admitted[], error: unknown): void {
    const failure = (operation: string) =>
      error instanceof QuotaStoreError
        ? error
        : new QuotaStoreError("the counts of calls cannot be kept", { operation, cause: error });
    for (const { call, turn } of admitted) {
      this.#admission.leave();
      this.#parts.ledger.release(turn.id);
      call.release();
      call.fail(failure(call.tool));
    }
    for (const call of Array.from(this.#parts.queue)) {
      this.#patience.end(call, failure(call.tool));
    }
  }

  /** Wakes when the first of those who wait may go. */
  #schedule(): void {
    const { clock, local, queue } = this.#parts;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (queue.length === 0) return;
    let delayMs = this.#admission.delayUntilNext(clock.now());
    if (this.#time.canAsk(0)) delayMs = Math.min(delayMs, WAIT_CLOCK_AGE_MS);
    this.#cancelTimer = local.after(Math.max(1, Math.ceil(delayMs)), () => this.#wake());
  }

  #wake(): void {
    this.#cancelTimer = undefined;
    if (this.#time.canAsk(WAIT_CLOCK_AGE_MS)) void this.#time.ask();
    this.#pump();
  }
}

function closedError(operation: string): AbortError {
  return new AbortError({ operation, cause: new Error("the quota planner was closed") });
}
