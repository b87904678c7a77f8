/** Which rules a call is counted under: derived from the contract's operations and tiers. */
import { strict as assert } from "node:assert";
import {
  type LabelLimit,
  type Operation,
  operationList,
  type RateLimitLabel,
  type RateLimitTier,
  type SpecialLimit,
  type WireProfile,
} from "@paymaster/contract";
import type { Principal } from "../http/principal.js";
import type { WindowRule } from "./leased-windows.js";
import type { ScopedRule, SpecialRule } from "./special-calls.js";
import { DAY_MS, SECOND_MS } from "./windows.js";

export type Tiers = Readonly<Record<RateLimitTier, Readonly<Record<RateLimitLabel, LabelLimit>>>>;

/** What the label of an operation allows. */
export interface LabelRules {
  readonly category: RateLimitLabel;
  /** Per second, or per minute. */
  readonly pace: WindowRule;
  /** Calls of a day, shared by the labels that name the same pool; null: not limited. */
  readonly pool: WindowRule | null;
}

export interface CallRules {
  /** null: the operation has no label. */
  readonly label: LabelRules | null;
  /** Daily counts before intervals: while a day is used up, that is what the caller must hear. */
  readonly special: readonly SpecialRule[];
}

/** Other special rules than the contract's, by the tool name of the operation. */
export type SpecialLimitOverrides = Readonly<Record<string, readonly SpecialLimitOverride[]>>;
/** A rule without its source: whoever states it answers for it. */
export type SpecialLimitOverride = Omit<SpecialLimit, "source" | "confidence">;

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
  const special = options.overrides[operation.tool] ?? operation.specialLimits[options.profile];
  return {
    label: category === null ? null : labelRules(category, options.tiers[tier][category]),
    special: specialRules(operation.tool, special),
  };
}

/** Throws when an override names no operation or states an impossible rule: at the start, not at a call. */
export function checkOverrides(overrides: SpecialLimitOverrides): void {
  const tools = new Set<string>(operationList.map((operation) => operation.tool));
  for (const [tool, limits] of Object.entries(overrides)) {
    assert(tools.has(tool), `special rules for ${tool}: there is no such operation`);
    specialRules(tool, limits);
  }
}

function labelRules(category: RateLimitLabel, limit: LabelLimit): LabelRules {
  const { count, window_seconds, daily } = limit;
  return {
    category,
    pace: {
      name: `pace:${category}`,
      limit: checkedCount(category, count),
      lengthMs: window_seconds * SECOND_MS,
    },
    pool:
      daily === null
        ? null
        : {
            name: `day:${daily.name}`,
            limit: checkedCount(category, daily.count),
            lengthMs: DAY_MS,
          },
  };
}

function specialRules(tool: string, limits: readonly SpecialLimitOverride[]): SpecialRule[] {
  const rules = limits.map((limit): SpecialRule => {
    const seconds = limit.window === "day" ? DAY_MS / SECOND_MS : limit.interval_seconds;
    assert(
      seconds !== undefined && Number.isSafeInteger(seconds) && seconds > 0,
      `${tool}: an interval is a positive number of seconds`,
    );
    return {
      name: `${tool}:${limit.window === "day" ? "day" : `${seconds}s`}:${limit.scope}`,
      window: limit.window,
      limit: checkedCount(tool, limit.count),
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

function checkedCount(of: string, count: number): number {
  assert(
    Number.isInteger(count) && count >= 1 && count <= MAX_COUNT,
    `${of}: a limit is a count of calls, not ${count}`,
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
