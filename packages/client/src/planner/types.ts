/** What callers see of quota planning. All instants are the service's time, not this machine's. */
import type { RateLimitTier, rateLimitTiers, SpecialLimit, WireProfile } from "@paymaster/contract";
import type { RateLimit } from "../rate-limit.js";
import type { ParameterValues } from "../url.js";
import type { PlannerClock } from "./clock.js";
import type { QuotaStore } from "./store.js";

/**
 * interactive: somebody waits for the answer. background: a sync, a report; it takes what is left.
 */
export type Priority = "interactive" | "background";

/** Tiers with other numbers than the documented ones. */
export type Tiers = typeof rateLimitTiers;

/** Special rules by tool name, in place of the contract's. */
export type SpecialLimitOverrides = Readonly<Record<string, readonly SpecialLimit[]>>;

export interface QuotaPlannerOptions {
  /**
   * Of the account that calls. Default `business`, what a master account has. Headers of answers
   * that name another tier's numbers correct it.
   */
  readonly tier?: RateLimitTier | undefined;
  /** Whose labels and special rules hold. Default `2021`. */
  readonly profile?: WireProfile | undefined;
  /** The id that `me` stands for: calls by either name are then counted together. */
  readonly accountId?: string | undefined;
  /** Where counts are kept. Default: in memory, for this planner alone. */
  readonly store?: QuotaStore | undefined;
  /**
   * aligned (default): the limit of a second or minute starts anew at each whole one of the service's
   * clock. sliding: it holds for any such span, which costs the round trip of each window.
   */
  readonly windows?: "aligned" | "sliding" | undefined;
  /** Calls that may wait at once; the next one ends in QueueFullError. Default 100,000. */
  readonly maxQueued?: number | undefined;
  /** Calls that may be on their way at once. Default 128. */
  readonly maxInFlight?: number | undefined;
  /** The longest wait of a call that names none. Default: interactive 5 s, background 15 min. */
  readonly maxWaitMs?: Partial<Readonly<Record<Priority, number>>> | undefined;
  /**
   * The share of a day's calls that background calls leave to interactive ones, from 0 to below 1.
   * Default 0.01.
   */
  readonly interactiveShare?: number | undefined;
  readonly tiers?: Tiers | undefined;
  readonly specialLimits?: SpecialLimitOverrides | undefined;
  /** This machine's time and timers; another one only in simulations. */
  readonly clock?: PlannerClock | undefined;
}

/** What a call may say about its turn. */
export interface TurnOptions {
  /** Default `interactive`. */
  readonly priority?: Priority | undefined;
  /**
   * A call whose turn is further away than this ends in RateLimitError at once, with `retryAt`, and
   * is not sent.
   */
  readonly maxWaitMs?: number | undefined;
  /** Calls of one flow (a job, a user) keep their order; flows take turns. Default: one flow. */
  readonly flow?: string | undefined;
  /** Takes the call out of the queue at once. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Asks the service for its time, in milliseconds since 1970. Used only where it runs on a test clock,
   * which may have been moved: before a call is refused, and now and then while calls wait.
   */
  readonly askTime?: (() => Promise<number | undefined>) | undefined;
}

/** A call as far as quotas are concerned. */
export interface QuotaCall {
  /** Tool name of the operation, e.g. `get_plan_usage`. */
  readonly tool: string;
  /** As for the client's methods; only path parameters matter. */
  readonly input?: ParameterValues | undefined;
}

export interface CallToPlan extends QuotaCall {
  readonly priority?: Priority | undefined;
}

export interface PlanStep {
  /** Of the call in the list that was given. */
  readonly index: number;
  readonly tool: string;
  /** Earliest sending, in milliseconds since 1970. */
  readonly atMs: number;
  /** The rule that holds the call back longest, e.g. `pace:Heavy`; undefined: none does. */
  readonly waitsFor: string | undefined;
}

/** What will be done when, under the limits as they are known now. */
export interface QuotaPlan {
  /** Service time now. */
  readonly nowMs: number;
  /** When the last call can be sent; now if there are none. */
  readonly finishMs: number;
  /** From now to `finishMs`. */
  readonly durationMs: number;
  readonly calls: number;
  /** In the order of sending. */
  readonly steps: readonly PlanStep[];
  /** Calls by UTC day, `YYYY-MM-DD`: more than one when a day's pool does not suffice. */
  readonly days: readonly { readonly date: string; readonly calls: number }[];
  /** Calls counted under each rule of a label, and the number that it allows. */
  readonly rules: readonly {
    readonly rule: string;
    readonly limit: number;
    readonly windowMs: number;
    readonly calls: number;
  }[];
}

/** A rule as it stands. */
export interface RuleStatus {
  /** E.g. `pace:Heavy` or `day:Heavy+Resource-intensive`. */
  readonly rule: string;
  readonly limit: number;
  readonly windowMs: number;
  /** Calls counted in the present window, those on their way included. */
  readonly used: number;
  /** Service time from which it admits a call; in the past or now: it does. */
  readonly opensMs: number;
}

export interface QuotaStatus {
  /** Service time now, as the answers' Date headers show it. */
  readonly nowMs: number;
  /** How far `nowMs` may be off, either way; undefined: no answer has shown the service's clock yet. */
  readonly uncertaintyMs: number | undefined;
  readonly tier: RateLimitTier;
  /** The generation whose labels and special rules are planned with. */
  readonly profile: WireProfile;
  readonly queued: Readonly<Record<Priority, number>>;
  readonly inFlight: number;
  /** The rules of labels, and special rules that are closed now. */
  readonly rules: readonly RuleStatus[];
}

/** What came of a call that had its turn. Exactly one of these is to be said. */
export interface Turn {
  /** The service answered: the call is counted. */
  answered(answer: AnswerSeen): void;
  /** The service refused with 429: it is not counted, and whoever waits for the rule hears of it. */
  refused(answer: AnswerSeen, isDaily: boolean | undefined): void;
  /** No answer came: it may be counted. */
  lost(): void;
  /** It was never sent. */
  unsent(): void;
}

export interface AnswerSeen {
  /** Date of the answer in milliseconds since 1970; undefined: it had none. */
  readonly dateMs: number | undefined;
  readonly rateLimit: RateLimit | undefined;
}

export interface QuotaPlanner {
  /**
   * What the calls would come to if they were made from now on, each sent as early as its rules
   * allow: interactive before background, otherwise in the order given. Sends nothing and changes
   * nothing; calls that wait already come first.
   */
  plan(calls: readonly CallToPlan[]): QuotaPlan;
  status(): QuotaStatus;
  /**
   * Waits for a turn, in which the call is counted under all of its rules.
   * @throws RateLimitError (`sent` false) when it would be too long; AbortError; QueueFullError;
   *   QuotaStoreError when the counts cannot be kept
   */
  turn(call: QuotaCall, options?: TurnOptions): Promise<Turn>;
  /** Tells the planner the service's time, e.g. after a test clock was moved. */
  showServiceTime(serviceMs: number): void;
  /** Ends all waits with AbortError and lets go of the store. */
  close(): Promise<void>;
}
