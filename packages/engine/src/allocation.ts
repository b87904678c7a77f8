/** Which open invoices a payment or a credit settles (billing rules, "Payments" and "Invoices"). */
import { assert } from "./assert.js";
import { assertMinor } from "./money.js";
import type { CivilDate, Minor } from "./state.js";

export interface OpenInvoice {
  readonly invoiceId: string;
  readonly dueDate: CivilDate;
  readonly invoiceNumber: string;
  /** What is still owed, 0 or more. */
  readonly balanceMinor: Minor;
}

export interface Applied {
  readonly invoiceId: string;
  readonly amountMinor: Minor;
}

export interface Allocation {
  readonly applied: readonly Applied[];
  /** What no invoice took: becomes, or stays, credit. */
  readonly leftOverMinor: Minor;
}

/**
 * Settles invoices with `amountMinor`: the oldest due date first, by number within a day; no invoice gets
 * more than its balance. The caller passes only the invoices that may be settled.
 */
export function allocate(amountMinor: Minor, open: readonly OpenInvoice[]): Allocation {
  assertMinor(amountMinor, "amount");
  assert(amountMinor >= 0, `allocated ${amountMinor}`);
  const applied: Applied[] = [];
  let left = amountMinor;
  for (const invoice of open.toSorted(byAge)) {
    assert(invoice.balanceMinor >= 0, `balance ${invoice.balanceMinor}`);
    const part = Math.min(left, invoice.balanceMinor);
    if (part === 0) continue;
    applied.push({ invoiceId: invoice.invoiceId, amountMinor: part });
    left -= part;
  }
  return { applied, leftOverMinor: left };
}

function byAge(a: OpenInvoice, b: OpenInvoice): number {
  if (a.dueDate !== b.dueDate) return a.dueDate < b.dueDate ? -1 : 1;
  if (a.invoiceNumber === b.invoiceNumber) return 0;
  return a.invoiceNumber < b.invoiceNumber ? -1 : 1;
}
