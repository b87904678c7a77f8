/** What an account may call and has called, for people: every rule with its count in the present window. */
import {
  type Operation,
  operationList,
  type RateLimitLabel,
  type RateLimitTier,
} from "@paymaster/contract";
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "../store/accounts.js";
import { type RuleOptions, rulesOf } from "./rules.js";
import { DAY_MS, instantText, SECOND_MS, windowStart } from "./windows.js";

export interface LabelReport {
  readonly label: RateLimitLabel;
  readonly count: number;
  readonly window_seconds: number;
  /** Calls of a UTC day, shared by the labels that name the same pool; null: not limited. */
  readonly daily_pool: string | null;
  readonly operations: readonly string[];
}

export interface PoolReport {
  readonly pool: string;
  readonly limit: number;
  readonly used: number;
  readonly left: number;
  readonly resets_at: string;
}

export interface SpecialReport {
  readonly operation: string;
  readonly window: "interval" | "day";
  readonly window_seconds: number;
  readonly limit: number;
  readonly scope: "account" | "invoice" | "caller";
  /** Those for which calls were counted in a window that is not over, the fullest first. */
  readonly counted: readonly {
    readonly value: string;
    readonly used: number;
    readonly left: number;
    readonly resets_at: string;
  }[];
}

export interface LimitReport {
  /** false: nothing is counted here. */
  readonly enforced: boolean;
  readonly labels: readonly LabelReport[];
  readonly pools: readonly PoolReport[];
  readonly special: readonly SpecialReport[];
}

export interface ReportSources {
  readonly db: Queryable;
  readonly nowMs: number;
  readonly enforced: boolean;
  readonly rules: RuleOptions;
  /** Calls of a pool that this process was given and has not admitted. */
  readonly unspent: (pool: string) => number;
}

/** Counts read at once; the fullest are told. */
const MAX_COUNTS = 2_000;
const MAX_TOLD = 50;

interface Count {
  readonly rule: string;
  readonly taken: number;
  readonly endMs: number;
}

export async function reportLimits(
  account: AccountRef & { readonly tier: RateLimitTier },
  sources: ReportSources,
): Promise<LimitReport> {
  const counts = sources.enforced ? await readCounts(sources.db, account, sources.nowMs) : [];
  const labels = new Map<RateLimitLabel, LabelReport & { operations: string[] }>();
  const pools = new Map<string, PoolReport>();
  const special: SpecialReport[] = [];
  for (const operation of operationList as readonly Operation[]) {
    const { label, special: own } = rulesOf(operation, account.tier, sources.rules);
    if (label !== null) {
      const { category, pace, pool } = label;
      const known = labels.get(category) ?? {
        label: category,
        count: pace.limit,
        window_seconds: pace.lengthMs / SECOND_MS,
        daily_pool: pool?.name ?? null,
        operations: [],
      };
      known.operations.push(operation.tool);
      labels.set(category, known);
      if (pool !== null && !pools.has(pool.name)) {
        pools.set(pool.name, poolReport(pool, counts, account, sources));
      }
    }
    for (const rule of own) {
      special.push({
        operation: operation.tool,
        window: rule.window,
        window_seconds: rule.lengthMs / SECOND_MS,
        limit: rule.limit,
        scope: rule.scope,
        counted: countsOf(counts, `${account.accountId} ${rule.name} `, rule.limit),
      });
    }
  }
  return {
    enforced: sources.enforced,
    labels: [...labels.values()],
    pools: [...pools.values()],
    special,
  };
}

async function readCounts(db: Queryable, account: AccountRef, nowMs: number): Promise<Count[]> {
  const { rows } = await db.query({
    name: "read-quota-counts",
    text: `select rule, taken, window_end_ms as "endMs" from quota_windows
      where master_id = $1 and starts_with(rule, $2) and window_end_ms > $3 and taken > 0
      order by taken desc, rule limit ${MAX_COUNTS}`,
    values: [account.masterId, `${account.accountId} `, nowMs],
  });
  return rows;
}

function poolReport(
  pool: { readonly name: string; readonly limit: number },
  counts: readonly Count[],
  account: AccountRef,
  { nowMs, unspent }: ReportSources,
): PoolReport {
  const given = counts.find(({ rule }) => rule === `${account.accountId} ${pool.name}`)?.taken ?? 0;
  const used = Math.max(0, given - unspent(pool.name));
  return {
    pool: pool.name,
    limit: pool.limit,
    used,
    left: Math.max(0, pool.limit - used),
    resets_at: instantText(windowStart(nowMs, DAY_MS) + DAY_MS),
  };
}

function countsOf(
  counts: readonly Count[],
  prefix: string,
  limit: number,
): SpecialReport["counted"] {
  return counts
    .filter(({ rule }) => rule.startsWith(prefix))
    .slice(0, MAX_TOLD)
    .map(({ rule, taken, endMs }) => ({
      value: rule.slice(prefix.length),
      used: taken,
      left: Math.max(0, limit - taken),
      resets_at: instantText(endMs),
    }));
}
