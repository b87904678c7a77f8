/** The accounts that a statement is about, as a source of rows. */
import { rowsFrom } from "../database/rows.js";
import type { AccountRef } from "./accounts.js";

/** Rows `wanted (master_id, id)` from `$1`, the tenants, and `$2`, the ids. */
export const WANTED = `(${rowsFrom({ master_id: "text", id: "text" })}) as wanted`;

/** The values of `WANTED`. */
export function wantedValues(refs: readonly AccountRef[]): [string[], string[]] {
  return [refs.map((ref) => ref.masterId), refs.map((ref) => ref.accountId)];
}
