/**
 * What the engine is told about an account, and what it decides. All values are plain data: dates are
 * ISO civil dates, money is an integer of minor units, ids are given by the caller or counted here.
 */
import type { Refusal } from "./refusal.js";

/** ISO 8601 civil date, `2026-03-31`. Compares as a string. */
export type CivilDate = string;
/** Integer number of minor units (cents) within the safe integer range. */
export type Minor = number;
export type IntervalMonths = 1 | 3 | 12 | 24 | 36;

export type AccountKind = "master" | "sub" | "regular";
export type PayMode = "master" | "sub";

/** The account whose plans are decided about, with the flags of its master that matter. */
export interface BillingAccount {
  readonly kind: AccountKind;
  readonly payMode: PayMode;
  readonly autoRenew: boolean;
  readonly vip: boolean;
  /** Of the master (or of the account itself when it has none). */
  readonly bulkLicenses: boolean;
  /** Of the master. */
  readonly mayAddSubAccounts: boolean;
  /** True from the first paid subscription on. */
  readonly everPaid: boolean;
  /** Day on which the free trial started, if there ever was one. */
  readonly trialUsedOn: CivilDate | null;
  readonly currency: string;
  /** Tax rate in parts per million of the net amount, already looked up for country and state. */
  readonly taxRatePpm: number;
  /** Number the next subscription item gets, from 1. */
  readonly nextItemNumber: number;
}

export type ItemStatus =
  /** runs and renews */
  | "active"
  /** cancelled, runs to the end of the paid period */
  | "cancel"
  /** over; shown in GET plans until the account subscribes to the type again */
  | "expired"
  /** ended by a change to another type, or expired and bought again since; never shown */
  | "replaced";

/** Options that some families carry besides hosts (audio, phone base). */
export interface ItemOptions {
  readonly callout_countries?: string;
  readonly tollfree_countries?: string;
  readonly premium_countries?: string;
  readonly ddi_numbers?: number;
}

/** What happens to an item at the end of its period. */
export interface PendingChange {
  readonly planType: string;
  readonly hosts: number;
  readonly requestedOn: CivilDate;
}

export interface SubscriptionItem {
  /** Number of the item within its account, from 1. With the account's id it is the item's key. */
  readonly number: number;
  /** Plan family of the catalogue, as held: a type that may be base or add-on is one of them here. */
  readonly family: string;
  readonly role: "base" | "addon";
  readonly planType: string;
  /** Hosts; 1 for families without hosts. */
  readonly hosts: number;
  /**
   * The hosts as they were charged for the current period, in the order in which they were bought; their
   * sum is `hosts`. Each block was rounded by itself, so what a block has left is exact to the cent.
   */
  readonly hostBlocks: readonly number[];
  readonly unitPriceMinor: Minor;
  /** 0 for usage-billed types, which are looked at monthly and cost nothing in advance. */
  readonly intervalMonths: IntervalMonths | 0;
  readonly isTrial: boolean;
  /** First day of service of the plan as it stands (`service_effective_date`). */
  readonly startDate: CivilDate;
  /** Date on which the first full period starts; later periods are computed from it. */
  readonly anchor: CivilDate;
  /** Day of month that periods start on, clamped to the month's end; the anchor's unless inherited. */
  readonly anchorDay: number;
  /** Current period, half-open. A first part period has `periodStart` before `startDate`. */
  readonly periodStart: CivilDate;
  /** End of the current period = first day not yet invoiced (`next_invoice_date`). */
  readonly periodEnd: CivilDate;
  readonly status: ItemStatus;
  readonly pending: PendingChange | null;
  readonly options: ItemOptions;
  /** Why and when it was cancelled, if it was. */
  readonly cancellation: {
    readonly on: CivilDate;
    readonly reason: number | null;
    readonly comment: string | null;
  } | null;
  /** First day without service, once it is over. */
  readonly endDate: CivilDate | null;
}

