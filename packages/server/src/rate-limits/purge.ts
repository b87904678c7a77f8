/** Deletes the rows of windows that are over: each account and invoice leaves some behind. */
import type { Queryable } from "../database/pool.js";
import type { WindowTable } from "./lease-desk.js";

const TABLES: readonly WindowTable[] = ["quota_seconds", "quota_windows"];
const MAX_ROWS = 10_000;
const MAX_ROUNDS = 100;

/**
 * A row goes when its window ended before `nowMs` and nobody has used it for ten minutes of real time: a
 * server that has not yet heard that the clock jumped may still count in a window that is over.
 */
export async function purgeOldWindows(db: Queryable, nowMs: number): Promise<void> {
  for (const table of TABLES) {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { rowCount } = await db.query({
        name: `purge:${table}`,
        text: `delete from ${table} where ctid = any (array(
            select ctid from ${table}
            where window_end_ms <= $1 and touched_at < now() - interval '10 minutes'
            limit ${MAX_ROWS} for update skip locked))`,
        values: [nowMs],
      });
      if ((rowCount ?? 0) < MAX_ROWS) break;
    }
  }
}
