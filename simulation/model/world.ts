/** The model's world: accounts, the day, prices and taxes. Copied cheaply, since all values are immutable. */
import type { WireProfile } from "@paymaster/contract";
import { type Day, monthOf } from "./calendar.js";
import type { Account, Invoice, Statement } from "./state.js";

/** What stays the same in a run: prices by day, and tax in parts per million. */
export interface ModelBooks {
  readonly currency: string;
  price(type: string, day: Day): bigint;
  /** A GB and month of storage above what is included. */
  storagePrice(day: Day): bigint;
  taxPpm(contact: Readonly<Record<string, string>>): number;
}

export class World {
  readonly profile: WireProfile;
  readonly books: ModelBooks;
  today: Day;
  /** First month whose revenue is not yet recognised. */
  recognisedUntil: number;
  #statements: readonly Statement[] = [];
  #accounts: Map<string, Account>;
  /** Invoices made since they were last taken, in the order in which the model made them. */
  #made: Invoice[] = [];
  /** Last invoice number of each master. */
  #numbers: Map<string, number>;

  constructor(profile: WireProfile, books: ModelBooks, today: Day) {
    this.profile = profile;
    this.books = books;
    this.today = today;
    this.recognisedUntil = monthOf(today);
    this.#accounts = new Map();
    this.#numbers = new Map();
  }

  /** A copy that may go its own way. */
  fork(): World {
    const copy = new World(this.profile, this.books, this.today);
    copy.#accounts = new Map(this.#accounts);
    copy.#numbers = new Map(this.#numbers);
    copy.#made = [...this.#made];
    copy.#statements = this.#statements;
    copy.recognisedUntil = this.recognisedUntil;
    return copy;
  }

  get statements(): readonly Statement[] {
    return this.#statements;
  }

  addStatement(statement: Statement): void {
    this.#statements = [...this.#statements, statement];
  }

  find(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  get(id: string): Account {
    const found = this.#accounts.get(id);
    if (found === undefined) throw new Error(`the model has no account ${id}`);
    return found;
  }

  put(account: Account): void {
    this.#accounts.set(account.id, account);
  }

  change(id: string, changes: Partial<Account>): void {
    this.put({ ...this.get(id), ...changes });
  }

  accounts(): IterableIterator<Account> {
    return this.#accounts.values();
  }

  nextNumber(master: string): number {
    const number = (this.#numbers.get(master) ?? 0) + 1;
    this.#numbers.set(master, number);
    return number;
  }

  lastNumber(master: string): number {
    return this.#numbers.get(master) ?? 0;
  }

  /** Who owes the account's invoices. */
  payerOf(account: Account): string {
    return account.kind === "sub" && account.payMode === "master" ? account.parent : account.id;
  }

  addInvoice(invoice: Invoice): void {
    const account = this.get(invoice.account);
    this.put({ ...account, invoices: [...account.invoices, invoice] });
    this.#made.push(invoice);
  }

  replaceInvoice(before: Invoice, after: Invoice): void {
    const account = this.get(before.account);
    const invoices = account.invoices.map((one) => (one === before ? after : one));
    this.put({ ...account, invoices });
    this.#made = this.#made.map((one) => (one === before ? after : one));
  }

  takeMade(): Invoice[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }
}
