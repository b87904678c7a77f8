/**
 * What has been counted, under every rule. All changes are records: applied here, and appended to the
 * store, from which other processes apply them in the same way. Records add up in any order, so it does
 * not matter that two processes see each other's a little later than their own.
 */
import {
  AlignedGate,
  DayGate,
  type Gate,
  LaneGate,
  MAX_TRANSIT_MS,
  SlidingGate,
  type Take,
} from "./gate.js";
import { type CallRules, DAY_MS, type Rule } from "./rules.js";
import { CLOCK_STEP_MS, type Moment, type ServiceClock } from "./service-clock.js";
import type { QuotaNews, QuotaRecord } from "./store.js";

/** What each kind of record begins with. */
const TAKE = "take";
const SETTLE = "settle";
const RELEASE = "release";
const BLOCK = "block";
const CUT = "cut";
const OTHERS = "others";
const DAY = "day";
const CLOCK = "clock";
const WANT = "want";

/** Gates of special rules that are kept; each is of one account or invoice. */
const MAX_GATES = 200_000;
/** How long others leave room for what a process has said to want; it says so again before. */
const WANT_MS = 3_000;
/** A call without an answer for this long belongs to a process that is gone. */
const ABANDONED_MS = 600_000;

interface OpenTake extends Take {
  readonly gates: readonly Gate[];
  /** The shift of the line that its times are on. */
  shiftMs: number;
}

/** Interactive calls that wait in another process. */
interface Want {
  readonly lane: string;
  readonly calls: number;
  readonly untilMs: number;
}

export interface LedgerOptions {
  /** Whether other processes are to hear of changes. */
  readonly isShared: boolean;
  readonly clock: ServiceClock;
  readonly windows: "aligned" | "sliding";
  /** The rule that a stored key belongs to; undefined: none any more. */
  readonly ruleOfKey: (key: string) => Rule | undefined;
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #gates = new Map<string, Gate>();
  readonly #open = new Map<string, OpenTake>();
  readonly #wants = new Map<string, Want>();
  #unsaid: QuotaRecord[] = [];
  #pruneAt = 1_000;
  #saidOfClock = "";

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** The gate of a rule; made if there is none. */
  gate(rule: Rule): Gate {
    let gate = this.#gates.get(rule.key);
    if (gate === undefined) {
      gate = this.#newGate(rule);
      this.#gates.set(rule.key, gate);
    } else if (gate.rule.limit !== rule.limit) gate.setLimit(rule.limit);
    return gate;
  }

  /** The gates that a call is counted under. */
  gatesOf({ lane, special }: CallRules): Gate[] {
    return [...lane.rules, ...special].map((rule) => this.gate(rule));
  }

  /** The gate of a rule, to look at: if there is none, one that nobody has used, which is not kept. */
  peek(rule: Rule): Gate {
    return this.#gates.get(rule.key) ?? this.#newGate(rule);
  }

