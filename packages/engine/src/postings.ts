/**
 * The ledger's side of every business event (billing rules, "Ledger"): double entry, debit positive and
 * credit negative, each posting sums to zero. The balance of an invoice is the sum of its receivable
 * entries. Entries are never changed: a cancellation posts the opposite.
 */
import type { Applied } from "./allocation.js";
import { assert } from "./assert.js";
import { daysBetween, earlier, later } from "./civil-date.js";
import type { AssembledInvoice } from "./invoice.js";
import { assertMinor, sum } from "./money.js";
import { chargeBetween } from "./proration.js";
import type { ChargeLine, CivilDate, Minor } from "./state.js";

export const LEDGER_ACCOUNTS = [
  "receivable",
  "deferred_revenue",
  "revenue",
  "tax_payable",
  "cash",
  "customer_credit",
] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

export interface LedgerEntry {
  readonly ledgerAccount: LedgerAccount;
  /** The invoice that the entry belongs to; null: money of the payer that no invoice took or gave. */
  readonly invoiceId: string | null;
  /** Debit positive, credit negative, never 0. */
  readonly amountMinor: Minor;
}

export interface Posting {
  readonly event:
    | "invoice_posted"
    | "invoice_credited"
    | "credit_applied"
    | "payment_received"
    | "revenue_recognised"
    | "invoice_cancelled";
  readonly entries: readonly LedgerEntry[];
}

/**
 * An invoice is posted: the payer owes its total; charges in advance are deferred until their days have
 * passed, use is revenue at once because its days have.
 */
export function invoicePosted(invoiceId: string, invoice: AssembledInvoice): Posting {
  const deferred = sum(invoice.lines.filter(isInAdvance).map((line) => line.amountMinor));
  return posting("invoice_posted", [
    entry("receivable", invoiceId, invoice.totalMinor),
    entry("deferred_revenue", invoiceId, -deferred),
    entry("revenue", invoiceId, deferred - invoice.netMinor),
    entry("tax_payable", invoiceId, -invoice.taxMinor),
  ]);
}

/** A posted invoice with a negative total becomes the payer's credit; its balance is then 0. */
export function invoiceCredited(invoiceId: string, totalMinor: Minor): Posting {
  assert(totalMinor < 0, `credit from a total of ${totalMinor}`);
  return posting("invoice_credited", [
    entry("receivable", invoiceId, -totalMinor),
    entry("customer_credit", invoiceId, totalMinor),
  ]);
}

/** Credit of the payer settles invoices; a cancelled invoice gives back what it took. */
export function creditApplied(applied: readonly Applied[]): Posting {
  return posting(
    "credit_applied",
    applied.flatMap((part) => [
      entry("customer_credit", part.invoiceId, part.amountMinor),
      entry("receivable", part.invoiceId, -part.amountMinor),
    ]),
  );
}

/** Money comes in: it settles invoices, and what is left over is the payer's credit. */
export function paymentReceived(applied: readonly Applied[], leftOverMinor: Minor): Posting {
  assert(leftOverMinor >= 0, `left over ${leftOverMinor}`);
  const total = sum([...applied.map((part) => part.amountMinor), leftOverMinor]);
  return posting("payment_received", [
    entry("cash", null, total),
    ...applied.map((part) => entry("receivable", part.invoiceId, -part.amountMinor)),
    entry("customer_credit", null, -leftOverMinor),
  ]);
}

/**
 * An invoice is cancelled: everything that was ever posted for it is reversed, recognised revenue and
 * applied credit included. `entries` are all entries of that invoice. One that was paid cannot be
 * cancelled (its cash stays outside, and the reversal would not balance).
 */
export function invoiceCancelled(invoiceId: string, entries: readonly LedgerEntry[]): Posting {
  const totals = new Map<LedgerAccount, Minor>();
  for (const { ledgerAccount, invoiceId: owner, amountMinor } of entries) {
    assert(owner === invoiceId, `entry of ${owner} in the cancellation of ${invoiceId}`);
    totals.set(ledgerAccount, (totals.get(ledgerAccount) ?? 0) + amountMinor);
  }
  return posting(
    "invoice_cancelled",
    LEDGER_ACCOUNTS.map((account) => entry(account, invoiceId, -(totals.get(account) ?? 0))),
  );
}

/** A line as revenue recognition sees it. */
export interface RecognisableLine
  extends Pick<ChargeLine, "amountMinor" | "startDate" | "endDate" | "chargeType"> {
  /** First day not yet recognised; null: none is. */
  readonly recognisedThrough: CivilDate | null;
}

/**
 * Revenue of the days before `through` that were not yet recognised, line by line. Rounding is
 * cumulative: whatever the months, the parts of a line add up to the line.
 */
export function revenueRecognised(
  invoiceId: string,
  lines: readonly RecognisableLine[],
  through: CivilDate,
): Posting {
  const total = sum(lines.map((line) => earnedUntil(line, through)));
  return posting("revenue_recognised", [
    entry("deferred_revenue", invoiceId, total),
    entry("revenue", invoiceId, -total),
  ]);
}

/** What of a line is earned in the days [recognisedThrough, through); 0 for use, earned when posted. */
export function earnedUntil(line: RecognisableLine, through: CivilDate): Minor {
  if (!isInAdvance(line)) return 0;
  const { startDate, endDate, recognisedThrough } = line;
  const from = later(recognisedThrough ?? startDate, startDate);
  const to = earlier(through, endDate);
  if (from >= to) return 0;
  return chargeBetween(
    line.amountMinor,
    daysBetween(startDate, endDate),
    daysBetween(startDate, from),
    daysBetween(startDate, to),
  );
}

/** Charges in advance are deferred; use is earned when it is posted. */
export function isInAdvance(line: Pick<ChargeLine, "chargeType">): boolean {
  return line.chargeType === "Recurring";
}

function entry(
  ledgerAccount: LedgerAccount,
  invoiceId: string | null,
  amountMinor: number,
): LedgerEntry {
  assertMinor(amountMinor, ledgerAccount);
  return { ledgerAccount, invoiceId, amountMinor };
}

/** Drops empty entries and refuses a posting that does not balance. */
function posting(event: Posting["event"], entries: readonly LedgerEntry[]): Posting {
  const kept = entries.filter((one) => one.amountMinor !== 0);
  assert(sum(kept.map((one) => one.amountMinor)) === 0, `${event} does not balance`);
  return { event, entries: kept };
}
