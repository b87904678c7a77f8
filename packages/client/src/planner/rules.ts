/** Which rules a call is counted under: derived from the contract's operations and tiers. */
import {
  type LabelLimit,
  type Operation,
  operationList,
  type RateLimitLabel,
  type RateLimitTier,
  rateLimitTiers,
  type SpecialLimit,
  type WireProfile,
} from "@paymaster/contract";
import type { ParameterValues } from "../url.js";
import type { SpecialLimitOverrides, Tiers } from "./types.js";

export const DAY_MS = 86_400_000;

/**
 * pace: calls of a label in a second or minute. day: calls of a UTC day. interval: calls in any span,
 * which begins with a call. lane: no number of its own; closed only when the service says so.
 */
export type RuleKind = "pace" | "day" | "interval" | "lane";

export interface Rule {
  /** Names the rule and what it is counted for, e.g. `pace:Heavy`. */
  readonly key: string;
  readonly kind: RuleKind;
  readonly limit: number;
  readonly windowMs: number;
}

/** What calls with the same label have in common: they wait in one lane. */
export interface LaneRules {
  /** The label, or `unlabelled`. */
  readonly name: string;
  readonly label: RateLimitLabel | undefined;
  readonly rules: readonly Rule[];
}

export interface CallRules {
  readonly lane: LaneRules;
  /** Rules of this operation alone, for the account or invoice that the call names. */
  readonly special: readonly Rule[];
}

export interface RuleBookOptions {
  readonly profile: WireProfile;
  readonly tiers: Tiers;
  readonly specialLimits: SpecialLimitOverrides;
  readonly accountId: string | undefined;
}

interface SpecialTemplate {
  readonly prefix: string;
  readonly kind: "day" | "interval";
  readonly limit: number;
  readonly windowMs: number;
  readonly scope: SpecialLimit["scope"];
}

interface OperationRules {
  readonly label: RateLimitLabel | undefined;
  readonly special: readonly SpecialTemplate[];
}

export class RuleBook {
  readonly #options: RuleBookOptions;
  readonly #operations = new Map<string, OperationRules>();
  readonly #templates = new Map<string, SpecialTemplate>();
  #lanes: ReadonlyMap<RateLimitLabel | undefined, LaneRules>;

  /** @throws TypeError for special rules that name no operation or state an impossible rule */
  constructor(tier: RateLimitTier, options: RuleBookOptions) {
    this.#options = options;
    for (const operation of operationList) {
      const rules = operationRules(operation, options);
      this.#operations.set(operation.tool, rules);
      for (const template of rules.special) this.#templates.set(template.prefix, template);
    }
    for (const tool of Object.keys(options.specialLimits)) {
      if (!this.#operations.has(tool)) throw new TypeError(`special rules: no operation ${tool}`);
    }
    this.#lanes = lanesOf(options.tiers[tier]);
  }

  get profile(): WireProfile {
    return this.#options.profile;
  }

  get lanes(): Iterable<LaneRules> {
    return this.#lanes.values();
  }

  /** A lane as it is now: a call may have entered it before the tier changed. */
  laneOf(lane: LaneRules): LaneRules {
    return this.#lanes.get(lane.label) ?? lane;
  }

  /** From now on the limits of another tier hold. */
  setTier(tier: RateLimitTier): void {
    this.#lanes = lanesOf(this.#options.tiers[tier]);
  }

  /** @throws TypeError for a tool that the contract does not have */
  rulesOf(tool: string, input: ParameterValues): CallRules {
    const operation = this.#operations.get(tool);
    const lane = operation === undefined ? undefined : this.#lanes.get(operation.label);
    if (operation === undefined || lane === undefined) {
      throw new TypeError(`no operation is called ${JSON.stringify(tool)}`);
    }
    const special = operation.special.map((template) => this.#specialRule(template, input));
    return { lane, special };
  }

  /** The rule that a key names; undefined: none of the present ones. */
  ruleOfKey(key: string): Rule | undefined {
    for (const { rules } of this.#lanes.values()) {
      const found = rules.find((rule) => rule.key === key);
      if (found !== undefined) return found;
    }
    // tool:span:scope:value, and the value is whatever a caller wrote.
    const prefix = key.split(":", 3).join(":");
    const template = this.#templates.get(prefix);
    if (template === undefined || key[prefix.length] !== ":") return undefined;
    const { kind, limit, windowMs } = template;
    return { key, kind, limit, windowMs };
  }

  /** The tier whose numbers a header names; undefined: none, or the present one. */
  tierNamed(category: string, limit: number, present: RateLimitTier): RateLimitTier | undefined {
    const { tiers } = this.#options;
    const names = Object.keys(tiers) as RateLimitTier[];
    const named = (tier: RateLimitTier) => {
      const label = tiers[tier][category as RateLimitLabel] as LabelLimit | undefined;
      return label !== undefined && (label.count === limit || label.daily?.count === limit);
    };
    return named(present) ? undefined : names.find(named);
  }

  #specialRule(template: SpecialTemplate, input: ParameterValues): Rule {
    const { prefix, kind, limit, windowMs, scope } = template;
    return { key: `${prefix}:${this.#scopeValue(scope, input)}`, kind, limit, windowMs };
  }

  #scopeValue(scope: SpecialLimit["scope"], input: ParameterValues): string {
    if (scope === "invoice") return String(input.invoiceId);
    const own = this.#options.accountId ?? "me";
    // The address of the file names no account: there, "per account" is the caller.
    if (scope === "caller" || input.accountId === undefined || input.accountId === "me") return own;
    return String(input.accountId);
  }
}

