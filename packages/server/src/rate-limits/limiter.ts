/**
 * Admits a call, or refuses it with the documented 429: counted under every rule that applies to it, or
 * under none. Rules are checked in the order daily pool, label, special rules; the first one that
 * refuses answers.
 */
import { strict as assert } from "node:assert";
import {
  type Operation,
  type RateLimitTier,
  rateLimitTiers,
  type WireProfile,
} from "@paymaster/contract";
import type { ServiceClock } from "../clock.js";
import { OverloadedError, type Queryable } from "../database/pool.js";
import type { Principal } from "../http/principal.js";
import { type HeaderSink, type Quota, refusalFault, setQuotaHeaders } from "./headers.js";
import { type Entry, type Hold, LeasedWindows, type WindowRule } from "./leased-windows.js";
import { purgeOldWindows } from "./purge.js";
import {
  type CallRules,
  type RuleOptions,
  rulesOf,
  type SpecialLimitOverrides,
  scoped,
  type Tiers,
} from "./rules.js";
import { SpecialCalls } from "./special-calls.js";
import { SECOND_MS } from "./windows.js";

export interface RateLimiterOptions {
  readonly pool: Queryable;
  /** All windows read it; a test clock may stand still or jump. */
  readonly clock: ServiceClock;
  /**
   * false: nothing is counted and no X-RateLimit header is sent, since a header would state a limit that
   * is not enforced.
   */
  readonly enabled: boolean;
  /** Which generation's labels and special rules apply; default 2021. */
  readonly profile?: WireProfile;
  /**
   * Special rules to use instead of the contract's, by tool name. They are configurable because the
   * sources contradict each other (5 minutes and 6 a day, or 200 minutes and 100,000 a day, for the list
   * of invoices) and leave open what they are counted for, and because a partner may have agreed others.
   */
  readonly specialLimits?: SpecialLimitOverrides;
  /** Other numbers than the documented ones, for load tests. */
  readonly tiers?: Tiers;
  /** Windows that one process keeps in mind; default 50,000 of each kind, about 15 MB. */
  readonly maxEntries?: number;
}

const DEFAULT_MAX_ENTRIES = 50_000;
/** How often idle shares are given back and old rows deleted, by the machine's clock. */
const SWEEP_MS = 60_000;
/** A call asks at most so often; each question brings tokens or the end of a window. */
const MAX_ATTEMPTS = 100;
/** Leaves other processes half of a second's calls, and seven eighths of a day's. */
const SECOND_DIVISOR = 2;
const WINDOW_DIVISOR = 8;

const DONE: Promise<void> = Promise.resolve();

interface Counted {
  readonly windows: LeasedWindows;
  readonly rule: WindowRule;
}

export class RateLimiter {
  readonly #clock: ServiceClock;
  readonly #clockMs: () => number;
  readonly #db: Queryable;
  readonly #enabled: boolean;
  readonly #ruleOptions: RuleOptions;
  readonly #rules = new WeakMap<Operation, Map<RateLimitTier, CallRules>>();
  readonly #seconds: LeasedWindows;
  readonly #windows: LeasedWindows;
  readonly #special: SpecialCalls;
  readonly #timer: NodeJS.Timeout | null;
  #sweep: Promise<void> = DONE;

