/** What an answer's quota headers say about the rules of its call. Pure. */
import { AlignedGate, DayGate, type Gate } from "./gate.js";
import { DAY_MS } from "./rules.js";
import type { Moment } from "./service-clock.js";
import type { AnswerSeen } from "./types.js";

/** Calls of others that a success has shown. */
export interface OthersSeen {
  readonly gate: Gate;
  readonly windowIndex: number;
  readonly calls: number;
}

/**
 * X-RateLimit-Remaining counts everybody's calls; what is not ours is others'. The gate meant is the
 * one whose number X-RateLimit-Limit is: the day's where a day is limited, else the label's.
 * @param sentMs when the call was sent, on the planner's line
 * @returns undefined when the headers say nothing new, or not for which window they hold
 */
export function othersSeen(
  gates: readonly Gate[],
  seen: AnswerSeen,
  sentMs: number,
  now: Moment,
): OthersSeen | undefined {
  const { dateMs, rateLimit } = seen;
  const { limit, remaining } = rateLimit ?? {};
  if (dateMs === undefined || limit === undefined || remaining === undefined) return undefined;
  const gate = gates.find(({ rule }) => rule.kind !== "interval" && rule.limit === limit);
  if (gate === undefined) return undefined;
  const windowIndex = Math.floor(dateMs / gate.rule.windowMs);
  const own = ownIn(gate, windowIndex, sentMs, now);
  if (own === undefined) return undefined;
  // Calls on their way are among ours but perhaps not yet among the service's: never too many.
  const calls = limit - remaining - own;
  const { index, calls: known } = gate.others;
  if (calls <= 0 || (index === windowIndex && known >= calls)) return undefined;
  return { gate, windowIndex, calls };
}

function ownIn(gate: Gate, windowIndex: number, sentMs: number, now: Moment): number | undefined {
  const { index, calls } = gate.others;
  const known = index === windowIndex ? calls : 0;
  if (gate instanceof DayGate) return gate.usedOn(windowIndex) - known;
  if (!(gate instanceof AlignedGate)) return undefined;
  const { windowMs } = gate.rule;
  // Sent in one window and answered in the next: it may have been counted in either.
  const sentEarliestMs = sentMs + now.earliestMs - now.lineMs;
  if (Math.floor(sentEarliestMs / windowMs) !== windowIndex) return undefined;
  if (Math.floor(now.latestMs / windowMs) !== windowIndex) return undefined;
  return gate.usedIn(windowIndex, now) - known;
}

export interface Refusal {
  readonly gate: Gate;
  /** Service time from which the rule admits calls again. */
  readonly untilMs: number;
  readonly windowIndex: number;
}

/** An instant further away than this is not the end of any window. */
const MAX_WAIT_MS = 2 * DAY_MS;
const MAX_CLOCK_SKEW_MS = 60_000;
/** Only days are longer, among the documented rules. */
const LONG_MS = 4 * 3_600_000;
/** Date is rounded down to a second, Retry-After up. */
const ROUNDING_MS = 2_000;

/**
 * Which gates a 429 has closed, and until when. Where the headers leave that open, rather one too many
 * for a moment than one too few.
 * @param gates of the call; the first one is its lane's, meant when no other can be
 */
export function refusalsSeen(
  gates: readonly Gate[],
  seen: AnswerSeen,
  isDaily: boolean | undefined,
  now: Moment,
): Refusal[] {
  const serviceMs = seen.dateMs ?? now.latestMs;
  const retryMs = seen.rateLimit?.retryAt?.getTime();
  const isSane =
    retryMs !== undefined &&
    retryMs >= serviceMs - MAX_CLOCK_SKEW_MS &&
    retryMs <= serviceMs + MAX_WAIT_MS;
  const namedMs = isSane ? retryMs : undefined;
  const closed = closedGates(gates, seen, isDaily, namedMs, serviceMs, now);
  return closed.map((gate) => {
    const isLane = gate.rule.kind === "lane";
    const windowMs = isLane && isDaily === true ? DAY_MS : gate.rule.windowMs;
    const windowIndex = Math.floor(serviceMs / windowMs);
    return { gate, untilMs: namedMs ?? (windowIndex + 1) * windowMs, windowIndex };
  });
}

function closedGates(
  gates: readonly Gate[],
  { rateLimit }: AnswerSeen,
  isDaily: boolean | undefined,
  namedMs: number | undefined,
  serviceMs: number,
  now: Moment,
): readonly Gate[] {
  const isLong = namedMs !== undefined && namedMs - serviceMs > LONG_MS;
  const daily = isDaily ?? isLong;
  const ofKind = gates.filter(
    ({ rule }) => rule.kind !== "lane" && (rule.kind === "day") === daily,
  );
  const ofLimit = ofKind.filter(({ rule }) => rule.limit === rateLimit?.limit);
  const meant = ofLimit.length > 0 ? ofLimit : ofKind;
  if (meant.length === 0) return gates.slice(0, 1);
  if (meant.length === 1) return meant;
  if (daily) {
    // To close a label's pool for the day by mistake would be worse than to be refused again.
    const fullness = (gate: Gate) => gate.usedAt(now) / gate.rule.limit;
    return meant.toSorted((a, b) => fullness(b) - fullness(a)).slice(0, 1);
  }
  if (namedMs === undefined) return meant.slice(0, 1);
  const fitting = meant.filter(({ rule }) => namedMs - serviceMs <= rule.windowMs + ROUNDING_MS);
  return fitting.length > 0 ? fitting : meant.slice(-1);
}