  /** To be called now and then, when nobody holds a gate: what no longer counts is forgotten. */
  tidy(now: Moment): void {
    if (this.#gates.size >= this.#pruneAt) this.#prune(now);
  }

  get gates(): Iterable<Gate> {
    return this.#gates.values();
  }

  /** Counts a call under all gates. */
  take(id: string, gates: readonly Gate[], now: Moment): void {
    const { shiftMs } = this.#options.clock;
    this.#take(id, now.lineMs, shiftMs, gates, now);
    if (this.#options.isShared) {
      this.#unsaid.push([TAKE, id, now.lineMs, shiftMs, ...gates.map(({ rule }) => rule.key)]);
    }
  }

  /** The answer came, or the call was given up. */
  settle(id: string, now: Moment): void {
    const { shiftMs } = this.#options.clock;
    const lineMs = now.lineMs + CLOCK_STEP_MS;
    this.#settle(id, lineMs, shiftMs, now);
    this.#say([SETTLE, id, lineMs, shiftMs]);
  }

  /** The call was not counted after all. */
  release(id: string): void {
    this.#release(id);
    this.#say([RELEASE, id]);
  }

  block({ rule }: Gate, untilMs: number): void {
    this.gate(rule).block(untilMs);
    this.#say([BLOCK, rule.key, untilMs]);
  }

  cut({ rule }: Gate, windowIndex: number): void {
    this.gate(rule).cut?.(windowIndex);
    this.#say([CUT, rule.key, windowIndex]);
  }

  seeOthers({ rule }: Gate, windowIndex: number, calls: number): void {
    this.gate(rule).seeOthers(windowIndex, calls);
    this.#say([OTHERS, rule.key, windowIndex, calls]);
  }

  /** Tells others that interactive calls wait in a lane, so that their background calls leave room. */
  want(processId: string, lane: string, calls: number): void {
    const { clock } = this.#options;
    this.#say([WANT, processId, calls, clock.now().lineMs, clock.shiftMs, lane]);
  }

  /** Whether there is something that the store has not been told. */
  get hasUnsaid(): boolean {
    return this.#unsaid.length > 0;
  }

  /** What the store has not been told. It is to be told now. */
  takeUnsaid(): readonly QuotaRecord[] {
    const records = this.#unsaid;
    this.#unsaid = [];
    const clock = this.#options.isShared ? this.#clockRecord() : undefined;
    if (clock !== undefined) records.push(clock);
    return records;
  }

  /** Interactive calls that wait in a lane of other processes. */
  wanted(lane: string, now: Moment): number {
    if (this.#wants.size === 0) return 0;
    let calls = 0;
    for (const want of this.#wants.values()) {
      if (want.lane === lane && want.untilMs > now.lineMs) calls += want.calls;
    }
    return calls;
  }

  /** To be called when the clock's line was shifted: calls on their way were let out on the new one. */
  rebase(): void {
    const { clock } = this.#options;
    const { shiftMs } = clock;
    const now = clock.now();
    for (const take of this.#open.values()) {
      // Of a process that was killed: counted long ago, on the line of then.
      if (clock.localMs + take.shiftMs - take.fromMs > MAX_TRANSIT_MS) continue;
      take.fromMs += shiftMs - take.shiftMs;
      take.shiftMs = shiftMs;
      const dayIndex = dayOf(take.fromMs, now);
      for (const gate of take.gates) {
        if (!(gate instanceof DayGate)) continue;
        gate.add(take.dayIndex, -1);
        gate.add(dayIndex, 1);
      }
      take.dayIndex = dayIndex;
    }
  }

  /** Takes in what other processes have appended to the store. */
  hear({ isWhole, records }: QuotaNews): void {
    if (isWhole) {
      this.#gates.clear();
      this.#open.clear();
      this.#wants.clear();
    }
    for (const record of records) this.apply(record);
    // What the store has not been told yet is not among the whole either.
    if (isWhole) for (const record of this.#unsaid) this.apply(record);
  }

  /** Applies a record of another process. One of a kind that is not known here counts nothing. */
  apply([kind, ...rest]: QuotaRecord): void {
    const key = String(rest[0]);
    const [first, second, third] = [Number(rest[1]), Number(rest[2]), Number(rest[3])];
    const now = this.#options.clock.now();
    if (kind === TAKE) this.#take(key, first, second, this.#gatesOf(rest.slice(3)), now);
    else if (kind === SETTLE) this.#settle(key, first, second, now);
    else if (kind === RELEASE) this.#release(key);
    else if (kind === BLOCK) this.#gateOfKey(key)?.block(first);
    else if (kind === CUT) this.#gateOfKey(key)?.cut?.(first);
    else if (kind === OTHERS) this.#gateOfKey(key)?.seeOthers(first, second);
    else if (kind === DAY) this.#addToDay(key, first, second);
    else if (kind === WANT) this.#hearWant(key, String(rest[4]), first, second - third, now);
    else if (kind === CLOCK) this.#learnClock(Number(key), first, second, third);
  }

  /** What is known of the clock, if that is worth telling the others. */
  #clockRecord(): QuotaRecord | undefined {
    const { clock } = this.#options;
    if (!clock.isKnown) return undefined;
    const { shiftMs, minErrorMs, maxErrorMs } = clock.knowledge;
    // Moved, or narrower by half: anything less is not worth a line.
    const said = `${shiftMs} ${Math.round(Math.log2(maxErrorMs - minErrorMs))}`;
    if (said === this.#saidOfClock) return undefined;
    this.#saidOfClock = said;
    return [CLOCK, shiftMs, minErrorMs, maxErrorMs, clock.seenAtLocalMs];
  }

  /** Records that come to the same as all so far. */
  snapshot(): readonly QuotaRecord[] {
    const { clock } = this.#options;
    const now = clock.now();
    const { shiftMs, minErrorMs, maxErrorMs } = clock.knowledge;
    this.#prune(now);
    const records: QuotaRecord[] = [];
    if (clock.isKnown) {
      records.push([CLOCK, shiftMs, minErrorMs, maxErrorMs, clock.seenAtLocalMs]);
    }
    const takes = new Map<Take, string[]>();
    for (const [key, gate] of this.#gates) {
      if (gate.blockedUntilMs > now.earliestMs) records.push([BLOCK, key, gate.blockedUntilMs]);
      const { index, calls } = gate.others;
      if (calls > 0) records.push([OTHERS, key, index, calls]);
      const remembered = gate instanceof DayGate ? this.#openTakesOf(gate) : gate.takes;
      for (const take of remembered) push(takes, take, key);
      if (gate instanceof DayGate) records.push(...dayRecords(key, gate, remembered));
    }
    for (const [{ id, fromMs, toMs }, keys] of takes) {
      records.push([TAKE, id, fromMs, shiftMs, ...keys]);
      if (toMs !== undefined) records.push([SETTLE, id, toMs, shiftMs]);
    }
    return records;
  }

  #say(record: QuotaRecord): void {
    if (this.#options.isShared) this.#unsaid.push(record);
  }

  #take(id: string, lineMs: number, shiftMs: number, gates: readonly Gate[], now: Moment): void {
    const present = this.#options.clock.shiftMs;
    const fromMs = lineMs + present - shiftMs;
    const dayIndex = dayOf(fromMs, now);
    const take = { id, fromMs, toMs: undefined, dayIndex, gates, shiftMs: present };
    this.#open.set(id, take);
    for (const gate of gates) gate.take(take, now);
  }

  #settle(id: string, lineMs: number, shiftMs: number, now: Moment): void {
    const take = this.#open.get(id);
    if (take === undefined) return;
    this.#open.delete(id);
    const toMs = lineMs + this.#options.clock.shiftMs - shiftMs;
    take.toMs = Math.max(take.fromMs, Math.min(toMs, take.fromMs + MAX_TRANSIT_MS));
    for (const gate of take.gates) gate.settle?.(take, now);
  }

  #release(id: string): void {
    const take = this.#open.get(id);
    if (take === undefined) return;
    this.#open.delete(id);
    for (const gate of take.gates) gate.release(take);
  }

