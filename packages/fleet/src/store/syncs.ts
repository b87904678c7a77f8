/** The runs of sync, so that one that was broken off is gone on with. */
import type { Database } from "./driver.js";

export type SyncOutcome = "done" | "partial" | "stopped" | "failed";

export interface SyncRow {
  readonly syncId: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: SyncOutcome | null;
}

/** Runs that are remembered: years of nights. */
const MAX_KEPT = 1_000;
/** A full sync that was broken off longer ago begins anew. */
const TAKEN_UP_MS = 3 * 86_400_000;

/**
 * Begins a run. A full one that did not get to its end is taken up: what it has read already counts.
 * @returns `fullSince`: readings before it are too old for a full sync; undefined: not a full one
 */
export function beginSync(
  database: Database,
  startedAt: string,
  isFull: boolean,
): { readonly syncId: number; readonly fullSince: string | undefined } {
  const last = database.get<{ startedAt: string; isFull: number; outcome: string | null }>(
    `SELECT started_at AS "startedAt", is_full AS "isFull", outcome FROM syncs
     ORDER BY sync_id DESC LIMIT 1`,
  );
  const wasBrokenOff = last?.outcome === null || last?.outcome === "stopped";
  const isRecent = Date.parse(startedAt) - Date.parse(last?.startedAt ?? "") < TAKEN_UP_MS;
  const goesOn = isFull && last?.isFull === 1 && wasBrokenOff && isRecent;
  const fullSince = isFull ? (goesOn ? last.startedAt : startedAt) : undefined;
  database.run("INSERT INTO syncs (started_at, is_full) VALUES (?, ?)", [
    fullSince ?? startedAt,
    isFull ? 1 : 0,
  ]);
  const { id } = database.get<{ id: number }>("SELECT max(sync_id) AS id FROM syncs") ?? { id: 0 };
  return { syncId: id, fullSince };
}

export function endSync(
  database: Database,
  syncId: number,
  endedAt: string,
  outcome: SyncOutcome,
  summary: unknown,
): void {
  const sql = "UPDATE syncs SET ended_at = ?, outcome = ?, summary = ? WHERE sync_id = ?";
  database.run(sql, [endedAt, outcome, JSON.stringify(summary), syncId]);
  database.run("DELETE FROM syncs WHERE sync_id <= ?", [syncId - MAX_KEPT]);
}

/** undefined: never. */
export function lastSync(database: Database): SyncRow | undefined {
  return database.get(
    `SELECT sync_id AS "syncId", started_at AS "startedAt", ended_at AS "endedAt", outcome
     FROM syncs ORDER BY sync_id DESC LIMIT 1`,
  );
}
