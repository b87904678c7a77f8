/** Quota counts in a file: they survive a restart, and several processes of one machine share them. */
import { mkdirSync, renameSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { QuotaStoreError } from "../errors.js";
import type { QuotaExchange, QuotaNews, QuotaRecord, QuotaStore } from "../planner/store.js";
import { FileLock } from "./file-lock.js";
import { append, type Position, readNews, writeAnew } from "./record-file.js";

export interface FileQuotaStoreOptions {
  /**
   * Of the file, whose folder is made if need be. One file for each account that calls, since quotas
   * are an account's.
   */
  readonly path: string;
  /** Called when the file was not as it was written; it is kept beside as `<path>.corrupt`. */
  readonly onCorrupt?: ((path: string) => void) | undefined;
}

/** Beyond this size, and twice what a summary took last, the file is summed up. */
const MIN_SUMMARY_BYTES = 1024 * 1024;
/** An exchange takes well below a millisecond; who waits so long will not get a turn. */
const LOCK_WAIT_MS = 10_000;
const RETRY_MS = 6;

/**
 * The counts are written before a call is sent, so a crash at any moment counts a call too many at most.
 * Nothing is flushed to the disk: after a power failure the last seconds may be missing, and the service
 * corrects what is then too low.
 */
export function fileQuotaStore(options: FileQuotaStoreOptions): QuotaStore {
  if (options.path === "") throw new TypeError("path must not be empty");
  return new FileQuotaStore(resolve(options.path), options.onCorrupt);
}

class FileQuotaStore implements QuotaStore {
  readonly isShared = true;
  readonly #path: string;
  readonly #lock: FileLock;
  readonly #onCorrupt: ((path: string) => void) | undefined;
  #position: Position | undefined;
  #summaryBytes = 0;
  #isReady = false;

  constructor(path: string, onCorrupt: ((path: string) => void) | undefined) {
    this.#path = path;
    this.#lock = new FileLock(`${path}.lock`);
    this.#onCorrupt = onCorrupt;
  }

  exchange<T>(
    work: (news: QuotaNews) => QuotaExchange<T>,
    snapshot: () => readonly QuotaRecord[],
  ): T | Promise<T> {
    if (this.#take()) return this.#locked(work, snapshot);
    return this.#waitForLock().then(() => this.#locked(work, snapshot));
  }

  close(): void {}

  #take(): boolean {
    try {
      if (!this.#isReady) mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      this.#isReady = true;
      return this.#lock.tryTake();
    } catch (cause) {
      throw this.#error("cannot be locked", cause);
    }
  }

  async #waitForLock(): Promise<void> {
    const untilMs = performance.now() + LOCK_WAIT_MS;
    do {
      // By chance, so that nobody comes second each time.
      await new Promise((next) => setTimeout(next, RETRY_MS * Math.random()));
      if (this.#take()) return;
    } while (performance.now() < untilMs);
    throw this.#error(`is held by ${this.#lock.holder()}`, undefined);
  }

  #locked<T>(
    work: (news: QuotaNews) => QuotaExchange<T>,
    snapshot: () => readonly QuotaRecord[],
  ): T {
    try {
      const { news, position } = this.#read(snapshot);
      const { append: records, value } = work(news);
      this.#position = position;
      if (records.length > 0) this.#append(position, records, snapshot);
      return value;
    } catch (cause) {
      // What was read but not worked in is read again the next time.
      this.#position = undefined;
      throw this.#error("cannot be read or written", cause);
    } finally {
      this.#lock.release();
    }
  }

  #read(snapshot: () => readonly QuotaRecord[]): { news: QuotaNews; position: Position } {
    const reading = readNews(this.#path, this.#position);
    if (typeof reading === "object") {
      const { isWhole, records, position } = reading;
      return { news: { isWhole, records }, position };
    }
    if (reading === "corrupt") {
      renameSync(this.#path, `${this.#path}.corrupt`);
      this.#onCorrupt?.(this.#path);
    }
    // What this process has counted itself is all that can be relied on.
    const known = snapshot();
    const position = writeAnew(this.#path, known);
    return { news: { isWhole: true, records: known }, position };
  }

  #append(
    position: Position,
    records: readonly QuotaRecord[],
    snapshot: () => readonly QuotaRecord[],
  ): void {
    const limit = Math.max(MIN_SUMMARY_BYTES, 2 * this.#summaryBytes);
    if (position.offset < limit) {
      const offset = append(this.#path, position.offset, records);
      this.#position = { generation: position.generation, offset };
      return;
    }
    this.#position = writeAnew(this.#path, snapshot());
    this.#summaryBytes = this.#position.offset;
  }

  #error(what: string, cause: unknown): QuotaStoreError {
    if (cause instanceof QuotaStoreError) return cause;
    const message = `the quota file ${this.#path} ${what}`;
    return new QuotaStoreError(message, cause === undefined ? {} : { cause });
  }
}
