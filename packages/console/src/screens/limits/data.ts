/** What an account may call, in one form: counted by the operator's API, or as the contract states it. */
import {
  type Operation,
  operationList,
  type RateLimitTier,
  rateLimitTiers,
  type WireProfile,
} from "@paymaster/contract";

export interface Limits {
  readonly tier: RateLimitTier;
  readonly enforced: boolean;
  readonly labels: readonly {
    readonly label: string;
    readonly count: number;
    readonly window_seconds: number;
    readonly daily_pool: string | null;
    readonly operations: readonly string[];
  }[];
  /** Empty where nobody counts. */
  readonly pools: readonly {
    readonly pool: string;
    readonly limit: number;
    readonly used: number;
    readonly left: number;
    readonly resets_at: string;
  }[];
  readonly special: readonly {
    readonly operation: string;
    readonly window: "interval" | "day";
    readonly window_seconds: number;
    readonly limit: number;
    readonly scope: "account" | "invoice" | "caller";
    readonly counted: readonly {
      readonly value: string;
      readonly used: number;
      readonly left: number;
      readonly resets_at: string;
    }[];
  }[];
}

const DAY_SECONDS = 86_400;

/** The documented limits of a tier, without counts. */
export function documentedLimits(tier: RateLimitTier, profile: WireProfile): Limits {
  const all: readonly Operation[] = operationList;
  const labels = Object.entries(rateLimitTiers[tier]).flatMap(([label, limit]) => {
    const operations = all.filter((one) => one.label[profile] === label).map(({ tool }) => tool);
    if (operations.length === 0) return [];
    const { count, window_seconds, daily } = limit;
    const daily_pool = daily === null ? null : `${daily.count} a day`;
    return [{ label, count, window_seconds, daily_pool, operations }];
  });
  const special = all.flatMap((operation) =>
    operation.specialLimits[profile].map((limit) => ({
      operation: operation.tool,
      window: limit.window,
      window_seconds: limit.interval_seconds ?? DAY_SECONDS,
      limit: limit.count,
      scope: limit.scope,
      counted: [],
    })),
  );
  return { tier, enforced: true, labels, pools: [], special };
}

/** `300` as `5 min`. */
export function duration(seconds: number): string {
  if (seconds % 86_400 === 0) return seconds === 86_400 ? "day" : `${seconds / 86_400} days`;
  if (seconds % 60 === 0) return seconds === 60 ? "minute" : `${seconds / 60} min`;
  return seconds === 1 ? "second" : `${seconds} s`;
}
