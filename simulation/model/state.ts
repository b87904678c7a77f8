/**
 * What the model remembers. Everything is immutable and replaced whole, so that a world can be copied
 * for a preview, or for trying the orders of concurrent commands, at the price of a few maps.
 */
import type { Day } from "./calendar.js";

export type ItemStatus = "active" | "cancel" | "expired" | "replaced";

/** A subscription item: a plan that an account holds, or held. */
export interface Item {
  /** Counted from 1 in each account; `charge_number` shows it. */
  readonly number: number;
  readonly family: string;
  readonly base: boolean;
  readonly type: string;
  readonly hosts: number;
  /** The hosts as they were charged in the current period, each rounded by itself. */
  readonly blocks: readonly number[];
  readonly unitPrice: bigint;
  /** 0: nothing is charged in advance. */
  readonly months: number;
  readonly trial: boolean;
  readonly start: Day;
  /** Month and day of month that the periods are counted from. */
  readonly anchorMonth: number;
  readonly anchorDay: number;
  readonly periodStart: Day;
  /** First day that is not paid for. */
  readonly periodEnd: Day;
  readonly status: ItemStatus;
  /** What it becomes at the end of the period. */
  readonly pending: { readonly type: string; readonly hosts: number } | null;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Line {
  readonly item: number;
  readonly type: string;
  readonly chargeName: string;
  readonly chargeType: string;
  readonly quantity: number;
  readonly start: Day;
  /** First day that is not charged. */
  readonly end: Day;
  readonly amount: bigint;
  readonly tax: bigint;
}

export interface Invoice {
  /** Unknown until the server has told. */
  readonly id: string;
  readonly number: number;
  readonly account: string;
  readonly payer: string;
  readonly status: "Draft" | "Posted" | "Canceled";
  readonly date: Day;
  readonly target: Day;
  readonly due: Day;
  readonly lines: readonly Line[];
  readonly net: bigint;
  readonly tax: bigint;
  readonly total: bigint;
  readonly balance: bigint;
  /** Of what was applied: how much came from payments, and how much from credit. */
  readonly paid: bigint;
  readonly credited: bigint;
  /** The same, one by one, for the ledger. */
  readonly applied: readonly Application[];
  /** When it was cancelled, and the first month whose revenue was not yet recognised then. */
  readonly canceled: { readonly on: Day; readonly recognisedUntil: number } | null;
}

export interface Application {
  readonly on: Day;
  readonly amount: bigint;
  readonly from: "payment" | "credit";
}

/** A consolidated statement of one bill run. */
export interface Statement {
  readonly payer: string;
  readonly date: Day;
  readonly lines: readonly StatementLine[];
}

export interface StatementLine {
  readonly account: string;
  /** Of the invoice. */
  readonly number: number;
  readonly total: bigint;
}

/** What was asked and what was answered; the id of the answer is the server's. */
export interface Payment {
  readonly request: string;
  readonly reply: Readonly<Record<string, unknown>>;
  readonly payer: string;
  readonly on: Day;
  readonly amount: bigint;
  readonly leftOver: bigint;
}

export interface Usage {
  readonly hosts: Readonly<Record<string, number>>;
  readonly storageGb: number;
  /** The highest storage since the last monthly date. */
  readonly peakGb: number;
  /** Charges for use since the last monthly date, by plan type. */
  readonly charges: Readonly<Record<string, bigint>>;
  /** The last monthly date: use is charged until then. */
  readonly through: Day;
}

export interface Account {
  readonly id: string;
  readonly kind: "master" | "sub" | "regular";
  /** The root master, whose sequence gives the numbers of its invoices. */
  readonly master: string;
  /** Who manages it: the root master, or one of the second level; a master or regular account itself. */
  readonly parent: string;
  /** A second-level master. */
  readonly reseller: boolean;
  /** Somebody calls with a key of this account. */
  readonly hasKey: boolean;
  readonly payMode: "master" | "sub";
  readonly autoRenew: boolean;
  readonly vip: boolean;
  readonly bulk: boolean;
  readonly mayAddSubAccounts: boolean;
  readonly termDays: number;
  readonly taxExempt: boolean;
  readonly everPaid: boolean;
  readonly trialUsed: boolean;
  readonly nextItem: number;
  readonly items: readonly Item[];
  readonly usage: Usage;
  /** null: nothing was bought or changed yet, and the owner stands for it. */
  readonly contact: Readonly<Record<string, string>> | null;
  readonly owner: {
    readonly id: string;
    readonly first: string;
    readonly last: string;
    readonly email: string;
  };
  readonly name: string;
  readonly createdAt: string;
  readonly statements: boolean;
  readonly credit: bigint;
  readonly disassociated: boolean;
  readonly invoices: readonly Invoice[];
  /** Drafts, cancelled ones included; at most one of them is open. */
  readonly drafts: readonly Invoice[];
  /** Charges of cancelled invoices, which fall due again. */
  readonly unbilled: readonly { readonly line: Line; readonly due: Day }[];
  /** By the reference of the payment. */
  readonly payments: ReadonlyMap<string, Payment>;
}

export function isRunning(item: Item): boolean {
  return item.status === "active" || item.status === "cancel";
}

export function runningBase(account: Account): Item | undefined {
  return account.items.find((item) => item.base && isRunning(item));
}

export function planState(account: Account): "free" | "trial" | "paid" {
  const base = runningBase(account);
  if (base === undefined) return "free";
  return base.trial ? "trial" : "paid";
}

/** An account as it begins, free and without anything. */
export function newAccount(
  begin: Pick<Account, "id" | "kind" | "master" | "parent" | "owner" | "name" | "createdAt"> &
    Partial<Account>,
): Account {
  return {
    reseller: false,
    hasKey: false,
    payMode: "master",
    autoRenew: true,
    vip: false,
    bulk: false,
    mayAddSubAccounts: true,
    termDays: 30,
    taxExempt: false,
    everPaid: false,
    trialUsed: false,
    nextItem: 1,
    items: [],
    usage: { hosts: {}, storageGb: 0, peakGb: 0, charges: {}, through: 0 },
    contact: null,
    statements: false,
    credit: 0n,
    disassociated: false,
    invoices: [],
    drafts: [],
    unbilled: [],
    payments: new Map(),
    ...begin,
  };
}
