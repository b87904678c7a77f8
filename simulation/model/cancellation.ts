/** Cancelling an invoice: balance 0, its number stays used, what it charged falls due again. */
import { invoiceMembers } from "./answers.js";
import { smaller } from "./money.js";
import { operatorRefusal, operatorReply, type Reply } from "./reply.js";
import type { Account, Invoice } from "./state.js";
import type { World } from "./world.js";

/** The invoice or draft of that id, and whose it is. */
export function findInvoice(
  world: World,
  id: string,
): { account: Account; invoice: Invoice; draft: boolean } | undefined {
  for (const account of world.accounts()) {
    const invoice = account.invoices.find((one) => one.id === id);
    if (invoice !== undefined) return { account, invoice, draft: false };
    const draft = account.drafts.find((one) => one.id === id);
    if (draft !== undefined) return { account, invoice: draft, draft: true };
  }
  return undefined;
}

export function cancelInvoice(world: World, id: string): Reply {
  const found = findInvoice(world, id);
  if (found === undefined) return operatorRefusal("unknown");
  const { account, invoice, draft } = found;
  if (invoice.status === "Canceled") return operatorReply(200, invoiceMembers(invoice));
  if (draft) {
    const after: Invoice = { ...invoice, status: "Canceled", balance: 0n };
    const drafts = account.drafts.map((one) => (one === invoice ? after : one));
    world.change(account.id, { drafts });
    return operatorReply(200, invoiceMembers(after));
  }
  if (invoice.paid > 0n) return operatorRefusal("conflict");
  const given = smaller(invoice.total, 0n);
  const credit = world.get(invoice.payer).credit + invoice.credited + given;
  if (credit < 0n) return operatorRefusal("conflict");
  world.change(invoice.payer, { credit });
  const canceled = { on: world.today, recognisedUntil: world.recognisedUntil };
  const after: Invoice = { ...invoice, status: "Canceled", balance: 0n, credited: 0n, canceled };
  world.replaceInvoice(invoice, after);
  const { unbilled } = world.get(account.id);
  const again = invoice.lines.map((line) => ({ line, due: world.today }));
  world.change(account.id, { unbilled: [...unbilled, ...again] });
  return operatorReply(200, invoiceMembers(after));
}
