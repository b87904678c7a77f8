/** Posting: tax, numbers, due dates, and credit that settles what is open. */
import { findPlan } from "@paymaster/contract";
import type { Day } from "./calendar.js";
import { share, smaller, sum } from "./money.js";
import type { Account, Invoice, Item, Line } from "./state.js";
import type { World } from "./world.js";

const PPM = 1_000_000n;

/** A line before the tax of the day is known. */
export type Charge = Omit<Line, "tax">;

export function chargeOf(
  item: Pick<Item, "number" | "type">,
  more: { quantity: number; start: Day; end: Day; amount: bigint; chargeType?: string },
): Charge {
  return {
    item: item.number,
    type: item.type,
    chargeName: findPlan(item.type)?.name ?? "",
    chargeType: more.chargeType ?? "Recurring",
    quantity: more.quantity,
    start: more.start,
    end: more.end,
    amount: more.amount,
  };
}

export function taxed(world: World, account: Account, charges: readonly Charge[]): Line[] {
  // The exemption belongs to who owes the invoice, or to who is invoiced.
  const exempt = account.taxExempt || world.get(world.payerOf(account)).taxExempt;
  const ppm = exempt ? 0n : BigInt(world.books.taxPpm(account.contact ?? {}));
  return charges.map((charge) => ({ ...charge, tax: share(charge.amount, ppm, PPM) }));
}

/** Makes and posts an invoice of what is charged; nothing charged: no invoice. */
export function post(
  world: World,
  accountId: string,
  charges: readonly Charge[],
  target: Day = world.today,
): Invoice | null {
  const account = world.get(accountId);
  const lines = taxed(world, account, charges);
  if (lines.length === 0) return null;
  return postLines(world, account, lines, target);
}

/** An invoice of the lines, not yet posted: without a number. */
export function assemble(
  world: World,
  account: Account,
  lines: readonly Line[],
  target: Day,
): Invoice {
  const payer = world.get(world.payerOf(account));
  const net = sum(lines.map((line) => line.amount));
  const tax = sum(lines.map((line) => line.tax));
  return {
    id: "",
    number: 0,
    account: account.id,
    payer: payer.id,
    status: "Draft",
    date: world.today,
    target,
    due: world.today + payer.termDays,
    lines,
    net,
    tax,
    total: net + tax,
    balance: net + tax,
    paid: 0n,
    credited: 0n,
    applied: [],
    canceled: null,
  };
}

/** Posts an invoice of the lines; a draft that it takes over gives it its id. */
export function postLines(
  world: World,
  account: Account,
  lines: readonly Line[],
  target: Day,
  id = "",
): Invoice {
  const assembled = assemble(world, account, lines, target);
  const { total, payer } = assembled;
  const invoice: Invoice = {
    ...assembled,
    id,
    number: world.nextNumber(account.master),
    status: "Posted",
    balance: total > 0n ? total : 0n,
  };
  world.addInvoice(invoice);
  if (total < 0n) world.change(payer, { credit: world.get(payer).credit - total });
  applyCredit(world, payer);
  return invoice;
}

/** Open invoices of a payer, the oldest due date first. */
export function openInvoices(world: World, payer: string): Invoice[] {
  const master = world.get(payer).master;
  const open: Invoice[] = [];
  for (const account of world.accounts()) {
    if (account.master !== master) continue;
    for (const invoice of account.invoices) {
      if (invoice.status === "Posted" && invoice.balance > 0n && invoice.payer === payer) {
        open.push(invoice);
      }
    }
  }
  return open.sort((a, b) => a.due - b.due || a.number - b.number);
}

/** Credit settles the oldest open invoices first. */
export function applyCredit(world: World, payer: string): void {
  if (world.get(payer).credit === 0n) return;
  for (const invoice of openInvoices(world, payer)) {
    const { credit } = world.get(payer);
    if (credit === 0n) return;
    const part = smaller(credit, invoice.balance);
    world.replaceInvoice(invoice, {
      ...invoice,
      balance: invoice.balance - part,
      credited: invoice.credited + part,
      applied: [...invoice.applied, { on: world.today, amount: part, from: "credit" }],
    });
    world.change(payer, { credit: credit - part });
  }
}
