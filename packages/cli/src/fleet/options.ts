/** Flags of the fleet's commands, read and checked. */
import type { AccountKind, AgedKind, MaxAges, Store } from "@paymaster/fleet";
import {
  ACCOUNT_KINDS,
  DEFAULT_KINDS,
  DEFAULT_MAX_AGES,
  openStore,
  StoreError,
} from "@paymaster/fleet";
import type { FlagValues } from "../command.js";
import { UsageError } from "../exit-codes.js";

const DEFAULT_STORE = "./fleet.db";

/** @throws UsageError when the file cannot be used */
export function storeOf(flags: FlagValues, options: { readonly create: boolean }): Store {
  return orUsage(() => openStore(storePathOf(flags), options));
}

export function storePathOf(flags: FlagValues): string {
  return flags.text("store") ?? DEFAULT_STORE;
}

/** What the store says is wrong with it is for the user to mend. */
export function orUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asUsage(error);
  }
}

export function asUsage(error: unknown): unknown {
  return error instanceof StoreError ? new UsageError(error.message) : error;
}

/** @returns undefined: all accounts */
export function accountsOf(flags: FlagValues): ReadonlySet<string> | undefined {
  const ids = listOf(flags, "account");
  return ids === undefined ? undefined : new Set(ids);
}

export function kindsOf(flags: FlagValues): ReadonlySet<AccountKind> {
  const kinds = new Set<AccountKind>(DEFAULT_KINDS);
  const only = listOf(flags, "only");
  if (only !== undefined) {
    kinds.clear();
    for (const name of only) kinds.add(oneOf(name, "only", Array.from(DEFAULT_KINDS)));
  }
  const years = oneOf(flags.text("years") ?? "1", "years", ["1", "2", "3"]);
  if (kinds.has("invoices")) {
    for (const kind of ACCOUNT_KINDS) {
      if (kind.startsWith("invoices_") && kind.slice(-1) <= years) kinds.add(kind);
    }
  }
  return kinds;
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `usage=6h,contact=30d` */
export function maxAgesOf(flags: FlagValues): Partial<MaxAges> {
  const ages: Partial<Record<AgedKind, number>> = {};
  for (const entry of listOf(flags, "max-age") ?? []) {
    const [, name = "", count = "", unit = ""] = /^(\w+)=(\d{1,6})([mhd])$/.exec(entry) ?? [];
    if (name === "") {
      throw new UsageError(`--max-age: expected e.g. usage=6h, got ${JSON.stringify(entry)}`);
    }
    const kind = oneOf(name, "max-age", Object.keys(DEFAULT_MAX_AGES) as AgedKind[]);
    ages[kind] = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return ages;
}

/** @throws UsageError unless it is a civil date */
export function dateOf(flags: FlagValues, name: string): string | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  if (isDate && new Date(text).toISOString().startsWith(text)) return text;
  throw new UsageError(`--${name}: expected a date like 2026-01-31, got ${JSON.stringify(text)}`);
}

/** @throws UsageError that tells what there is */
export function oneOf<T extends string>(text: string, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${name}: expected ${choices.join(", ")}, got ${JSON.stringify(text)}`);
}

function listOf(flags: FlagValues, name: string): readonly string[] | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const entries = text.split(",").map((entry) => entry.trim());
  if (entries.every((entry) => entry !== "")) return entries;
  throw new UsageError(`--${name}: expected a list with commas, got ${JSON.stringify(text)}`);
}
