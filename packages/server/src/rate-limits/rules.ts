/** Which rules a call is counted under: derived from the contract's operations and tiers, never listed here. */
import { strict as assert } from "node:assert";
import type {
  LabelLimit,
  Operation,
  RateLimitLabel,
  RateLimitTier,
  SpecialLimit,
  WireProfile,
} from "@paymaster/contract";
import type { Principal } from "../http/principal.js";
import type { WindowRule } from "./leased-windows.js";
import type { ScopedRule, SpecialRule } from "./special-calls.js";
import { DAY_MS, SECOND_MS } from "./windows.js";

export type Tiers = Readonly<Record<RateLimitTier, Readonly<Record<RateLimitLabel, LabelLimit>>>>;

export interface CallRules {
  /** null: the operation has no label. */
  readonly category: RateLimitLabel | null;
  /** Of the label, per second or minute; null without a label. */
  readonly pace: WindowRule | null;
  /** Calls of a day, shared by the labels that name the same pool; null: not limited. */
  readonly pool: WindowRule | null;
  /** Daily counts before intervals: while a day is used up, that is what the caller must hear. */
  readonly special: readonly SpecialRule[];
}

/** Other special rules than the contract's, by the tool name of the operation. */
export type SpecialLimitOverrides = Readonly<Record<string, readonly SpecialLimit[]>>;

export interface RuleOptions {
  readonly profile: WireProfile;
  readonly tiers: Tiers;
  readonly overrides: SpecialLimitOverrides;
}

const MAX_COUNT = 2 ** 31 - 1;

export function rulesOf(
  operation: Operation,
  tier: RateLimitTier,
  options: RuleOptions,
): CallRules {
  const category = operation.label[options.profile];
  const limit = category === null ? null : options.tiers[tier][category];
  const special = options.overrides[operation.tool] ?? operation.specialLimits[options.profile];
  return {
    category,
    pace: category === null || limit === null ? null : paceOf(category, limit),
    pool: limit === null || limit.daily === null ? null : poolOf(limit.daily),
    special: specialRules(operation.tool, special),
  };
}

function paceOf(category: RateLimitLabel, limit: LabelLimit): WindowRule {
  return {
    name: `pace:${category}`,
    limit: checkedCount(limit.count),
    lengthMs: limit.window_seconds * SECOND_MS,
  };
}

function poolOf(daily: { readonly name: string; readonly count: number }): WindowRule {
  return { name: `day:${daily.name}`, limit: checkedCount(daily.count), lengthMs: DAY_MS };
}

function specialRules(tool: string, limits: readonly SpecialLimit[]): SpecialRule[] {
  const rules = limits.map((limit): SpecialRule => {
    const seconds = limit.window === "day" ? DAY_MS / SECOND_MS : limit.interval_seconds;
    assert(
      seconds !== undefined && Number.isSafeInteger(seconds) && seconds > 0,
      `${tool}: an interval is a positive number of seconds`,
    );
    return {
      name: `${tool}:${limit.window === "day" ? "day" : `${seconds}s`}:${limit.scope}`,
      window: limit.window,
      limit: checkedCount(limit.count),
      lengthMs: seconds * SECOND_MS,
      scope: limit.scope,
    };
  });
  assert(
    new Set(rules.map((rule) => rule.name)).size === rules.length,
    `${tool}: two special rules count the same thing`,
  );
  return rules.sort((a, b) => Number(a.window === "interval") - Number(b.window === "interval"));
}

function checkedCount(count: number): number {
  assert(
    Number.isInteger(count) && count >= 1 && count <= MAX_COUNT,
    "a limit is a count of calls",
  );
  return count;
}

/**
 * What a special rule is counted for: the account or invoice that the caller wrote, before anybody
 * looked whether it exists. The PDF's path names no account, so there "per account" is the caller
 * (looking up the invoice's account first would let the quota tell which invoices exist). Everything is
 * counted for each calling account on its own: what one tenant asks for never uses up another's calls.
 */
export function scoped(
  rule: SpecialRule,
  operation: Operation,
  principal: Principal,
  params: Readonly<Record<string, string>>,
): ScopedRule {
  return { rule, value: scopeValue(rule.scope, operation, principal, params) };
}

function scopeValue(
  scope: SpecialRule["scope"],
  operation: Operation,
  principal: Principal,
  params: Readonly<Record<string, string>>,
): string {
  if (scope === "invoice") {
    assert(params.invoiceId !== undefined, "a rule per invoice needs a path with an invoice");
    return params.invoiceId;
  }
  const written = scope === "account" ? params.accountId : undefined;
  const own = written === undefined || (written === "me" && operation.acceptsMe);
  return own ? principal.accountId : written;
}
