/**
 * A last look before an account is billed again. A row that was damaged, by hand or by a disk, would
 * otherwise leave days out, charge them under another key, or renew what nobody bought: such an account is
 * set aside, and says why.
 */
import { findPlan } from "@paymaster/contract";
import {
  type AccountUsage,
  type CivilDate,
  isCivilDate,
  isRunning,
  nextBoundary,
  type PendingChange,
  type SubscriptionItem,
} from "@paymaster/engine";
import type { Queryable } from "../database/pool.js";
import type { AccountRef, LoadedAccount } from "../store/accounts.js";

/** What is impossible about the rows of an account; null: nothing is. */
export function damageOf({ record, items }: LoadedAccount): string | null {
  if (!isUsage(record.usage)) return "Its usage cannot be read.";
  for (const item of items) {
    if (!isRunning(item)) continue;
    const damage = damageOfItem(item);
    if (damage !== null) return `Item ${item.number} ${damage}.`;
  }
  return null;
}

function damageOfItem(item: SubscriptionItem): string | null {
  if (findPlan(item.planType) === undefined) return `has the unknown plan type ${item.planType}`;
  if (!isCount(item.hosts) || item.hosts === 0) return `has ${item.hosts} hosts`;
  if (!areBlocks(item.hostBlocks, item.hosts)) return "was charged for other hosts than it has";
  if (!isPending(item.pending)) return "has a pending change that cannot be read";
  const { periodStart, periodEnd, anchorDay, intervalMonths, isTrial } = item;
  if (periodEnd <= periodStart || item.startDate > periodEnd) return "has a period without days";
  if (intervalMonths === 0 || isTrial) return null;
  // Each period follows from the anchor's day: one that does not has drifted.
  if (nextBoundary(periodStart, anchorDay, intervalMonths) === periodEnd) return null;
  return `has a period from ${periodStart} to ${periodEnd}, which is not one of its interval`;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function areBlocks(blocks: unknown, hosts: number): boolean {
  if (!Array.isArray(blocks) || blocks.length === 0) return false;
  return (
    blocks.every((block) => isCount(block) && block > 0) &&
    blocks.reduce((sum, block) => sum + block, 0) === hosts
  );
}

function isPending(pending: PendingChange | null): boolean {
  if (pending === null) return true;
  return (
    findPlan(pending.planType) !== undefined &&
    isCount(pending.hosts) &&
    pending.hosts > 0 &&
    typeof pending.requestedOn === "string" &&
    isCivilDate(pending.requestedOn)
  );
}

function isUsage(usage: AccountUsage): boolean {
  return (
    areCounts(usage?.hosts) &&
    areCounts(usage.usageChargesMinor) &&
    isStorage(usage.recordingGb) &&
    isStorage(usage.recordingPeakGb)
  );
}

function areCounts(values: unknown): boolean {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return false;
  return Object.values(values).every(isCount);
}

function isStorage(gb: unknown): boolean {
  return typeof gb === "number" && Number.isFinite(gb) && gb >= 0;
}

/**
 * What of an item due by `targetDate` is not as its invoices say, by account id: what its row says to be
 * invoiced must be what its lines say.
 */
export async function findUninvoiced(
  db: Queryable,
  refs: readonly AccountRef[],
  targetDate: CivilDate,
): Promise<Map<string, string>> {
  const { rows } = await db.query({
    name: "find-uninvoiced-items",
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
