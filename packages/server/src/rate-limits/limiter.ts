/**
 * Admits a call, or refuses it with the documented 429: counted under every rule that applies to it, or
 * under none. Rules are checked in the order daily pool, label, special rules; the first one that
 * refuses answers.
 */
import {
  type Operation,
  type RateLimitLabel,
  type RateLimitTier,
  rateLimitTiers,
  type WireProfile,
} from "@paymaster/contract";
import type { ServiceClock } from "../clock.js";
import { OverloadedError, type Queryable } from "../database/pool.js";
import type { Principal } from "../http/principal.js";
import type { WireFault } from "../http/wire-fault.js";
import type { AccountRef } from "../store/accounts.js";
import { type HeaderSink, type Quota, refusalFault, setQuotaHeaders } from "./headers.js";
import { type Entry, type Hold, LeasedWindows, type WindowRule } from "./leased-windows.js";
import { purgeOldWindows } from "./purge.js";
import { type LimitReport, reportLimits } from "./report.js";
import {
  type CallRules,
  checkOverrides,
  type LabelRules,
  type RuleOptions,
  rulesOf,
  type SpecialLimitOverrides,
  scoped,
  type Tiers,
} from "./rules.js";
import { type ScopedRule, SpecialCalls } from "./special-calls.js";
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
  /** Windows that one process keeps in mind; default 20,000 of each kind, 10 MB each. */
  readonly maxEntries?: number;
  /** Told of each rule that admitted a call, and of the one that refused it. */
  readonly counts?: RuleCounts;
}

export interface RuleCounts {
  admitted(rule: string): void;
  refused(rule: string): void;
}

const NOT_COUNTED: RuleCounts = { admitted: () => undefined, refused: () => undefined };

const DEFAULT_MAX_ENTRIES = 20_000;
/** How often idle shares are given back and old rows deleted, by the machine's clock. */
const SWEEP_MS = 60_000;
/** A call asks at most so often; each question brings tokens or the end of a window. */
const MAX_ATTEMPTS = 100;
/** Leaves other processes half of a second's calls, and seven eighths of a day's. */
const SECOND_DIVISOR = 2;
const WINDOW_DIVISOR = 8;

/** A token taken under a rule, to be settled. */
interface Held {
  readonly rule: WindowRule;
  readonly hold: Hold;
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
  readonly #counts: RuleCounts;
  readonly #timer: NodeJS.Timeout | null;
  #sweep: Promise<void> = Promise.resolve();

  constructor(options: RateLimiterOptions) {
    checkOverrides(options.specialLimits ?? {});
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
    this.#counts = options.counts ?? NOT_COUNTED;
    this.#timer = options.enabled ? setInterval(() => this.#startSweep(), SWEEP_MS) : null;
    this.#timer?.unref();
  }

