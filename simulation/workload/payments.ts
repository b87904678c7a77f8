/** Random payments: whole, in part, too much, named, repeated, and some that make no sense. */
import { openInvoices } from "../model/invoicing.js";
import { sum } from "../model/money.js";
import type { PaymentWish } from "../model/payments.js";
import type { Account } from "../model/state.js";
import type { World } from "../model/world.js";
import type { Random } from "../random.js";

export function makePayment(
  random: Random,
  world: World,
  account: Account,
  reference: () => string,
): PaymentWish {
  const repeated = [...account.payments.entries()].at(-1);
  if (repeated !== undefined && random.chance(0.05)) return repeat(random, repeated);
  const payer = world.payerOf(account);
  const open = openInvoices(world, payer).filter(
    (invoice) => payer === account.id || invoice.account === account.id,
  );
  const some = open.length > 0 && random.chance(0.4) ? random.shuffled(open).slice(0, 2) : null;
  const owed = sum((some ?? open).map((invoice) => invoice.balance));
  const amount = random.weighted({ whole: 5, part: 4, more: 2, any: 1, wrong: 0.2 });
  const cents = (low: number, high: number) => BigInt(random.int(low, high));
  return {
    amount:
      amount === "wrong"
        ? 0n
        : amount === "whole" && owed > 0n
          ? owed
          : amount === "part" && owed > 1n
            ? cents(1, Number(owed))
            : amount === "more"
              ? owed + cents(1, 50_000)
              : cents(1, 20_000),
    currency: random.chance(0.02) ? "EUR" : "USD",
    reference: reference(),
    invoices:
      some === null
        ? null
        : named(
            random,
            world,
            some.map((invoice) => invoice.id),
          ),
  };
}

function named(random: Random, world: World, ids: string[]): string[] {
  if (!random.chance(0.05)) return ids;
  const other = [...world.accounts()].flatMap((one) => one.invoices).at(0);
  return [...ids, other?.id ?? "f".repeat(32)];
}

/** The same payment again, or another one under its reference. */
function repeat(
  random: Random,
  [reference, { request }]: [string, { readonly request: string }],
): PaymentWish {
  const [amount, currency, invoices] = JSON.parse(request) as [string, string, string[] | null];
  const other = random.chance(0.3) ? 1n : 0n;
  return { amount: BigInt(amount) + other, currency, reference, invoices };
}
