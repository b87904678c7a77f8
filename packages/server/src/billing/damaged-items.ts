/**
 * A last look before an item is charged again: what its row says to be invoiced must be what its lines
 * say. A row that was damaged would otherwise leave days out or charge them under another key.
 */
import type { CivilDate } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import type { AccountRef } from "../store/accounts.js";

/** What is wrong with accounts that have an item due by `targetDate`, by account id. */
export async function findDamage(
  db: Queryable,
  refs: readonly AccountRef[],
  targetDate: CivilDate,
): Promise<Map<string, string>> {
  const { rows } = await db.query({
    name: "find-damaged-items",
    // The current period has one recurring line, on an invoice or on its way to the next one.
    text: `select i.account_id, i.number, i.period_end from subscription_items i
      join unnest($1::text[], $2::text[]) as w (master_id, account_id)
        on i.master_id = w.master_id and i.account_id = w.account_id
      where i.status in ('active', 'cancel') and i.period_end <= $3
        and i.interval_months > 0 and not i.is_trial
        and not exists (
          select 1 from invoice_lines l
          where l.master_id = i.master_id and l.account_id = i.account_id
            and l.item_number = i.number and l.start_date = greatest(i.period_start, i.start_date)
            and l.reason = 'recurring' and not l.voided and l.end_date = i.period_end)
        and not exists (
          select 1 from unbilled_charges u
          where u.master_id = i.master_id and u.account_id = i.account_id
            and u.line ->> 'itemNumber' = i.number::text and u.line ->> 'reason' = 'recurring'
            and u.line ->> 'endDate' = i.period_end::text)`,
    values: [refs.map((ref) => ref.masterId), refs.map((ref) => ref.accountId), targetDate],
  });
  return new Map(
    rows.map((row) => [
      row.account_id,
      `Item ${row.number} says that it is invoiced up to ${row.period_end}, and no invoice does.`,
    ]),
  );
}