  /**
   * Counts a call whose token and scope were found good, and sets the quota headers of its answer.
   * @param params the path's parameters as the caller wrote them
   * @throws WireFault 429 `perSecondLimit` or `dailyLimit`, with headers; the database's error when it
   *   cannot be asked (nobody is admitted uncounted)
   */
  async admit(
    operation: Operation,
    principal: Principal,
    params: Readonly<Record<string, string>>,
    reply: HeaderSink,
  ): Promise<void> {
    if (!this.#enabled) return;
    const { label, special } = this.#rulesOf(operation, principal.tier);
    if (special.length === 0) {
      if (label === null || this.#takeAtOnce(label, principal, reply)) return;
    }
    const holds = label === null ? [] : await this.#holdAll(label, principal);
    let admitted = false;
    try {
      const category = label?.category ?? null;
      const scopedRules = special.map((rule) => scoped(rule, operation, principal, params));
      const daily = await this.#takeSpecial(category, principal, scopedRules);
      const quota = daily ?? this.#quotaOf(category, holds);
      if (quota !== null) setQuotaHeaders(reply, quota);
      admitted = true;
    } finally {
      this.#settle(holds, admitted);
    }
  }

  /** Every rule of an account, with what is used and left of it. Counts nothing. */
  async report(account: AccountRef & { readonly tier: RateLimitTier }): Promise<LimitReport> {
    return reportLimits(account, {
      db: this.#db,
      nowMs: this.#clock.nowMs(),
      enforced: this.#enabled,
      rules: this.#ruleOptions,
      unspent: (pool) => this.#windows.unspent(account.masterId, account.accountId, pool),
    });
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
  #takeAtOnce({ category, pace, pool }: LabelRules, principal: Principal, reply: HeaderSink) {
    const nowMs = this.#clock.nowMs();
    const paceEntry = this.#entry(pace, principal, nowMs);
    const paceWindows = this.#windowsOf(pace);
    if (paceWindows.poll(paceEntry, pace.limit, nowMs) !== "ready") return false;
    if (pool === null) {
      paceWindows.take(paceEntry);
      this.#counts.admitted(pace.name);
      const remaining = paceWindows.remaining(paceEntry);
      setQuotaHeaders(reply, { category, limit: pace.limit, remaining });
      return true;
    }
    const poolEntry = this.#entry(pool, principal, nowMs);
    const poolWindows = this.#windowsOf(pool);
    if (poolWindows.poll(poolEntry, pool.limit, nowMs) !== "ready") return false;
    paceWindows.take(paceEntry);
    poolWindows.take(poolEntry);
    this.#counts.admitted(pace.name);
    this.#counts.admitted(pool.name);
    const remaining = poolWindows.remaining(poolEntry);
    setQuotaHeaders(reply, { category, limit: pool.limit, remaining });
    return true;
  }

  /**
   * Takes a token of each window, waiting for shares where needed: the label's first, so that no more of
   * a day is asked for than the label lets through.
   */
  async #holdAll(label: LabelRules, principal: Principal): Promise<readonly Held[]> {
    const { pace, pool } = label;
    if (pool !== null) {
      const nowMs = this.#clock.nowMs();
      const entry = this.#entry(pool, principal, nowMs);
      const state = this.#windowsOf(pool).poll(entry, pool.limit, nowMs);
      if (state === "refused") throw this.#refusal(label, pool, entry);
    }
    const holds: Held[] = [];
    try {
      holds.push(await this.#hold(label, pace, principal));
      if (pool !== null) holds.push(await this.#hold(label, pool, principal));
    } catch (error) {
      this.#settle(holds, false);
      throw error;
    }
    return holds;
  }

  async #hold(label: LabelRules, rule: WindowRule, principal: Principal): Promise<Held> {
    const windows = this.#windowsOf(rule);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const nowMs = this.#clock.nowMs();
      const entry = this.#entry(rule, principal, nowMs);
      const state = windows.poll(entry, rule.limit, nowMs);
      if (state === "ready") return { rule, hold: windows.hold(entry) };
      if (state === "refused") throw this.#refusal(label, rule, entry);
      await windows.wait(entry, state, this.#clockMs);
    }
    throw new OverloadedError();
  }

  #settle(holds: readonly Held[], admitted: boolean): void {
    for (const { rule, hold } of holds) {
      this.#windowsOf(rule).settle(hold, admitted);
      if (admitted) this.#counts.admitted(rule.name);
    }
  }

  #refusal({ category, pool }: LabelRules, rule: WindowRule, entry: Entry): WireFault {
    this.#counts.refused(rule.name);
    const untilMs = this.#windowsOf(rule).endMs(entry);
    return refusalFault({ category, isDaily: rule === pool, limit: rule.limit, untilMs });
  }

  /** What is left of the day's count, if a special rule has one; null: no such rule. */
  async #takeSpecial(
    category: RateLimitLabel | null,
    { masterId, accountId }: Principal,
    rules: readonly ScopedRule[],
  ): Promise<Quota | null> {
    if (rules.length === 0) return null;
    const nowMs = this.#clock.nowMs();
    const outcome = await this.#special.take(masterId, accountId, rules, nowMs);
    if (!outcome.admitted) {
      const { rule, untilMs } = outcome;
      const isDaily = rule.window === "day";
      this.#counts.refused(rule.name);
      throw refusalFault({ category, isDaily, limit: rule.limit, untilMs });
    }
    for (const { rule } of rules) this.#counts.admitted(rule.name);
    const index = rules.findIndex(({ rule }) => rule.window === "day");
    const [daily, remaining] = [rules[index], outcome.left[index]];
    if (daily === undefined || remaining === undefined) return null;
    return { category, limit: daily.rule.limit, remaining };
  }

  /** The day's numbers where a day is limited, else the label's: see `headers.ts`. */
  #quotaOf(category: RateLimitLabel | null, holds: readonly Held[]): Quota | null {
    const told = holds.at(-1);
    if (told === undefined) return null;
    const remaining = this.#windowsOf(told.rule).remaining(told.hold.entry);
    return { category, limit: told.rule.limit, remaining };
  }

  #entry(rule: WindowRule, { masterId, accountId }: Principal, nowMs: number): Entry {
    return this.#windowsOf(rule).entry(masterId, accountId, rule, nowMs);
  }

  #windowsOf(rule: WindowRule): LeasedWindows {
    return rule.lengthMs <= SECOND_MS ? this.#seconds : this.#windows;
  }
}
