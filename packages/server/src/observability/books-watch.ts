/**
 * Checks the invariants of the books now and then, so that a broken one is heard of by whoever watches
 * logs and metrics, not only by whoever asks. Of several processes one checks at a time.
 */
import { type Pool, transaction } from "../database/pool.js";
import { checkInvariants, type InvariantCheck } from "../invariants/index.js";
import type { Log } from "../server.js";

export interface BooksState {
  readonly at: Date;
  readonly seconds: number;
  readonly checks: readonly InvariantCheck[];
}

export interface BooksWatch {
  /** What this process found at its last check, whoever asked for it; null: none yet. */
  last(): BooksState | null;
  /** Checks now. */
  check(): Promise<readonly InvariantCheck[]>;
  /** Ends the checks that happen by themselves; the one under way ends with its present rule. */
  stop(): Promise<void>;
}

/** Any constant: two processes that read whole tables at once only slow each other down. */
const CHECK_LOCK = 3_506_118_297;
const MINUTE_MS = 60_000;

export function watchBooks(pool: Pool, everyMinutes: number | null, log: Log): BooksWatch {
  let last: BooksState | null = null;
  let underWay: Promise<unknown> | null = null;
  const stopping = new AbortController();

  async function check(signal?: AbortSignal): Promise<readonly InvariantCheck[]> {
    const startedMs = performance.now();
    const checks = await checkInvariants(pool, signal);
    last = { at: new Date(), seconds: (performance.now() - startedMs) / 1_000, checks };
    for (const { name, ok, detail } of checks) {
      if (!ok) log({ level: "error", message: "The books do not hold", check: name, detail });
    }
    return checks;
  }

  /** Unless another process is at it. */
  function checkAlone(): Promise<void> {
    return transaction(pool, async (connection) => {
      const { rows } = await connection.query("select pg_try_advisory_xact_lock($1) as locked", [
        CHECK_LOCK,
      ]);
      if (rows[0]?.locked === true) await check(stopping.signal);
    });
  }

  const tick = () => {
    underWay ??= checkAlone()
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        log({ level: "warn", message: "The books could not be checked", error: String(error) });
      })
      .finally(() => {
        underWay = null;
      });
  };
  const timer = everyMinutes === null ? null : setInterval(tick, everyMinutes * MINUTE_MS);
  timer?.unref();
  return {
    last: () => last,
    check: () => check(),
    stop: async () => {
      if (timer !== null) clearInterval(timer);
      stopping.abort();
      await underWay;
    },
  };
}
