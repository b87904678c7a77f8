/**
 * A walk over a master's sub accounts, one call for each, that never uses up the day: it ends after
 * so many accounts, so much time, or when little of a quota is left, and says where to go on.
 */
import { RateLimitError } from "@paymaster/client";
import type { Progress } from "../progress.js";
import type { Reader, Reading, Turn } from "./reader.js";

export interface SubAccount {
  readonly id: string;
  readonly account_name: string;
  readonly account_type: string;
}

export interface Place {
  /** `next_page_token` of the list of accounts; undefined: the first page. */
  readonly page: string | undefined;
  /** Accounts of that page that were read before. */
  readonly from: number;
}

export interface LeftOut {
  /** On this page; further pages are `accounts_total` less what was read. */
  readonly accounts: number;
  readonly reason: string;
  readonly reopens_at?: string;
}

export interface Walk<T> {
  readonly read_at: string;
  readonly accounts_total: number;
  readonly read: readonly { readonly account: SubAccount; readonly data: T }[];
  /** Accounts without a plan: nothing was asked. */
  readonly without_plan: number;
  readonly failed: readonly {
    readonly account_id: string;
    readonly account_name: string;
    readonly problem: string;
  }[];
  readonly left_out: LeftOut | undefined;
  /** Where the next report begins; undefined: nothing is left. */
  readonly next: Place | undefined;
}

export interface WalkLimits {
  /** Accounts of one report, and so calls: a small share of any tier's day. */
  readonly maxAccounts: number;
  /** Clients wait about a minute for an answer. */
  readonly maxMs: number;
  /** The share of a day's calls that a report leaves to others. */
  readonly reserve: number;
}

export const WALK_LIMITS: WalkLimits = { maxAccounts: 100, maxMs: 40_000, reserve: 0.25 };

/** Reports take what others leave, and end rather than wait for the next minute or day. */
export const REPORT_TURN: Turn = { priority: "background", maxWaitMs: 10_000 };

const CONCURRENCY = 4;
const MAX_FAILED_SHOWN = 50;
/** Limits of a second are far smaller, those of a day are not (facts, 5.1). */
const SMALLEST_DAY = 1_000;

export interface WalkOptions<T> {
  readonly reader: Reader;
  readonly place: Place;
  readonly readAccount: (account: SubAccount) => Promise<Reading<T>>;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly limits?: WalkLimits | undefined;
}

/** @returns the failed reading when the list of accounts itself cannot be read */
export async function walkFleet<T>(
  options: WalkOptions<T>,
): Promise<Walk<T> | Extract<Reading<T>, { ok: false }>> {
  const { reader, place, signal, limits = WALK_LIMITS } = options;
  const list = await reader.read(
    "accounts",
    {
      page_size: String(limits.maxAccounts),
      ...(place.page === undefined ? {} : { next_page_token: place.page }),
    },
    signal,
    REPORT_TURN,
  );
  if (!list.ok) return list;
  const page = accountsOf(list.data);
  const walked = await walkPage(page.slice(place.from), options, limits);
  const { next_page_token: nextPage, total_records } = list.data;
  const here = { page: place.page, from: place.from + walked.stoppedAt };
  const following =
    typeof nextPage === "string" && nextPage !== "" ? { page: nextPage, from: 0 } : undefined;
  const { results } = walked;
  const left = page.slice(place.from).length - results.length;
  return {
    read_at: list.readAt,
    accounts_total: typeof total_records === "number" ? total_records : page.length,
    read: results.flatMap(({ account, reading }) =>
      reading?.ok === true ? [{ account, data: reading.data }] : [],
    ),
    without_plan: results.filter(({ reading }) => reading === undefined).length,
    failed: results
      .flatMap(({ account, reading }) =>
        reading?.ok === false
          ? [
              {
                account_id: account.id,
                account_name: account.account_name,
                problem: reading.problem,
              },
            ]
          : [],
      )
      .slice(0, MAX_FAILED_SHOWN),
    left_out: walked.stopped === undefined ? undefined : { accounts: left, ...walked.stopped },
    next: walked.stopped === undefined ? following : here,
  };
}

interface Result<T> {
  readonly account: SubAccount;
  /** undefined: the account has no plan. */
  readonly reading: Reading<T> | undefined;
}

interface Walked<T> {
  readonly results: readonly Result<T>[];
  /** Index of the first account that was not read. */
  readonly stoppedAt: number;
  readonly stopped: Omit<LeftOut, "accounts"> | undefined;
}

async function walkPage<T>(
  accounts: readonly SubAccount[],
  { readAccount, signal, progress }: WalkOptions<T>,
  limits: WalkLimits,
): Promise<Walked<T>> {
  const results = new Map<number, Result<T>>();
  const endMs = performance.now() + limits.maxMs;
  let started = 0;
  let stopped: Walked<T>["stopped"];

  async function work(): Promise<void> {
    while (started < accounts.length && stopped === undefined) {
      const index = started;
      started += 1;
      const account = accounts[index];
      if (account === undefined) return;
      signal.throwIfAborted();
      if (performance.now() > endMs) {
        stopped ??= { reason: "The report took long enough." };
        return;
      }
      const reading = isFree(account) ? undefined : paid(await readAccount(account));
      const stop = reading === undefined ? undefined : reasonToStop(reading, limits);
      // A refusal for want of quota is not this account's failure: it comes first next time.
      if (stop === undefined || reading?.ok === true) results.set(index, { account, reading });
      stopped ??= stop;
      progress.step(
        results.size,
        accounts.length,
        `${results.size} of ${accounts.length} accounts`,
      );
    }
  }

  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const stoppedAt = accounts.findIndex((_, index) => !results.has(index));
  return {
    results: Array.from(results.entries())
      .sort(([a], [b]) => a - b)
      .map(([, result]) => result),
    stoppedAt: stoppedAt < 0 ? accounts.length : stoppedAt,
    stopped: stoppedAt < 0 ? undefined : stopped,
  };
}

/** An account on trial has no plan that is paid for; that is no failure. */
function paid<T>(reading: Reading<T>): Reading<T> | undefined {
  if (reading.ok) return reading;
  const { errorName } = (reading.error ?? {}) as { errorName?: unknown };
  return errorName === "paidAccountOnly" ? undefined : reading;
}

function isFree({ account_type }: SubAccount): boolean {
  return account_type.toLowerCase() === "free";
}

function reasonToStop<T>(reading: Reading<T>, { reserve }: WalkLimits): Walked<T>["stopped"] {
  if (!reading.ok) {
    if (!(reading.error instanceof RateLimitError)) return undefined;
    const { retryAt } = reading.error;
    return {
      reason: reading.problem,
      ...(retryAt === undefined ? {} : { reopens_at: retryAt.toISOString() }),
    };
  }
  const { limit, remaining } = reading.quota ?? { limit: 0, remaining: 0 };
  if (limit < SMALLEST_DAY || remaining >= limit * reserve) return undefined;
  return {
    reason: `${remaining} of ${limit} calls are left for today; reports leave the last ${Math.round(reserve * 100)} % to other work. The day ends at 00:00 UTC.`,
  };
}

function accountsOf(list: unknown): SubAccount[] {
  const { accounts } = (list ?? {}) as { accounts?: unknown };
  if (!Array.isArray(accounts)) return [];
  return accounts.flatMap((entry: unknown) => {
    const { id, account_name, account_type } = (entry ?? {}) as Partial<SubAccount>;
    if (typeof id !== "string" || id === "") return [];
    return [{ id, account_name: account_name ?? "", account_type: account_type ?? "" }];
  });
}
