/** Subscription items: one row each, written whole whenever a decision changed them. */
import type { SubscriptionItem } from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import { type Columns, insertRows } from "../database/rows.js";
import type { AccountRef } from "./accounts.js";

const COLUMNS = {
  master_id: "text",
  account_id: "text",
  number: "int",
  family: "text",
  role: "text",
  plan_type: "text",
  hosts: "int",
  host_blocks: "jsonb",
  unit_price_minor: "bigint",
  interval_months: "smallint",
  is_trial: "boolean",
  start_date: "date",
  anchor: "date",
  anchor_day: "smallint",
  period_start: "date",
  period_end: "date",
  status: "text",
  pending: "jsonb",
  options: "jsonb",
  cancellation: "jsonb",
  end_date: "date",
} as const satisfies Columns;

const KEY = ["master_id", "account_id", "number"];
const UPDATES = Object.keys(COLUMNS)
  .filter((name) => !KEY.includes(name))
  .map((name) => `${name} = excluded.${name}`)
  .join(", ");

/**
 * Writes items, new or changed. Items that ended are written first: their type may be held again by
 * another item of the same decision.
 */
export async function saveItems(
  db: Queryable,
  items: readonly (AccountRef & { readonly item: SubscriptionItem })[],
): Promise<void> {
  const isOver = (item: SubscriptionItem) =>
    item.status === "expired" || item.status === "replaced";
  for (const over of [true, false]) {
    await insertRows(
      db,
      "subscription_items",
      COLUMNS,
      items
        .filter(({ item }) => isOver(item) === over)
        .map(({ masterId, accountId, item }) => ({
          master_id: masterId,
          account_id: accountId,
          number: item.number,
          family: item.family,
          role: item.role,
          plan_type: item.planType,
          hosts: item.hosts,
          host_blocks: JSON.stringify(item.hostBlocks),
          unit_price_minor: item.unitPriceMinor,
          interval_months: item.intervalMonths,
          is_trial: item.isTrial,
          start_date: item.startDate,
          anchor: item.anchor,
          anchor_day: item.anchorDay,
          period_start: item.periodStart,
          period_end: item.periodEnd,
          status: item.status,
          pending: item.pending === null ? null : JSON.stringify(item.pending),
          options: JSON.stringify(item.options),
          cancellation: item.cancellation === null ? null : JSON.stringify(item.cancellation),
          end_date: item.endDate,
        })),
      { suffix: `on conflict (${KEY.join(", ")}) do update set ${UPDATES}` },
    );
  }
}