function lanesOf(tier: Tiers[RateLimitTier]): ReadonlyMap<RateLimitLabel | undefined, LaneRules> {
  const lanes = new Map<RateLimitLabel | undefined, LaneRules>();
  for (const [name, limit] of Object.entries(tier)) {
    const label = name as RateLimitLabel;
    lanes.set(label, { name, label, rules: [laneRule(name), ...labelRules(label, limit)] });
  }
  const name = "unlabelled";
  lanes.set(undefined, { name, label: undefined, rules: [laneRule(name)] });
  return lanes;
}

function laneRule(name: string): Rule {
  return { key: `lane:${name}`, kind: "lane", limit: Number.MAX_SAFE_INTEGER, windowMs: 1_000 };
}

function labelRules(label: RateLimitLabel, { count, window_seconds, daily }: LabelLimit): Rule[] {
  const windowMs = window_seconds * 1_000;
  const pace: Rule = { key: `pace:${label}`, kind: "pace", limit: checked(count), windowMs };
  if (daily === null) return [pace];
  const key = `day:${daily.name}`;
  return [pace, { key, kind: "day", limit: checked(daily.count), windowMs: DAY_MS }];
}

function operationRules(operation: Operation, options: RuleBookOptions): OperationRules {
  const { tool } = operation;
  const limits = options.specialLimits[tool] ?? operation.specialLimits[options.profile];
  const special = limits.map(({ count, window, interval_seconds, scope }): SpecialTemplate => {
    const windowMs = window === "day" ? DAY_MS : checked(interval_seconds) * 1_000;
    const span = window === "day" ? "day" : `${interval_seconds}s`;
    const prefix = `${tool}:${span}:${scope}`;
    return { prefix, kind: window, limit: checked(count), windowMs, scope };
  });
  return { label: operation.label[options.profile] ?? undefined, special };
}

function checked(count: number | undefined): number {
  if (count !== undefined && Number.isSafeInteger(count) && count >= 1) return count;
  throw new TypeError(`a limit is a positive whole number, not ${count}`);
}

/** Options as they are when nobody says otherwise. */
export function ruleBookOptions(options: {
  readonly profile?: WireProfile | undefined;
  readonly tiers?: Tiers | undefined;
  readonly specialLimits?: SpecialLimitOverrides | undefined;
  readonly accountId?: string | undefined;
}): RuleBookOptions {
  return {
    profile: options.profile ?? "2021",
    tiers: options.tiers ?? rateLimitTiers,
    specialLimits: options.specialLimits ?? {},
    accountId: options.accountId,
  };
}