export interface AccountUsage {
  /** Licences in use by plan type. */
  readonly hosts: Readonly<Record<string, number>>;
  /** Cloud storage used now, in GB (may be fractional). */
  readonly recordingGb: number;
  /** Highest storage in use since `usageChargedThrough`, in GB, for the charge in arrears. */
  readonly recordingPeakGb: number;
  /** Charges for use (audio minutes and the like) since `usageChargedThrough`, minor units by plan type. */
  readonly usageChargesMinor: Readonly<Record<string, Minor>>;
}

export interface AccountState {
  readonly account: BillingAccount;
  /** All items not `replaced`, by number; expired ones included. */
  readonly items: readonly SubscriptionItem[];
  readonly usage: AccountUsage;
  /** First day whose usage is not yet charged; null while nothing is held. */
  readonly usageChargedThrough: CivilDate | null;
}

/** Why a line is what it is, as data; `explain` turns it into a sentence. */
export interface Derivation {
  readonly rule:
    | "full_period"
    | "part_period"
    | "added_hosts"
    | "unused_credit"
    | "usage_storage"
    | "usage_commitment";
  /** The command or event that caused the line. */
  readonly cause: "subscribe" | "addon" | "change" | "renewal" | "usage";
  readonly planType: string;
  readonly unitPriceMinor: Minor;
  readonly quantity: number;
  readonly currency: string;
  /** What `quantity` counts. */
  readonly unit: "host" | "plan" | "GB";
  /** Full charge F of the period [periodStart, periodEnd) of N days. */
  readonly periodStart: CivilDate;
  readonly periodEnd: CivilDate;
  readonly periodDays: number;
  readonly fullAmountMinor: Minor;
  /** Charged days [fromDay, toDay) of the period: amount = C(toDay) - C(fromDay), negative for credits. */
  readonly fromDay: number;
  readonly toDay: number;
  readonly rounding: "half away from zero";
  /** Hosts that were charged, and rounded, by themselves; absent: all of them at once. */
  readonly hostBlocks?: readonly number[];
  /** Anything else that went in (storage numbers, hosts before and after). */
  readonly inputs?: Readonly<Record<string, string | number>>;
}

/** One charge (or negative charge) that a decision makes; becomes one invoice line. */
export interface ChargeLine {
  readonly itemNumber: number;
  readonly family: string;
  readonly planType: string;
  readonly chargeName: string;
  readonly chargeType: "Recurring" | "Usage";
  /** With item and start date: the key under which this can be charged only once. */
  readonly reason: string;
  readonly quantity: number;
  readonly unitPriceMinor: Minor;
  /** First day charged. */
  readonly startDate: CivilDate;
  /** First day not charged (exclusive; the wire shows the day before). */
  readonly endDate: CivilDate;
  readonly amountMinor: Minor;
  readonly taxMinor: Minor;
  readonly taxRatePpm: number;
  readonly derivation: Derivation;
}

/** A change worth an audit row; `before`/`after` are snapshots of what changed. */
export interface AuditEvent {
  readonly event: string;
  readonly itemNumber: number | null;
  readonly before: unknown;
  readonly after: unknown;
}

/** What a command changes, charges and says. Nothing has happened yet. */
export interface Decision {
  readonly ok: true;
  /** Date on which the change takes effect. */
  readonly effectiveDate: CivilDate;
  /** The state afterwards; the same state may be decided upon again. */
  readonly state: AccountState;
  /** Items of `state` (and replaced ones) that are new or differ from before. */
  readonly changedItems: readonly SubscriptionItem[];
  readonly lines: readonly ChargeLine[];
  readonly warnings: readonly string[];
  readonly audit: readonly AuditEvent[];
  /** The next date on which `decideDue` has something to do; null: never. */
  readonly nextDueDate: CivilDate | null;
}

export type Outcome = Decision | Refusal;
