/** A planner's options, checked, with what they default to. */
import { type RateLimitTier, rateLimitTiers } from "@paymaster/contract";
import type { Priority, QuotaPlannerOptions } from "./types.js";

const DEFAULT_MAX_QUEUED = 100_000;
const DEFAULT_MAX_IN_FLIGHT = 128;
const DEFAULT_MAX_WAIT_MS: Readonly<Record<Priority, number>> = {
  interactive: 5_000,
  background: 900_000,
};
const DEFAULT_INTERACTIVE_SHARE = 0.01;

export interface Settings {
  /** Of the start: answers may show another one. */
  readonly tier: RateLimitTier;
  readonly maxQueued: number;
  readonly maxInFlight: number;
  readonly maxWaitMs: Readonly<Record<Priority, number>>;
  readonly interactiveShare: number;
}

/** @throws TypeError for options that cannot work */
export function readSettings(options: QuotaPlannerOptions): Settings {
  const tier = options.tier ?? "business";
  if (!Object.hasOwn(options.tiers ?? rateLimitTiers, tier)) {
    throw new TypeError(`there is no tier ${JSON.stringify(tier)}`);
  }
  return {
    tier,
    maxQueued: positive("maxQueued", options.maxQueued ?? DEFAULT_MAX_QUEUED),
    maxInFlight: positive("maxInFlight", options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT),
    maxWaitMs: { ...DEFAULT_MAX_WAIT_MS, ...options.maxWaitMs },
    interactiveShare: share(options.interactiveShare ?? DEFAULT_INTERACTIVE_SHARE),
  };
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new TypeError(`${name} must be a positive whole number`);
}

function share(value: number): number {
  if (value >= 0 && value < 1) return value;
  throw new TypeError("interactiveShare must be from 0 to below 1");
}
