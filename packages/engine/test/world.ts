/** A small world for scenarios: one account, the shipped price book, and a journal of what was charged. */
import { type PriceBook, shippedPriceBook } from "@paymaster/contract";
import { expect } from "vitest";
import type { Books } from "../src/books.js";
import type { Command, PlanRequest, SubscribeCommand } from "../src/command.js";
import { decide } from "../src/decide.js";
import { decideDue } from "../src/due.js";
import { addonFamilyOf, factsOf } from "../src/plan-facts.js";
import type { Refusal } from "../src/refusal.js";
import { reportUsage, type UsageReport } from "../src/report-usage.js";
import type {
  AccountState,
  BillingAccount,
  ChargeLine,
  CivilDate,
  Decision,
  SubscriptionItem,
} from "../src/state.js";

export const SEED = 20260731;
export const BOOKS: Books = { prices: shippedPriceBook, profile: "2021" };

/** The shipped book, with other prices of some types from a date on. */
export function booksWith(
  changes: Readonly<Record<string, number>>,
  from: CivilDate,
  currency = "USD",
): Books {
  const prices = new Map(shippedPriceBook.prices);
  for (const [planType, unitPriceMinor] of Object.entries(changes)) {
    const before = (prices.get(planType) ?? []).map((price) => ({ ...price, validUntil: from }));
    const after = {
      unitPriceMinor,
      status: "operator",
      validFrom: from,
      validUntil: null,
    } as const;
    prices.set(planType, [...before, after]);
  }
  const book: PriceBook = { ...shippedPriceBook, currency, prices };
  return { prices: book, profile: "2021" };
}

export function freeAccount(over: Partial<BillingAccount> = {}): AccountState {
  return {
    account: {
      kind: "sub",
      payMode: "master",
      autoRenew: true,
      vip: false,
      bulkLicenses: false,
      mayAddSubAccounts: true,
      everPaid: false,
      trialUsedOn: null,
      currency: "USD",
      taxRatePpm: 0,
      nextItemNumber: 1,
      ...over,
    },
    items: [],
    usage: { hosts: {}, recordingGb: 0, recordingPeakGb: 0, usageChargesMinor: {} },
    usageChargedThrough: null,
  };
}

export const CONTACT = {
  first_name: "Ada",
  last_name: "Lovelace",
  email: "ada@example.com",
  phone_number: "+1 650 555 0100",
  address: "1 Analytical Way",
  city: "San Jose",
  state: "CA",
  zip: "95113",
  country: "US",
} as const;

export function plan(planType: string, hosts: number | null = null): PlanRequest {
  const family = addonFamilyOf(factsOf(planType)) ?? "";
  return { family, role: "addon", planType, hosts, options: {} };
}

export function subscribe(
  planType: string,
  hosts: number | null,
  addons: readonly PlanRequest[] = [],
): SubscribeCommand {
  const base = { family: "plan_base", role: "base", planType, hosts, options: {} } as const;
  return { kind: "subscribe", base, addons, contact: CONTACT };
}

export const addon = (...addons: readonly PlanRequest[]): Command => ({ kind: "addon", addons });
export const changeBase = (planType: string, hosts: number): Command => ({
  kind: "changeBase",
  planType,
  hosts,
});
export const changeAddon = (planType: string, hosts: number): Command => ({
  kind: "changeAddon",
  planType,
  hosts,
});
export const cancelBase: Command = { kind: "cancelBase", reason: 6, comment: null };
export const cancelAddon = (planType: string | null): Command => ({
  kind: "cancelAddon",
  planType,
  reason: null,
  comment: null,
});

/** An account that lives: commands and days change it, and every line is kept. */
export class World {
  readonly lines: ChargeLine[] = [];
  last: Decision | null = null;

  constructor(
    public state: AccountState = freeAccount(),
    public books: Books = BOOKS,
  ) {
    deepFreeze(state);
  }

  /** Lets everything due on or before `date` happen; returns its lines. */
  due(date: CivilDate): readonly ChargeLine[] {
    return this.take(decideDue(this.state, date, this.books));
  }

  /** Carries a command out on a day, after what was due; returns its lines. */
  on(today: CivilDate, command: Command): readonly ChargeLine[] {
    this.due(today);
    const outcome = decide(this.state, command, today, this.books);
    if (!outcome.ok) throw new Error(`refused: ${outcome.error} ${JSON.stringify(outcome.params)}`);
    return this.take(outcome);
  }

  /** The refusal of a command, which must leave no trace. */
  refusal(today: CivilDate, command: Command): Refusal {
    this.due(today);
    const before = JSON.stringify(this.state);
    const outcome = decide(this.state, deepFreeze(command), today, this.books);
    expect(JSON.stringify(this.state)).toBe(before);
    if (outcome.ok) throw new Error(`${command.kind} was not refused`);
    return outcome;
  }

  use(today: CivilDate, report: UsageReport): readonly ChargeLine[] {
    return this.take(reportUsage(this.state, report, today, this.books));
  }

  /** The item that runs with this type. */
  item(planType: string): SubscriptionItem {
    const found = this.state.items.filter((item) => item.planType === planType).at(-1);
    if (found === undefined) throw new Error(`no item ${planType}`);
    return found;
  }

  private take(decision: Decision): readonly ChargeLine[] {
    this.last = decision;
    this.state = deepFreeze(decision.state);
    this.lines.push(...decision.lines);
    return decision.lines;
  }
}

/** What matters of lines, for comparing: who, when, how much, why. */
export function brief(lines: readonly ChargeLine[]) {
  return lines.map(({ planType, startDate, endDate, amountMinor, reason }) => ({
    planType,
    startDate,
    endDate,
    amountMinor,
    reason,
  }));
}

export function total(lines: readonly ChargeLine[]): number {
  return lines.reduce((so, line) => so + line.amountMinor, 0);
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
