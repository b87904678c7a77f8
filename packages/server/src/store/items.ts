/** Subscription items: one row each. */
import type { SubscriptionItem } from "@paymaster/engine";
import { inOrder } from "../database/pipelining.js";
import type { Connection } from "../database/pool.js";
import { type Columns, insertRows, type Row, rowsFrom, toArrays } from "../database/rows.js";
import type { AccountRef } from "./accounts.js";

const KEY = { master_id: "text", account_id: "text", number: "int" } as const satisfies Columns;

/** What a plain renewal changes: hundreds of thousands of items a night, none of them in an index. */
const RENEWED = {
  unit_price_minor: "bigint",
  period_start: "date",
  period_end: "date",
} as const satisfies Columns;

const OTHERS = {
  family: "text",
  role: "text",
  plan_type: "text",
  hosts: "int",
  host_blocks: "jsonb",
  interval_months: "smallint",
  is_trial: "boolean",
  start_date: "date",
  anchor: "date",
  anchor_day: "smallint",
  status: "text",
  pending: "jsonb",
  options: "jsonb",
  cancellation: "jsonb",
  end_date: "date",
} as const satisfies Columns;

const COLUMNS = { ...KEY, ...RENEWED, ...OTHERS };
type ItemRow = Row<typeof COLUMNS>;

/** An item as it is to be, and as it was loaded; null: it is new. */
export interface ChangedItem extends AccountRef {
  readonly before: SubscriptionItem | null;
  readonly item: SubscriptionItem;
}

/**
 * Writes items, new or changed. Items that ended are written first: their type may be held again by
 * another item of the same decision.
 */
export async function saveItems(
  connection: Connection,
  items: readonly ChangedItem[],
): Promise<void> {
  const over: ItemRow[] = [];
  const renewed: ItemRow[] = [];
  const changed: ItemRow[] = [];
  const added: ItemRow[] = [];
  for (const one of items) {
    const row = toRow(one);
    if (one.before === null) added.push(row);
    else if (isOver(one.item)) over.push(row);
    else if (isRenewed(row, toRow({ ...one, item: one.before }))) renewed.push(row);
    else changed.push(row);
  }
  await inOrder(connection, [
    () => updateItems(connection, "items", { ...RENEWED, ...OTHERS }, over),
    () => updateItems(connection, "renewed-items", RENEWED, renewed),
    () => updateItems(connection, "items", { ...RENEWED, ...OTHERS }, changed),
    () => insertRows(connection, "subscription_items", COLUMNS, added),
  ]);
}

function isOver({ status }: SubscriptionItem): boolean {
  return status === "expired" || status === "replaced";
}

function isRenewed(after: ItemRow, before: ItemRow): boolean {
  return (Object.keys(OTHERS) as (keyof typeof OTHERS)[]).every(
    (name) => after[name] === before[name],
  );
}

async function updateItems<C extends Columns>(
  connection: Connection,
  name: string,
  columns: C,
  rows: readonly ItemRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const sent: Columns = { ...KEY, ...columns };
  const changes = Object.keys(columns).map((column) => `${column} = r.${column}`);
  const { rowCount } = await connection.query({
    name: `update:${name}`,
    text: `update subscription_items i set ${changes.join(", ")} from (${rowsFrom(sent)}) r
      where i.master_id = r.master_id and i.account_id = r.account_id and i.number = r.number`,
    values: toArrays(sent, rows),
  });
  if (rowCount !== rows.length) throw new Error("an item that was to be changed is missing");
}

function toRow({ masterId, accountId, item }: ChangedItem): ItemRow {
  return {
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
  };
}