  constructor(options: RateLimiterOptions) {
    const maxEntries = options.maxEntries ?? DEFAULT_MAX_ENTRIES;
    this.#clock = options.clock;
    this.#clockMs = () => options.clock.nowMs();
    this.#db = options.pool;
    this.#enabled = options.enabled;
    this.#ruleOptions = {
      profile: options.profile ?? "2021",
      tiers: options.tiers ?? rateLimitTiers,
      overrides: options.specialLimits ?? {},
    };
    this.#seconds = new LeasedWindows({
      db: options.pool,
      table: "quota_seconds",
      maxEntries,
      divisor: SECOND_DIVISOR,
    });
    this.#windows = new LeasedWindows({
      db: options.pool,
      table: "quota_windows",
      maxEntries,
      divisor: WINDOW_DIVISOR,
    });
    this.#special = new SpecialCalls(options.pool);
    this.#timer = options.enabled ? setInterval(() => this.#startSweep(), SWEEP_MS) : null;
    this.#timer?.unref();
  }

  /**
   * Counts a call whose token and scope were found good, and sets the quota headers of its answer.
   * @param params the path's parameters as the caller wrote them
   * @throws WireFault 429 `perSecondLimit` or `dailyLimit`, with headers; the database's error when it
   *   cannot be asked (nobody is admitted uncounted)
   */
  admit(
    operation: Operation,
    principal: Principal,
    params: Readonly<Record<string, string>>,
    reply: HeaderSink,
  ): Promise<void> {
    if (!this.#enabled) return DONE;
    const rules = this.#rulesOf(operation, principal.tier);
    if (rules.special.length === 0 && this.#takeAtOnce(rules, principal, reply)) return DONE;
    return this.#admitWaiting(operation, rules, principal, params, reply);
  }

  /** Gives back what this process has not used. Nothing may be admitted afterwards. */
  async close(): Promise<void> {
    if (!this.#enabled) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#sweep;
    const nowMs = this.#clock.nowMs();
    await this.#seconds.sweep(nowMs, true);
    await this.#windows.sweep(nowMs, true);
  }

  /**
   * Gives idle shares back and deletes rows of windows that are long over. Runs by itself every minute;
   * a failure only means that it is done the next time.
   */
  async sweep(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    await this.#seconds.sweep(nowMs, false);
    await this.#windows.sweep(nowMs, false);
    await purgeOldWindows(this.#db, nowMs);
  }

  #startSweep(): void {
    this.#sweep = this.#sweep.then(() => this.sweep()).catch(() => undefined);
  }

  #rulesOf(operation: Operation, tier: RateLimitTier): CallRules {
    let tiers = this.#rules.get(operation);
    if (tiers === undefined) {
      tiers = new Map();
      this.#rules.set(operation, tiers);
    }
    let rules = tiers.get(tier);
    if (rules === undefined) {
      rules = rulesOf(operation, tier, this.#ruleOptions);
      tiers.set(tier, rules);
    }
    return rules;
  }

  /** The usual case: this process holds enough, so nothing is waited for. */
  #takeAtOnce(rules: CallRules, principal: Principal, reply: HeaderSink): boolean {
    const nowMs = this.#clock.nowMs();
    const pace = this.#readyEntry(rules.pace, principal, nowMs);
    if (pace === null) return false;
    const pool = this.#readyEntry(rules.pool, principal, nowMs);
    if (pool === null) return false;
    if (pace !== undefined) this.#seconds.take(pace);
    if (pool !== undefined) this.#windows.take(pool);
    const quota = this.#labelQuota(rules, pace, pool);
    if (quota !== null) setQuotaHeaders(reply, quota);
    return true;
  }

  /** undefined: there is no such rule; null: the call cannot be taken at once. */
  #readyEntry(
    rule: WindowRule | null,
    principal: Principal,
    nowMs: number,
  ): Entry | null | undefined {
    if (rule === null) return undefined;
    const windows = this.#windowsOf(rule);
    const entry = windows.entry(principal.masterId, principal.accountId, rule, nowMs);
    return windows.poll(entry, rule.limit, nowMs) === "ready" ? entry : null;
  }

  async #admitWaiting(
    operation: Operation,
    rules: CallRules,
    principal: Principal,
    params: Readonly<Record<string, string>>,
    reply: HeaderSink,
  ): Promise<void> {
    const holds = await this.#holdAll(rules, principal);
    let admitted = false;
    try {
      const daily = await this.#takeSpecial(operation, rules, principal, params);
      const quota =
        daily ?? this.#labelQuota(rules, entryOf(holds, rules.pace), entryOf(holds, rules.pool));
      if (quota !== null) setQuotaHeaders(reply, quota);
      admitted = true;
    } finally {
      for (const { windows, hold } of holds) windows.settle(hold, admitted);
    }
  }

  /** Takes a token of each window at one instant, waiting for shares until all are there. */
  async #holdAll(
    rules: CallRules,
    principal: Principal,
  ): Promise<readonly { windows: LeasedWindows; rule: WindowRule; hold: Hold }[]> {
    const counted: Counted[] = [rules.pool, rules.pace]
      .filter((rule) => rule !== null)
      .map((rule) => ({ windows: this.#windowsOf(rule), rule }));
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const nowMs = this.#clock.nowMs();
      const waits: Promise<void>[] = [];
      const ready: { windows: LeasedWindows; rule: WindowRule; entry: Entry }[] = [];
      for (const { windows, rule } of counted) {
        const entry = windows.entry(principal.masterId, principal.accountId, rule, nowMs);
        const state = windows.poll(entry, rule.limit, nowMs);
        if (state === "refused") {
          // Whoever waits already for another rule's share goes on waiting; nobody needs the outcome.
          for (const wait of waits) wait.catch(() => undefined);
          throw refusalFault({
            category: rules.category,
            isDaily: rule === rules.pool,
            limit: rule.limit,
            untilMs: windows.endMs(entry),
          });
        }
        if (state === "ready") ready.push({ windows, rule, entry });
        else waits.push(windows.wait(entry, state, this.#clockMs));
      }
      if (waits.length === 0) {
        return ready.map(({ windows, rule, entry }) => ({
          windows,
          rule,
          hold: windows.hold(entry),
        }));
      }
      await Promise.all(waits);
    }
    throw new OverloadedError();
  }

  /** What is left of the day's count, if a special rule has one; null: no such rule. */
  async #takeSpecial(
    operation: Operation,
    rules: CallRules,
    principal: Principal,
    params: Readonly<Record<string, string>>,
  ): Promise<Quota | null> {
    if (rules.special.length === 0) return null;
    const outcome = await this.#special.take(
      principal.masterId,
      principal.accountId,
      rules.special.map((rule) => scoped(rule, operation, principal, params)),
      this.#clock.nowMs(),
    );
    if (!outcome.admitted) {
      throw refusalFault({
        category: rules.category,
        isDaily: outcome.rule.window === "day",
        limit: outcome.rule.limit,
        untilMs: outcome.untilMs,
      });
    }
    const index = rules.special.findIndex((rule) => rule.window === "day");
    const rule = rules.special[index];
    if (rule === undefined) return null;
    const remaining = outcome.left[index];
    assert(remaining !== undefined, "each rule says what it has left");
    return { category: rules.category, limit: rule.limit, remaining };
  }

  /**
   * The numbers of normal answers. Where a day is limited they are the day's, as captured answers have it
   * (6000 and 5893 on a free account's Light call; 100 and fewer under a special daily rule; wire facts
   * 5.3); where it is not, they are the label's, as the developer guides show it (60 and 55 for Medium).
   */
  #labelQuota(
    { category, pace, pool }: CallRules,
    paceEntry: Entry | undefined,
    poolEntry: Entry | undefined,
  ): Quota | null {
    const [rule, entry] = pool === null ? [pace, paceEntry] : [pool, poolEntry];
    if (rule === null || entry === undefined) return null;
    return { category, limit: rule.limit, remaining: this.#windowsOf(rule).remaining(entry) };
  }

  #windowsOf(rule: WindowRule): LeasedWindows {
    return rule.lengthMs <= SECOND_MS ? this.#seconds : this.#windows;
  }
}

function entryOf(
  holds: readonly { rule: WindowRule; hold: Hold }[],
  rule: WindowRule | null,
): Entry | undefined {
  return holds.find((held) => held.rule === rule)?.hold.entry;
}
