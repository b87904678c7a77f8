/** What the coming days bring, as the clock will meet it. */
import type { CivilDate } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";

export interface DueDay {
  readonly date: CivilDate;
  /** Accounts with something due on that day. */
  readonly accounts: number;
  /** Some of them. */
  readonly names: readonly string[];
}

const NAMES = 3;

export async function readDueDays(db: Queryable, limit: number): Promise<DueDay[]> {
  const { rows } = await db.query({
    name: "read-due-days",
    text: `select next_due_date as date, count(*)::int as accounts,
        (array_agg(account_name order by account_name))[1:${NAMES}] as names
      from accounts where next_due_date is not null and disassociated_at is null
      group by next_due_date order by next_due_date limit $1`,
    values: [limit],
  });
  return rows;
}
