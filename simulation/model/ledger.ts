/**
 * The ledger as it must be: every entry follows from the invoices, what was applied to them, the payments,
 * and the months whose revenue is recognised. Amounts are summed by account, invoice and day.
 */
import { type Day, dayInMonth, monthOf } from "./calendar.js";
import { share, smaller, sum } from "./money.js";
import type { Account, Invoice, Line } from "./state.js";
import type { World } from "./world.js";

export type LedgerAccount =
  | "receivable"
  | "deferred_revenue"
  | "revenue"
  | "tax_payable"
  | "cash"
  | "customer_credit";

/** Debit positive. */
interface Entry {
  readonly ledger: LedgerAccount;
  readonly account: string;
  readonly on: Day;
  readonly amount: bigint;
}

/** Sums by `ledgerKey`; none is zero. */
export type Ledger = ReadonlyMap<string, bigint>;

export function ledgerKey(
  ledger: string,
  account: string,
  invoice: string | null,
  on: Day,
): string {
  return `${ledger} of ${account}, invoice ${invoice ?? "none"}, day ${on}`;
}

export function ledgerOf(world: World): Ledger {
  const sums = new Map<string, bigint>();
  const add = ({ ledger, account, on, amount }: Entry, invoice: string | null) => {
    const key = ledgerKey(ledger, account, invoice, on);
    sums.set(key, (sums.get(key) ?? 0n) + amount);
  };
  for (const account of world.accounts()) {
    for (const entry of paymentsOf(account)) add(entry, null);
    for (const invoice of account.invoices) {
      for (const entry of entriesOf(world, invoice)) add(entry, invoice.id);
    }
  }
  return new Map([...sums].filter(([, amount]) => amount !== 0n));
}

/** Money that came in, and what of it no invoice took. */
function paymentsOf(account: Account): Entry[] {
  return [...account.payments.values()].flatMap(({ payer, on, amount, leftOver }) => [
    { ledger: "cash", account: payer, on, amount },
    { ledger: "customer_credit", account: payer, on, amount: -leftOver },
  ]);
}

function entriesOf(world: World, invoice: Invoice): Entry[] {
  const { payer, canceled, applied } = invoice;
  const entries = postingOf(invoice);
  for (const { on, amount, from } of applied) {
    entries.push({ ledger: "receivable", account: payer, on, amount: -amount });
    if (from === "credit") entries.push({ ledger: "customer_credit", account: payer, on, amount });
  }
  entries.push(...revenueOf(invoice, canceled?.recognisedUntil ?? world.recognisedUntil));
  if (canceled === null) return entries;
  const reversed = entries.map((entry) => ({ ...entry, on: canceled.on, amount: -entry.amount }));
  return [...entries, ...reversed];
}

/** What is charged in advance is deferred, use is revenue at once; a negative total becomes credit. */
function postingOf({ account, payer, lines, net, tax, total, date: on }: Invoice): Entry[] {
  const deferred = sum(lines.filter(isInAdvance).map((line) => line.amount));
  const given = smaller(total, 0n);
  return [
    { ledger: "receivable", account: payer, on, amount: total - given },
    { ledger: "customer_credit", account: payer, on, amount: given },
    { ledger: "deferred_revenue", account, on, amount: -deferred },
    { ledger: "revenue", account, on, amount: deferred - net },
    { ledger: "tax_payable", account, on, amount: -tax },
  ];
}

function isInAdvance(line: Line): boolean {
  return line.chargeType === "Recurring";
}

/**
 * Each month before `until` recognises, on its last day, what its days earned; the month of the invoice
 * also what days before it did.
 */
function revenueOf({ account, date, lines }: Invoice, until: number): Entry[] {
  const entries: Entry[] = [];
  const inAdvance = lines.filter(isInAdvance);
  let recognised = 0n;
  for (let month = monthOf(date); month < until; month += 1) {
    const end = dayInMonth(month + 1, 1);
    const earned = sum(inAdvance.map((line) => earnedBefore(line, end)));
    const amount = earned - recognised;
    recognised = earned;
    const on = end - 1;
    entries.push({ ledger: "deferred_revenue", account, on, amount });
    entries.push({ ledger: "revenue", account, on, amount: -amount });
  }
  return entries;
}

/** Of a line, what its days before `day` earned. */
function earnedBefore({ amount, start, end }: Line, day: Day): bigint {
  const days = Math.min(Math.max(day - start, 0), end - start);
  return share(amount, BigInt(days), BigInt(end - start));
}