  #addToDay(key: string, dayIndex: number, calls: number): void {
    const gate = this.#gateOfKey(key);
    if (gate instanceof DayGate) gate.add(dayIndex, calls);
  }

  #hearWant(id: string, lane: string, calls: number, localMs: number, now: Moment): void {
    const untilMs = localMs + this.#options.clock.shiftMs + WANT_MS;
    const key = `${id} ${lane}`;
    if (calls > 0 && untilMs > now.lineMs) this.#wants.set(key, { lane, calls, untilMs });
    else this.#wants.delete(key);
    for (const [other, want] of this.#wants) {
      if (want.untilMs <= now.lineMs) this.#wants.delete(other);
    }
  }

  #learnClock(shiftMs: number, minErrorMs: number, maxErrorMs: number, seenAtMs: number): void {
    this.#options.clock.learn({ shiftMs, minErrorMs, maxErrorMs }, seenAtMs);
    this.rebase();
  }

  #gatesOf(keys: QuotaRecord): Gate[] {
    return keys.map((key) => this.#gateOfKey(String(key))).filter((gate) => gate !== undefined);
  }

  #gateOfKey(key: string): Gate | undefined {
    const known = this.#gates.get(key);
    if (known !== undefined) return known;
    const rule = this.#options.ruleOfKey(key);
    return rule === undefined ? undefined : this.gate(rule);
  }

  #newGate(rule: Rule): Gate {
    if (rule.kind === "lane") return new LaneGate(rule);
    if (rule.kind === "day") return new DayGate(rule);
    const slides = rule.kind === "interval" || this.#options.windows === "sliding";
    return slides ? new SlidingGate(rule) : new AlignedGate(rule);
  }

  #openTakesOf(gate: Gate): Take[] {
    return Array.from(this.#open.values()).filter(({ gates }) => gates.includes(gate));
  }

  /** Forgets gates that count nothing, calls of processes that are gone, and beyond the limit the oldest. */
  #prune(now: Moment): void {
    for (const take of this.#open.values()) {
      if (take.fromMs + ABANDONED_MS < now.lineMs) this.#open.delete(take.id);
    }
    for (const [key, gate] of this.#gates) if (gate.isIdle(now)) this.#gates.delete(key);
    for (const key of this.#gates.keys()) {
      if (this.#gates.size < MAX_GATES) break;
      this.#gates.delete(key);
    }
    this.#pruneAt = Math.min(MAX_GATES, Math.max(1_000, 2 * this.#gates.size));
  }
}

function dayOf(lineMs: number, now: Moment): number {
  return Math.floor((lineMs + now.earliestMs - now.lineMs) / DAY_MS);
}

/** What a day has, without the calls on their way: they come as takes of their own. */
function dayRecords(key: string, gate: DayGate, open: readonly Take[]): QuotaRecord[] {
  return Array.from(gate.days, ([day, calls]) => {
    const onTheWay = open.filter(({ dayIndex }) => dayIndex === day).length;
    return [DAY, key, day, calls - onTheWay];
  });
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
