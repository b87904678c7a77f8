/** When to interrupt a bill run: at random amounts of work done, and a moment later. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Queryable } from "../../../src/database/pool.js";

export interface KillPoint {
  /** Accounts worked. */
  readonly worked: number;
  /** How long after that. */
  readonly afterMs: number;
}

/** Random points in the first nine tenths of the work, in order. */
export function killPoints(accounts: number, count: number, most = 0.9): KillPoint[] {
  const points = Array.from({ length: count }, () => Math.floor(Math.random() * accounts * most));
  return points
    .toSorted((a, b) => a - b)
    .map((worked) => ({ worked, afterMs: Math.floor(Math.random() * 15) }));
}

const POLL_MS = 3;
const LIMIT_MS = 30_000;

/** Resolves when the run has worked so many accounts. */
export async function untilWorked(
  db: Queryable,
  runId: string,
  worked: number,
  afterMs: number,
): Promise<void> {
  const begunMs = performance.now();
  for (;;) {
    const { rows } = await db.query(
      "select accounts_done + accounts_failed as worked from bill_runs where id = $1",
      [runId],
    );
    if (rows[0]?.worked >= worked) break;
    if (performance.now() - begunMs > LIMIT_MS) throw new Error(`${rows[0]?.worked} worked`);
    await sleep(POLL_MS);
  }
  if (afterMs > 0) await sleep(afterMs);
}

/** Resolves when the run is over. */
export async function untilDone(db: Queryable, runId: string): Promise<void> {
  const begunMs = performance.now();
  for (;;) {
    const { rows } = await db.query("select status from bill_runs where id = $1", [runId]);
    if (rows[0]?.status !== "running") return;
    if (performance.now() - begunMs > 4 * LIMIT_MS) throw new Error(`run ${runId} does not end`);
    await sleep(POLL_MS * 10);
  }
}
