/** Which calls an account needs: those whose answer may differ from what is in the store. Pure. */
import type { StoredAccount } from "../store/accounts.js";
import type { StoredInvoice } from "../store/invoices.js";
import type { Reading } from "../store/readings.js";
import { ACCOUNT_KINDS, type AccountKind, listedSince } from "./kinds.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type AgedKind = "plans" | "usage" | "contact" | "invoices";

/** How old an answer may be before it is asked for again, in milliseconds. */
export type MaxAges = Readonly<Record<AgedKind, number>>;

/** Below a day, so that a sync of every night asks for what the last one has read. */
export const DEFAULT_MAX_AGES: MaxAges = {
  plans: 20 * HOUR_MS,
  usage: 20 * HOUR_MS,
  contact: 7 * DAY_MS,
  invoices: 20 * HOUR_MS,
};

/** After so long it is asked for again although nothing hints at a change. */
const QUIET_MS = 7 * DAY_MS;

export interface Policy {
  readonly maxAges: MaxAges;
  readonly kinds: ReadonlySet<AccountKind>;
  /** new: of invoices that came after an account's first list. all: of all that are posted. */
  readonly details: "none" | "new" | "all";
  /** Of a full sync: whatever was read before it is read anew. */
  readonly fullSince: string | undefined;
}

/** Why a call is not made. */
export type SkipReason = "fresh" | "free" | "quiet" | "none" | "quota" | "read_once";

export const SKIP_REASONS: Readonly<Record<SkipReason, string>> = {
  fresh: "read a short while ago",
  free: "the account has no paid plan",
  quiet: "nothing was invoiced, is open, or has changed since it was last read",
  none: "the service has none, e.g. on self pay",
  quota: "the account's own quota is used up until later",
  read_once: "older years do not change",
};

export interface AccountState {
  readonly account: StoredAccount;
  readonly readings: ReadonlyMap<AccountKind, Reading>;
  readonly hasOpenInvoice: boolean;
  /** The first day that is not yet invoiced; undefined: no running plan says. */
  readonly nextInvoiceDate: string | undefined;
}

export interface Decision {
  readonly kind: AccountKind;
  /** undefined: the call is made. */
  readonly skip: SkipReason | undefined;
}

/** @param now ISO, on the service's clock */
export function decide(state: AccountState, policy: Policy, now: string): Decision[] {
  return ACCOUNT_KINDS.filter((kind) => policy.kinds.has(kind)).map((kind) => ({
    kind,
    skip: skipReason(kind, state, policy, now),
  }));
}

function skipReason(
  kind: AccountKind,
  state: AccountState,
  policy: Policy,
  now: string,
): SkipReason | undefined {
  const { account } = state;
  const reading = state.readings.get(kind);
  if (reading?.retryAt != null && reading.retryAt > now) return "quota";
  const readAt = reading?.readAt ?? undefined;
  const isFree = /^free$/i.test(account.type);
  const isTrial = /^free trial$/i.test(account.type);
  if (readAt === undefined) {
    // Whether it was ever paid, and so has invoices, only the service knows.
    if (isFree && !isInvoices(kind)) return "free";
    return isTrial && kind === "usage" ? "free" : undefined;
  }
  if (policy.fullSince !== undefined && readAt < policy.fullSince) return undefined;
  if (kind === "invoices_2" || kind === "invoices_3") return "read_once";
  if (kind !== "contact" && readAt < account.changedAt) return undefined;
  if (kind === "usage" || kind === "invoices") {
    if (account.plansChangedAt !== null && readAt < account.plansChangedAt) return undefined;
  }
  if (isFree && (kind !== "invoices" || reading?.outcome === "none")) return "free";
  const ageMs = Date.parse(now) - Date.parse(readAt);
  if (reading?.outcome === "none") return ageMs < QUIET_MS ? "none" : undefined;
  if (ageMs < policy.maxAges[kind]) return "fresh";
  return kind === "invoices" && isQuiet(state, readAt, now, ageMs) ? "quiet" : undefined;
}

function isInvoices(kind: AccountKind): boolean {
  return kind === "invoices" || kind === "invoices_2" || kind === "invoices_3";
}

/** Invoices come on the day that the plans name, or with a change of them; balances change while open. */
function isQuiet(state: AccountState, readAt: string, now: string, ageMs: number): boolean {
  const { hasOpenInvoice, nextInvoiceDate, readings } = state;
  if (hasOpenInvoice || ageMs >= QUIET_MS) return false;
  // What the plans say is good only if they were read no earlier than the invoices.
  const plansReadAt = readings.get("plans")?.readAt ?? "";
  if (plansReadAt < readAt && Date.parse(readAt) - Date.parse(plansReadAt) > HOUR_MS) return false;
  return nextInvoiceDate !== undefined && nextInvoiceDate > now.slice(0, 10);
}

/** Whether an invoice's detail is to be read. Drafts change until they are posted: not theirs. */
export function isDetailDue(invoice: StoredInvoice, policy: Policy, now: string): boolean {
  const { number, detailReadAt, detailRetryAt } = invoice;
  if (number === "" || policy.details === "none") return false;
  if (detailRetryAt !== null && detailRetryAt > now) return false;
  if (detailReadAt === null && (policy.details === "all" || invoice.isNew === 1)) return true;
  // Lists show a year; an older one that is open is followed by its detail.
  const hasLeftList = invoice.invoiceDate < listedSince(now.slice(0, 10));
  if (invoice.isOpen !== 1 || !hasLeftList) return false;
  const knownAt = detailReadAt ?? invoice.seenAt;
  return Date.parse(now) - Date.parse(knownAt) >= policy.maxAges.invoices;
}
