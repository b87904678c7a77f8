/**
 * A decision while it is being made. It starts as the state that was given, which is never touched, and
 * collects changed items, lines, warnings and audit events; `finish` hands them out as a decision.
 */
import { assert } from "./assert.js";
import { type Books, unitPriceOn } from "./books.js";
import { nextDueDate } from "./next-due.js";
import type {
  AccountState,
  AccountUsage,
  AuditEvent,
  BillingAccount,
  ChargeLine,
  CivilDate,
  Decision,
  Minor,
  SubscriptionItem,
} from "./state.js";

/** Most items that an account may hold, expired ones included. */
export const MAX_ITEMS = 1_000;

export class Draft {
  account: BillingAccount;
  usage: AccountUsage;
  usageChargedThrough: CivilDate | null;
  readonly items: SubscriptionItem[];
  readonly lines: ChargeLine[] = [];
  readonly warnings: string[] = [];
  private readonly changed = new Map<number, SubscriptionItem>();
  private readonly audit: AuditEvent[] = [];

  constructor(
    state: AccountState,
    readonly books: Books,
  ) {
    this.account = state.account;
    this.usage = state.usage;
    this.usageChargedThrough = state.usageChargedThrough;
    this.items = state.items.slice();
  }

  priceOn(planType: string, date: CivilDate): Minor {
    return unitPriceOn(this.books, planType, date);
  }

  /** Number for a new item; each is given once in the account's life. */
  takeItemNumber(): number {
    const number = this.account.nextItemNumber;
    assert(Number.isInteger(number) && number >= 1, `item number ${number}`);
    this.account = { ...this.account, nextItemNumber: number + 1 };
    return number;
  }

  add(item: SubscriptionItem, event: string): void {
    assert(this.items.length < MAX_ITEMS, `more than ${MAX_ITEMS} items`);
    assert(!this.items.some((one) => one.number === item.number), `item ${item.number} is there`);
    this.items.push(item);
    this.note(event, null, item);
  }

  /** Puts `after` in the place of the item with its number. */
  update(after: SubscriptionItem, event: string): void {
    const at = this.items.findIndex((one) => one.number === after.number);
    const before = this.items[at];
    assert(before !== undefined, `no item ${after.number}`);
    this.items[at] = after;
    this.note(event, before, after);
  }

  /** Takes the item out of what is held and shown. */
  retire(item: SubscriptionItem, endDate: CivilDate, event: string): void {
    const at = this.items.findIndex((one) => one.number === item.number);
    assert(at >= 0, `no item ${item.number}`);
    this.items.splice(at, 1);
    this.note(event, item, { ...item, status: "replaced", pending: null, endDate });
  }

  charge(line: ChargeLine): void {
    this.lines.push(line);
  }

  /** An event of the account itself. */
  noteAccount(event: string, before: unknown, after: unknown): void {
    this.audit.push({ event, itemNumber: null, before, after });
  }

  state(): AccountState {
    return {
      account: this.account,
      items: this.items,
      usage: this.usage,
      usageChargedThrough: this.usageChargedThrough,
    };
  }

  finish(effectiveDate: CivilDate): Decision {
    const state = this.state();
    return {
      ok: true,
      effectiveDate,
      state,
      changedItems: [...this.changed.values()],
      lines: this.lines,
      warnings: this.warnings,
      audit: this.audit,
      nextDueDate: nextDueDate(state),
    };
  }

  private note(event: string, before: SubscriptionItem | null, after: SubscriptionItem): void {
    this.changed.set(after.number, after);
    this.audit.push({ event, itemNumber: after.number, before, after });
  }
}
