/** The quota planner: lets calls out one by one, each when all of its rules have room for it. */
import { type RateLimitTier, rateLimitTiers } from "@paymaster/contract";
import { AbortError, QueueFullError, QuotaStoreError, RateLimitError } from "../errors.js";
import { type PlannerClock, systemClock } from "./clock.js";
import { othersSeen, refusalsSeen } from "./correction.js";
import type { Gate } from "./gate.js";
import { Ledger } from "./ledger.js";
import { type CallInPlan, planCalls } from "./plan.js";
import { PRIORITIES, TurnQueue, type Waiting } from "./queue.js";
import { type CallRules, type Rule, RuleBook, ruleBookOptions } from "./rules.js";
import { type Moment, ServiceClock } from "./service-clock.js";
import { memoryQuotaStore, type QuotaExchange, type QuotaNews, type QuotaStore } from "./store.js";
import type {
  AnswerSeen,
  CallToPlan,
  Priority,
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

const DEFAULT_MAX_QUEUED = 100_000;
const DEFAULT_MAX_IN_FLIGHT = 128;
const DEFAULT_MAX_WAIT_MS: Readonly<Record<Priority, number>> = {
  interactive: 5_000,
  background: 900_000,
};
const DEFAULT_INTERACTIVE_SHARE = 0.01;
/** After so many interactive calls one in the background goes, so that it does not starve. */
const INTERACTIVE_RUN = 16;
/** What came of calls is told to other processes after this time at the latest. */
const LINGER_MS = 20;
/** Until an answer shows the service's clock, one call at a time goes out; but none is waited for longer. */
const FIRST_ANSWER_MS = 2_000;
/** A test clock is asked for its time if it was not seen for so long. */
const REFUSE_CLOCK_AGE_MS = 1_000;
const WAIT_CLOCK_AGE_MS = 5_000;
const MAX_SPACING_MS = 50;
/** How often other processes hear again for how many calls they should leave room, and of how many. */
const SAY_WANTS_MS = 1_000;
const MAX_WANTED = 1_000;
/** A Date has whole seconds. */
const DATE_SPAN_MS = 1_000;
/** Timers hold 31 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;

class Planner implements QuotaPlanner {
  readonly #local: PlannerClock;
  readonly #clock: ServiceClock;
  readonly #book: RuleBook;
  readonly #ledger: Ledger;
  readonly #store: QuotaStore;
  readonly #queue = new TurnQueue();
  /** Parked for longer than they want to wait; to be looked at when nobody is being let out. */
  readonly #doubtful = new Set<Waiting>();
  readonly #limits: {
    readonly maxQueued: number;
    readonly maxInFlight: number;
    readonly maxWaitMs: Readonly<Record<Priority, number>>;
    readonly interactiveShare: number;
  };
  readonly #idPrefix: string;
  #tier: RateLimitTier;
  #turns = 0;
  #inFlight = 0;
  #firstSentLocalMs = Number.NaN;
  /** When a call of each lane was last let out. */
  readonly #lastSentLocalMs = new Map<string, number>();
  #interactiveRun = 0;
  /** What other processes were told of waiting interactive calls, and when to tell them again. */
  readonly #wantsSaid = new Map<string, { readonly calls: number; readonly againMs: number }>();
  #isExchanging = false;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;
  #cancelLinger: (() => void) | undefined;
  #askTime: TurnOptions["askTime"];
  #asking: Promise<void> | undefined;

  constructor(options: QuotaPlannerOptions) {
    this.#tier = options.tier ?? "business";
    if (!Object.hasOwn(options.tiers ?? rateLimitTiers, this.#tier)) {
      throw new TypeError(`there is no tier ${JSON.stringify(this.#tier)}`);
    }
    this.#limits = {
      maxQueued: positive("maxQueued", options.maxQueued ?? DEFAULT_MAX_QUEUED),
      maxInFlight: positive("maxInFlight", options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT),
      maxWaitMs: { ...DEFAULT_MAX_WAIT_MS, ...options.maxWaitMs },
      interactiveShare: share(options.interactiveShare ?? DEFAULT_INTERACTIVE_SHARE),
    };
    this.#local = options.clock ?? systemClock;
    this.#clock = new ServiceClock(this.#local);
    this.#book = new RuleBook(this.#tier, ruleBookOptions(options));
    this.#store = options.store ?? memoryQuotaStore();
    this.#ledger = new Ledger({
      clock: this.#clock,
      isShared: this.#store.isShared,
      windows: options.windows ?? "aligned",
      ruleOfKey: (key) => this.#book.ruleOfKey(key),
    });
    // Tells this process's calls from those of others in the same store.
    this.#idPrefix = Math.random().toString(36).slice(2, 8);
  }

  plan(calls: readonly CallToPlan[]): QuotaPlan {
    const inPlan: CallInPlan[] = [];
    for (const { tool, rules, priority } of this.#queue) {
      inPlan.push({ index: -1, tool, rules, priority });
    }
    calls.forEach(({ tool, input = {}, priority = "interactive" }, index) => {
      inPlan.push({ index, tool, rules: this.#book.rulesOf(tool, input), priority });
    });
    return planCalls(
      inPlan,
      (rule) => this.#ledger.peek(rule),
      this.#clock.now(),
      this.#limits.interactiveShare,
    );
  }

  status(): QuotaStatus {
    const now = this.#clock.now();
    const ofLanes = new Set<Gate>();
    for (const { rules } of this.#book.lanes) {
      for (const rule of rules) if (rule.kind !== "lane") ofLanes.add(this.#ledger.gate(rule));
    }
    const closed = Array.from(this.#ledger.gates).filter((gate) => gate.delayMs(now) > 0);
    const shown = new Set([...ofLanes, ...closed]);
    return {
      nowMs: (now.earliestMs + now.latestMs) / 2,
      uncertaintyMs: this.#clock.isKnown ? (now.latestMs - now.earliestMs) / 2 : undefined,
      tier: this.#tier,
      queued: { ...this.#queue.size },
      inFlight: this.#inFlight,
      rules: Array.from(shown, (gate) => ({
        rule: gate.rule.key,
        limit: gate.rule.limit,
        windowMs: gate.rule.windowMs,
        used: gate.usedAt(now),
        opensMs: now.earliestMs + gate.delayMs(now),
      })),
    };
  }

  turn(call: QuotaCall, options: TurnOptions = {}): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const { signal, priority = "interactive" } = options;
      const operation = call.tool;
      if (this.#isClosed) throw closedError(operation);
      if (signal?.aborted) throw new AbortError({ operation, cause: signal.reason });
      const rules = this.#book.rulesOf(call.tool, call.input ?? {});
      const { maxQueued, maxWaitMs } = this.#limits;
      if (this.#queue.length >= maxQueued) throw new QueueFullError(maxQueued, { operation });
      const waitMs = options.maxWaitMs ?? maxWaitMs[priority];
      if (!(waitMs >= 0)) throw new TypeError("maxWaitMs must be a number of at least 0");
      const caller: Waiting = {
        tool: call.tool,
        rules,
        priority,
        flow: options.flow ?? "",
        deadlineLocalMs: this.#local.now() + waitMs,
        place: "nowhere",
        previous: undefined,
        next: undefined,
        parkedUntilMs: Number.NaN,
        admit: resolve,
        fail: reject,
        release() {},
      };
      this.#askTime = options.askTime ?? this.#askTime;
      const turn = this.#turnAtOnce(caller);
      if (turn !== undefined) {
        resolve(turn);
        return;
      }
      const ahead = this.#queue.ahead(rules.lane.name, priority);
      this.#queue.add(caller);
      this.#pump();
      if (caller.place !== "nowhere") this.#wait(caller, ahead, waitMs, signal);
    });
  }

  showServiceTime(serviceMs: number): void {
    if (!Number.isFinite(serviceMs)) throw new TypeError("serviceMs must be a number");
    this.#see(serviceMs, 0, this.#local.now());
    this.#pump();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const call of Array.from(this.#queue)) this.#end(call, closedError(call.tool));
    this.#cancelTimer?.();
    this.#cancelLinger?.();
    if (this.#ledger.hasUnsaid) await this.#exchange(false);
    await this.#store.close();
  }

  /** Called by a turn, once. */
  finish(turn: CurrentTurn, outcome: Outcome, seen: AnswerSeen | undefined): void {
    this.#inFlight -= 1;
    if (seen !== undefined) this.#see(seen.dateMs, DATE_SPAN_MS, turn.sentLocalMs);
    const now = this.#clock.now();
    const gates = this.#gatesOf(turn.rules);
    if (outcome === "refused" && seen !== undefined) this.#close(gates, seen, turn.isDaily, now);
    const isCounted = outcome === "answered" || outcome === "lost";
    if (isCounted) this.#ledger.settle(turn.id, now);
    else this.#ledger.release(turn.id);
    if (seen !== undefined) this.#heed(turn, gates, seen, now);
    if (this.#queue.length === 0 && !this.#store.isShared) return;
    // Who was parked behind this call need not wait for it.
    if (!isCounted) this.#queue.unpark(now.lineMs, true);
    this.#pump();
    if (outcome === "refused") this.#review();
  }

  /** The service has refused a call: what is closed now is closed for everybody. */
  #close(
    gates: readonly Gate[],
    seen: AnswerSeen,
    isDaily: boolean | undefined,
    now: Moment,
  ): void {
    for (const { gate, untilMs, windowIndex } of refusalsSeen(gates, seen, isDaily, now)) {
      this.#ledger.block(gate, untilMs);
      if (gate.rule.kind === "pace") this.#ledger.cut(gate, windowIndex);
    }
  }

  /** What the headers of an answer say about the tier and about others' calls. */
  #heed(turn: CurrentTurn, gates: readonly Gate[], seen: AnswerSeen, now: Moment): void {
    const { category, limit } = seen.rateLimit ?? {};
    const isKnown = gates.some(({ rule }) => rule.limit === limit);
    if (category !== undefined && limit !== undefined && !isKnown) {
      const tier = this.#book.tierNamed(category, limit, this.#tier);
      if (tier === undefined) return;
      this.#tier = tier;
      this.#book.setTier(tier);
    }
    const sentMs = turn.sentLocalMs + this.#clock.shiftMs;
    const others = othersSeen(this.#gatesOf(turn.rules), seen, sentMs, now);
    if (others === undefined) return;
    const { gate, windowIndex, calls } = others;
    this.#ledger.seeOthers(gate, windowIndex, calls);
  }

  #see(dateMs: number | undefined, spanMs: number, sentLocalMs: number): void {
    if (dateMs === undefined) this.#clock.assume();
    else if (this.#clock.see(dateMs, spanMs, sentLocalMs)) {
      this.#ledger.rebase();
      this.#queue.unpark(0, true);
    }
  }

  #gatesOf({ lane, special }: CallRules): Gate[] {
    return [...lane.rules, ...special].map((rule) => this.#ledger.gate(rule));
  }

  /** The usual case: nobody waits, nothing is closed, and no store has to be asked. */
  #turnAtOnce(call: Waiting): Turn | undefined {
    if (this.#queue.length > 0 || this.#store.isShared || this.#isExchanging) return undefined;
    if (this.#inFlight >= this.#limits.maxInFlight || this.#waitsForFirstAnswer()) return undefined;
    const now = this.#clock.now();
    this.#ledger.tidy(now);
    if (this.#laneDelay(call, now, 0).delayMs > 0) return undefined;
    if (this.#specialDelay(call, now).delayMs > 0) return undefined;
    return this.#spacingDelay(call) > 0 ? undefined : this.#turnOf(call, now);
  }

  /** Lets out whoever can go, and sees to it that the others get their turn. */
  #pump(): void {
    if (this.#isExchanging || this.#isClosed) return;
    const now = this.#clock.now();
    this.#queue.unpark(now.lineMs, false);
    if (this.#next(now) !== undefined) {
      const exchange = this.#exchange(true);
      // The store is busy: what comes meanwhile is seen to when it is done.
      if (exchange !== undefined) return;
    }
    if (this.#store.isShared) this.#sayWants();
    if (this.#ledger.hasUnsaid) this.#linger();
    this.#schedule();
    this.#reviewDoubtful();
  }

  /** @returns a promise only if the store has to be waited for */
  #exchange(letsOut: boolean): Promise<void> | undefined {
    const admitted: Admitted[] = [];
    const work = (news: QuotaNews): QuotaExchange<undefined> => {
      this.#ledger.hear(news);
      this.#ledger.tidy(this.#clock.now());
      if (letsOut) this.#letOut(admitted);
      return { append: this.#ledger.takeUnsaid(), value: undefined };
    };
    this.#isExchanging = true;
    let result: undefined | Promise<undefined>;
    try {
      result = this.#store.exchange(work, () => this.#ledger.snapshot());
    } catch (error) {
      this.#exchanged(admitted, error);
      return undefined;
    }
    if (result === undefined) {
      this.#exchanged(admitted, undefined);
      return undefined;
    }
    return result.then(
      () => {
        this.#exchanged(admitted, undefined);
        this.#pump();
      },
      (error: unknown) => this.#exchanged(admitted, error ?? new Error("unknown")),
    );
  }

  #exchanged(admitted: readonly Admitted[], error: unknown): void {
    this.#isExchanging = false;
    if (error === undefined) {
      for (const { call, turn } of admitted) {
        call.release();
        call.admit(turn);
      }
      return;
    }
    const failure = (operation: string) =>
      error instanceof QuotaStoreError
        ? error
        : new QuotaStoreError("the counts of calls cannot be kept", { operation, cause: error });
    for (const { call, turn } of admitted) {
      this.#inFlight -= 1;
      this.#ledger.release(turn.id);
      call.release();
      call.fail(failure(call.tool));
    }
    for (const call of Array.from(this.#queue)) this.#end(call, failure(call.tool));
  }

  #letOut(admitted: Admitted[]): void {
    const now = this.#clock.now();
    for (let call = this.#next(now); call !== undefined; call = this.#next(now)) {
      this.#queue.remove(call, true);
      admitted.push({ call, turn: this.#turnOf(call, now) });
    }
  }

  /** Counts a call that can go. */
  #turnOf({ rules, priority }: Waiting, now: Moment): CurrentTurn {
    const localMs = this.#local.now();
    this.#turns += 1;
    this.#inFlight += 1;
    if (!this.#clock.isKnown) this.#firstSentLocalMs = localMs;
    this.#lastSentLocalMs.set(rules.lane.name, localMs);
    this.#interactiveRun = priority === "background" ? 0 : this.#interactiveRun + 1;
    const id = `${this.#idPrefix}-${this.#turns.toString(36)}`;
    this.#ledger.take(id, this.#gatesOf(rules), now);
    return new CurrentTurn(this, id, rules, localMs);
  }

  /** Who goes next, if anybody can go now; calls that only a rule of their own holds back are parked. */
  #next(now: Moment): Waiting | undefined {
    if (this.#queue.length === 0 || this.#inFlight >= this.#limits.maxInFlight) return undefined;
    if (this.#waitsForFirstAnswer()) return undefined;
    const names = Array.from(this.#queue.laneNames);
    const order = this.#interactiveRun < INTERACTIVE_RUN ? PRIORITIES : PRIORITIES.toReversed();
    for (const priority of order) {
      for (let index = 0; index < names.length; index += 1) {
        const name = names[(index + this.#turns) % names.length] ?? "";
        const call = this.#nextIn(name, priority, now);
        if (call !== undefined) return call;
      }
    }
    return undefined;
  }

  #nextIn(laneName: string, priority: Priority, now: Moment): Waiting | undefined {
    for (;;) {
      const call = this.#queue.first(laneName, priority);
      if (call === undefined || this.#laneDelay(call, now, 0).delayMs > 0) return undefined;
      if (this.#spacingDelay(call) > 0) return undefined;
      const { delayMs } = this.#specialDelay(call, now);
      if (delayMs === 0) return call;
      this.#queue.park(call, now.lineMs + delayMs);
      if (this.#local.now() + delayMs > call.deadlineLocalMs) this.#doubtful.add(call);
    }
  }

  /** Says to other processes for how many interactive calls they should leave room. */
  #sayWants(): void {
    const localMs = this.#local.now();
    for (const lane of this.#queue.laneNames) {
      const calls = Math.min(MAX_WANTED, this.#queue.ahead(lane, "interactive"));
      const said = this.#wantsSaid.get(lane);
      if (calls === (said?.calls ?? 0) && (calls === 0 || localMs < (said?.againMs ?? 0))) continue;
      this.#wantsSaid.set(lane, { calls, againMs: localMs + SAY_WANTS_MS });
      this.#ledger.want(this.#idPrefix, lane, calls);
    }
  }

  /** Before anything is known of the service's clock, a burst could fall into the wrong second. */
  #waitsForFirstAnswer(): boolean {
    if (this.#clock.isKnown || this.#inFlight === 0) return false;
    return this.#local.now() - this.#firstSentLocalMs < FIRST_ANSWER_MS;
  }

  /** While the service's seconds are not known well, calls are spread, so that one sees them change. */
  #spacingDelay({ rules }: Waiting): number {
    const pace = rules.lane.rules.find(({ kind }) => kind === "pace");
    if (pace === undefined || this.#clock.isNarrow) return 0;
    const spacingMs = Math.min(MAX_SPACING_MS, pace.windowMs / pace.limit);
    const lastMs = this.#lastSentLocalMs.get(rules.lane.name) ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, lastMs + spacingMs - this.#local.now());
  }

  /** A call in the background leaves room for interactive ones: today, and now if others wait. */
  #laneDelay({ rules, priority }: Waiting, now: Moment, ahead: number): Delay {
    const lane = this.#book.laneOf(rules.lane);
    if (priority === "interactive") return this.#longest(lane.rules, now, ahead, 0);
    const wanted = this.#ledger.wanted(lane.name, now);
    return this.#longest(lane.rules, now, ahead + wanted, this.#limits.interactiveShare);
  }

  #specialDelay(call: Waiting, now: Moment): Delay {
    return this.#longest(call.rules.special, now, 0, 0);
  }

  #longest(rules: readonly Rule[], now: Moment, ahead: number, keepBack: number): Delay {
    let longest: Delay = { delayMs: 0, rule: undefined };
    for (const rule of rules) {
      const delayMs = this.#ledger.gate(rule).delayMs(now, ahead, keepBack);
      if (delayMs > longest.delayMs) longest = { delayMs, rule };
    }
    return longest;
  }

  /** The call did not go at once: it waits for its turn, as long as it wants to and can hope for it. */
  #wait(call: Waiting, ahead: number, waitMs: number, signal: AbortSignal | undefined): void {
    const operation = call.tool;
    const onAbort = () => this.#end(call, new AbortError({ operation, cause: signal?.reason }));
    signal?.addEventListener("abort", onAbort, { once: true });
    const cancel =
      waitMs > MAX_TIMER_MS ? undefined : this.#local.after(waitMs, () => this.#tooLate(call));
    call.release = () => {
      cancel?.();
      signal?.removeEventListener("abort", onAbort);
    };
    this.#doubt(call, this.#delayOf(call, this.#clock.now(), ahead));
  }

  #delayOf(call: Waiting, now: Moment, ahead: number): Delay {
    const lane = this.#laneDelay(call, now, ahead);
    const special = this.#specialDelay(call, now);
    return special.delayMs > lane.delayMs ? special : lane;
  }

  /** Ends a call that cannot hope for its turn in time; a test clock is asked for its time before. */
  #doubt(call: Waiting, delay: Delay): void {
    if (this.#local.now() + delay.delayMs <= call.deadlineLocalMs) return;
    if (!this.#canAsk(REFUSE_CLOCK_AGE_MS)) {
      this.#end(call, this.#tooLong(call, delay));
      return;
    }
    void this.#ask().then(() => {
      if (call.place === "nowhere") return;
      const later = this.#delayOf(call, this.#clock.now(), 0);
      if (this.#local.now() + later.delayMs <= call.deadlineLocalMs) return;
      this.#end(call, this.#tooLong(call, later));
    });
  }

  #reviewDoubtful(): void {
    if (this.#doubtful.size === 0) return;
    const now = this.#clock.now();
    const calls = Array.from(this.#doubtful);
    this.#doubtful.clear();
    for (const call of calls) {
      if (call.place !== "nowhere") this.#doubt(call, this.#delayOf(call, now, 0));
    }
  }

  /** After a refusal everybody looks again whether waiting makes sense. */
  #review(): void {
    const now = this.#clock.now();
    const lanes = new Map<string, Delay>();
    for (const call of Array.from(this.#queue)) {
      const name = `${call.priority} ${call.rules.lane.name}`;
      const lane = lanes.get(name) ?? this.#laneDelay(call, now, 0);
      lanes.set(name, lane);
      const special = this.#specialDelay(call, now);
      this.#doubt(call, special.delayMs > lane.delayMs ? special : lane);
    }
  }

  #tooLate(call: Waiting): void {
    this.#end(call, this.#tooLong(call, this.#delayOf(call, this.#clock.now(), 0)));
  }

  #tooLong(call: Waiting, { delayMs, rule }: Delay): RateLimitError {
    const { tool } = call;
    const retryAt = new Date(Math.ceil(this.#clock.now().earliestMs + delayMs));
    const why = rule === undefined ? "calls before it" : rule.key;
    const message = `${tool} was not sent: it would have to wait until ${retryAt.toISOString()} (${why})`;
    const rateLimit = {
      category: call.rules.lane.label,
      type: rule?.kind === "day" ? "Daily-limit" : "QPS",
      limit: rule?.limit,
      remaining: 0,
      retryAt,
    };
    const fields = { status: 429, code: 429, message, operation: tool, rateLimit };
    return new RateLimitError(fields, delayMs, { rule: why });
  }

  #end(call: Waiting, error: unknown): void {
    if (call.place === "nowhere") return;
    this.#queue.remove(call, false);
    call.release();
    call.fail(error);
  }

  /** Wakes when the first of those who wait may go. */
  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#queue.length === 0) return;
    const now = this.#clock.now();
    let delayMs = this.#canAsk(0) ? WAIT_CLOCK_AGE_MS : MAX_TIMER_MS;
    const parkedMs = this.#queue.nextParkedMs;
    if (parkedMs !== undefined) delayMs = Math.min(delayMs, parkedMs - now.lineMs);
    if (this.#waitsForFirstAnswer()) delayMs = Math.min(delayMs, FIRST_ANSWER_MS);
    else if (this.#inFlight < this.#limits.maxInFlight) {
      for (const name of this.#queue.laneNames) {
        for (const priority of PRIORITIES) {
          const first = this.#queue.first(name, priority);
          if (first === undefined) continue;
          const lane = this.#laneDelay(first, now, 0);
          delayMs = Math.min(delayMs, Math.max(lane.delayMs, this.#spacingDelay(first)));
        }
      }
    }
    this.#cancelTimer = this.#local.after(Math.max(1, Math.ceil(delayMs)), () => this.#wake());
  }

  #wake(): void {
    this.#cancelTimer = undefined;
    if (this.#canAsk(WAIT_CLOCK_AGE_MS)) void this.#ask();
    this.#pump();
  }

  #canAsk(ageMs: number): boolean {
    return this.#askTime !== undefined && this.#clock.isForeign && this.#clock.ageMs >= ageMs;
  }

  /** Never fails: a service that does not say is asked again the next time. */
  #ask(): Promise<void> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
      this.#pump();
    });
    return this.#asking;
  }

  async #askOnce(): Promise<void> {
    const sentLocalMs = this.#local.now();
    try {
      const dateMs = await this.#askTime?.();
      if (dateMs !== undefined) this.#see(dateMs, DATE_SPAN_MS, sentLocalMs);
    } catch {
      // As if it had not been asked.
    }
  }

  /** Tells other processes what came of calls, soon but not for each call alone. */
  #linger(): void {
    this.#cancelLinger ??= this.#local.after(LINGER_MS, () => {
      this.#cancelLinger = undefined;
      if (this.#ledger.hasUnsaid && !this.#isExchanging) void this.#exchange(true);
    });
  }
}

type Outcome = "answered" | "refused" | "lost" | "unsent";

interface Admitted {
  readonly call: Waiting;
  readonly turn: CurrentTurn;
}

interface Delay {
  readonly delayMs: number;
  /** The rule that takes longest; undefined: none is closed. */
  readonly rule: Rule | undefined;
}

/** The turn of a call, until it is said what came of it; whatever is said later is ignored. */
class CurrentTurn implements Turn {
  readonly id: string;
  readonly rules: CallRules;
  readonly sentLocalMs: number;
  readonly #planner: Planner;
  isDaily: boolean | undefined;
  #isOver = false;

  constructor(planner: Planner, id: string, rules: CallRules, sentLocalMs: number) {
    this.#planner = planner;
    this.id = id;
    this.rules = rules;
    this.sentLocalMs = sentLocalMs;
  }

  answered(seen: AnswerSeen): void {
    this.#finish("answered", seen);
  }

  refused(seen: AnswerSeen, isDaily: boolean | undefined): void {
    this.isDaily = isDaily;
    this.#finish("refused", seen);
  }

  lost(): void {
    this.#finish("lost", undefined);
  }

  unsent(): void {
    this.#finish("unsent", undefined);
  }

  #finish(outcome: Outcome, seen: AnswerSeen | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#planner.finish(this, outcome, seen);
  }
}

function closedError(operation: string): AbortError {
  return new AbortError({ operation, cause: new Error("the quota planner was closed") });
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new TypeError(`${name} must be a positive whole number`);
}

function share(value: number): number {
  if (value >= 0 && value < 1) return value;
  throw new TypeError("interactiveShare must be from 0 to below 1");
}
