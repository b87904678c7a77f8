/**
 * Where the planner's counts are kept. What happens to them is written as records, in one order for
 * all who share the store, so that everybody who reads them counts the same.
 */

/** One change of the counts. Plain JSON, meaningful to the planner alone. */
export type QuotaRecord = readonly (string | number | null)[];

export interface QuotaExchange<T> {
  /** To be appended, after all that were there before. */
  readonly append: readonly QuotaRecord[];
  readonly value: T;
}

/** What others have appended. */
export interface QuotaNews {
  /** Everything there is, in place of what was known before: a first reading, or a store made anew. */
  readonly isWhole: boolean;
  readonly records: readonly QuotaRecord[];
}

export interface QuotaStore {
  /** Whether others may read what is appended; if not, only the exchange itself counts. */
  readonly isShared: boolean;
  /**
   * Runs `work` while nobody else changes the counts.
   * @param work is given what others have appended since the last exchange, and says what to append; it
   *   runs at most once and waits for nothing
   * @param snapshot the records that say as much as all so far, `work`'s included, in less room
   * @returns a promise only if there is something to wait for
   * @throws QuotaStoreError
   */
  exchange<T>(
    work: (news: QuotaNews) => QuotaExchange<T>,
    snapshot: () => readonly QuotaRecord[],
  ): T | Promise<T>;
  close(): void | Promise<void>;
}

const NO_NEWS: QuotaNews = { isWhole: false, records: [] };

/** Keeps nothing beyond the planner itself: for one process, until it ends. */
export function memoryQuotaStore(): QuotaStore {
  return {
    isShared: false,
    exchange: (work) => work(NO_NEWS).value,
    close() {},
  };
}
