/**
 * How many calls of a label an account may make, by the tier of its plan. Counted over all apps of the
 * calling account. Facts: section 5.1 of the wire facts (D26 and SK agree).
 */
import type { RateLimitLabel } from "../operation.js";

export const RATE_LIMIT_TIERS = ["free", "pro", "business"] as const;
/** business: Business, Education, Enterprise and Partner plans. */
export type RateLimitTier = (typeof RATE_LIMIT_TIERS)[number];

/** Calls of a day, reset at 00:00 UTC. Labels that name the same pool draw on one count. */
export interface DailyPool {
  readonly name: string;
  readonly count: number;
}

export interface LabelLimit {
  /** Calls in any window of `window_seconds`. */
  readonly count: number;
  readonly window_seconds: 1 | 60;
  /** null: calls of a day are not limited. */
  readonly daily: DailyPool | null;
}

const SECOND = 1;
const MINUTE = 60;

function limit(count: number, window_seconds: 1 | 60, daily: DailyPool | null): LabelLimit {
  return { count, window_seconds, daily };
}

/** Heavy and Resource-intensive calls share one pool from the Pro tier on. */
function shared(count: number): DailyPool {
  return { name: "Heavy+Resource-intensive", count };
}

export const rateLimitTiers: Readonly<
  Record<RateLimitTier, Readonly<Record<RateLimitLabel, LabelLimit>>>
> = {
  free: {
    Light: limit(4, SECOND, { name: "Light", count: 6_000 }),
    Medium: limit(2, SECOND, { name: "Medium", count: 2_000 }),
    Heavy: limit(1, SECOND, { name: "Heavy", count: 1_000 }),
    "Resource-intensive": limit(10, MINUTE, { name: "Resource-intensive", count: 30_000 }),
  },
  pro: {
    Light: limit(30, SECOND, null),
    Medium: limit(20, SECOND, null),
    Heavy: limit(10, SECOND, shared(30_000)),
    "Resource-intensive": limit(10, MINUTE, shared(30_000)),
  },
  business: {
    Light: limit(80, SECOND, null),
    Medium: limit(60, SECOND, null),
    Heavy: limit(40, SECOND, shared(60_000)),
    "Resource-intensive": limit(20, MINUTE, shared(60_000)),
  },
};
