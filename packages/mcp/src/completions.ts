/** Suggestions for `accountId` while a person types: ids of sub accounts, found by id or name. */
import type { Reader } from "./reports/reader.js";

export interface Completion {
  readonly values: string[];
  readonly total: number;
  readonly hasMore: boolean;
}

/** The protocol's limit. */
const MAX_VALUES = 100;
const PAGE_SIZE = "300";
/** A person types for some seconds; accounts come and go slower. */
const KEPT_MS = 60_000;
const NOTHING: Completion = { values: [], total: 0, hasMore: false };

interface KnownAccount {
  readonly id: string;
  readonly account_name: string;
}

/** @returns a function that suggests nothing rather than fail */
export function createCompletions(
  reader: Reader,
): (argument: string, typed: string, signal: AbortSignal) => Promise<Completion> {
  let known: { readonly accounts: readonly KnownAccount[]; readonly untilMs: number } | undefined;

  async function accounts(signal: AbortSignal): Promise<readonly KnownAccount[]> {
    if (known !== undefined && performance.now() < known.untilMs) return known.accounts;
    const list = await reader.read("accounts", { page_size: PAGE_SIZE }, signal);
    // A failure is kept for as long: a suggestion is not worth a second call.
    const found = list.ok ? (list.data.accounts ?? []) : [];
    known = { accounts: found, untilMs: performance.now() + KEPT_MS };
    return found;
  }

  return async (argument, typed, signal) => {
    if (argument !== "accountId") return NOTHING;
    const wanted = typed.toLowerCase();
    const fitting = (await accounts(signal))
      .filter(
        ({ id, account_name }) =>
          id.toLowerCase().startsWith(wanted) || account_name.toLowerCase().includes(wanted),
      )
      .map(({ id }) => id);
    const all = "me".startsWith(wanted) ? ["me", ...fitting] : fitting;
    return {
      values: all.slice(0, MAX_VALUES),
      total: all.length,
      hasMore: all.length > MAX_VALUES,
    };
  };
}
