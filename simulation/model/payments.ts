/** Payments of the operator's API: the oldest due date first, or those that are named. */
import { openInvoices } from "./invoicing.js";
import { majorOf, smaller } from "./money.js";
import { operatorRefusal, operatorReply, type Reply } from "./reply.js";
import type { World } from "./world.js";

export interface PaymentWish {
  readonly amount: bigint;
  readonly currency: string;
  readonly reference: string;
  readonly invoices: readonly string[] | null;
}

export function pay(world: World, id: string, wish: PaymentWish): Reply {
  const account = world.find(id);
  if (account === undefined) return operatorRefusal("unknown");
  if (wish.amount <= 0n) return operatorRefusal("bad");
  const named = wish.invoices === null ? null : [...new Set(wish.invoices)].sort();
  const request = JSON.stringify([String(wish.amount), wish.currency, named]);
  const known = account.payments.get(wish.reference);
  if (known !== undefined) {
    if (known.request !== request) return operatorRefusal("conflict");
    return operatorReply(201, known.reply);
  }
  if (wish.currency !== world.books.currency) return operatorRefusal("bad");
  const payer = world.payerOf(account);
  const payable = (invoice: { payer: string; account: string }) =>
    invoice.payer === payer && (payer === id || invoice.account === id);
  if (named !== null) {
    const posted = [...world.accounts()]
      .flatMap((one) => one.invoices)
      .filter((invoice) => invoice.status === "Posted" && payable(invoice));
    const known = new Set(posted.map((invoice) => invoice.id));
    if (!named.every((one) => known.has(one))) return operatorRefusal("bad");
  }
  let left = wish.amount;
  const applied: { invoice_id: string; amount: number }[] = [];
  for (const invoice of openInvoices(world, payer)) {
    if (left === 0n) break;
    if (!payable(invoice) || (named !== null && !named.includes(invoice.id))) continue;
    const part = smaller(left, invoice.balance);
    left -= part;
    applied.push({ invoice_id: invoice.id, amount: majorOf(part) });
    world.replaceInvoice(invoice, {
      ...invoice,
      balance: invoice.balance - part,
      paid: invoice.paid + part,
      applied: [...invoice.applied, { on: world.today, amount: part, from: "payment" }],
    });
  }
  if (left > 0n) world.change(payer, { credit: world.get(payer).credit + left });
  const reply = { applied, credit: majorOf(left) };
  const payments = new Map(world.get(id).payments).set(wish.reference, {
    ...{ request, reply, payer, on: world.today },
    ...{ amount: wish.amount, leftOver: left },
  });
  world.change(id, { payments });
  return operatorReply(201, reply);
}
