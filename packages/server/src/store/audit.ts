/** The audit log: who changed what, from what, to what. Rows are never edited or deleted. */
import type { Connection } from "../database/pool.js";
import { type Columns, insertRows } from "../database/rows.js";
import type { AccountRef } from "./accounts.js";

const COLUMNS = {
  master_id: "text",
  account_id: "text",
  at: "timestamptz",
  actor: "text",
  event: "text",
  item_number: "int",
  tracking_id: "text",
  before: "jsonb",
  after: "jsonb",
} as const satisfies Columns;

/** Who or what made a change, and within which request. */
export interface Actor {
  /** `client:<id>`, `key:<id>`, `operator`, `bill-run:<id>` or `demo`. */
  readonly actor: string;
  readonly trackingId: string | null;
}

/** For what is changed of the service as a whole: its clock, its bill runs. No account has this id. */
export const SERVICE: AccountRef = { masterId: "service", accountId: "service" };

export interface AuditRow extends AccountRef {
  readonly event: string;
  readonly itemNumber: number | null;
  readonly before: unknown;
  readonly after: unknown;
}

export async function writeAudit(
  connection: Connection,
  by: Actor,
  at: Date,
  rows: readonly AuditRow[],
): Promise<void> {
  await insertRows(
    connection,
    "audit_log",
    COLUMNS,
    rows
      .map((row) => ({ ...row, ...changedOnly(row) }))
      .map((row) => ({
        master_id: row.masterId,
        account_id: row.accountId,
        at,
        actor: by.actor,
        event: row.event,
        item_number: row.itemNumber,
        tracking_id: by.trackingId,
        before: row.before === undefined ? null : JSON.stringify(row.before),
        after: row.after === undefined ? null : JSON.stringify(row.after),
      })),
  );
}

/** Of two snapshots only the members that differ: what stayed the same explains nothing. */
function changedOnly({ before, after }: Pick<AuditRow, "before" | "after">): {
  before: unknown;
  after: unknown;
} {
  if (!isSnapshot(before) || !isSnapshot(after)) return { before, after };
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const name of names) {
    if (isSame(before[name], after[name])) continue;
    was[name] = before[name];
    is[name] = after[name];
  }
  return { before: was, after: is };
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

function isSnapshot(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
