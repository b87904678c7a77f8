/** Bill runs: everything due on or before a target date, posted, kept as drafts, or only counted. */

import { invoiceMembers } from "./answers.js";
import { addMonths, type Day } from "./calendar.js";
import { findInvoice } from "./cancellation.js";
import { fallDue, nextDue } from "./due.js";
import { assemble, postLines, taxed } from "./invoicing.js";
import { operatorRefusal, operatorReply, type Reply } from "./reply.js";
import type { Account, Invoice, Line, StatementLine } from "./state.js";
import { usageSince } from "./usage.js";
import type { World } from "./world.js";

export type Mode = "post" | "draft" | "preview";

export interface RunWish {
  readonly mode: Mode;
  readonly target: Day;
  /** null: every account. */
  readonly accounts: readonly string[] | null;
}

/** First day on which a run has something to do in the account; null: never. */
export function dueOf(account: Account): Day | null {
  if (account.disassociated) return null;
  const days = account.unbilled.map(({ due }) => due);
  const next = nextDue(account);
  if (next !== null) days.push(next);
  return days.length === 0 ? null : Math.min(...days);
}

export function openDraft(account: Account): Invoice | undefined {
  return account.drafts.find((draft) => draft.status === "Draft");
}

/** Whether a run may be asked for: by known accounts, posting up to today, else a year ahead. */
export function mayRun(world: World, { mode, target, accounts }: RunWish): boolean {
  const known = (id: string) => world.find(id)?.disassociated === false;
  if (accounts !== null && !accounts.every(known)) return false;
  return target <= (mode === "post" ? world.today : addMonths(world.today, 12));
}

/** Whether a run takes the account up. */
export function isTaken(account: Account, { mode, target, accounts }: RunWish): boolean {
  if (account.disassociated) return false;
  if (accounts !== null && !accounts.includes(account.id)) return false;
  const due = dueOf(account);
  if (due !== null && due <= target) return true;
  const draft = openDraft(account);
  if (draft === undefined || mode === "preview") return false;
  return mode === "draft" || draft.target <= target;
}

/**
 * What the run does, the accounts in the order of `order` (that of the server's numbers, since no rule
 * gives one). Answers with what is counted. Others may come in between the choice of the accounts, each
 * account, and the end.
 */
export function* run(
  world: World,
  wish: RunWish,
  order: readonly string[],
): Generator<undefined, { total: number; invoices: Invoice[] }> {
  const place = new Map(order.map((id, index) => [id, index]));
  const taken = [...world.accounts()].filter((account) => isTaken(account, wish));
  taken.sort((a, b) => (place.get(a.id) ?? -1) - (place.get(b.id) ?? -1));
  yield;
  const invoices: Invoice[] = [];
  for (const { id } of taken) {
    // It may have left since it was chosen.
    const made = world.get(id).disassociated ? null : billAccount(world, id, wish);
    if (made !== null) invoices.push(made);
    yield;
  }
  if (wish.mode === "post") makeStatements(world, invoices);
  return { total: taken.length, invoices };
}

/** One for every payer that wants them, of all that the run invoiced for it but its own invoice. */
function makeStatements(world: World, invoices: readonly Invoice[]): void {
  const byPayer = new Map<string, StatementLine[]>();
  for (const { payer, account, number, total } of invoices) {
    if (payer === account || !world.get(payer).statements) continue;
    byPayer.set(payer, [...(byPayer.get(payer) ?? []), { account, number, total }]);
  }
  for (const [payer, lines] of byPayer) world.addStatement({ payer, date: world.today, lines });
}

function billAccount(world: World, id: string, { mode, target }: RunWish): Invoice | null {
  const before = world.get(id);
  const decided = dueThrough(world, before, target);
  const { lines } = decided;
  if (mode === "preview") {
    return lines.length === 0 ? null : assemble(world, before, lines, target);
  }
  const draft = openDraft(before);
  const others = before.drafts.filter((one) => one !== draft);
  if (mode === "draft") {
    const made = lines.length === 0 ? [] : [assemble(world, before, lines, target)];
    const kept = made.map((one) => ({ ...one, id: draft?.id ?? "" }));
    world.change(id, { drafts: [...others, ...kept] });
    return kept[0] ?? null;
  }
  const takenOver = draft !== undefined && draft.target <= target;
  world.put({
    ...decided.account,
    drafts: takenOver ? others : before.drafts,
    unbilled: before.unbilled.filter(({ due }) => due > target),
  });
  if (lines.length === 0) return null;
  return postLines(world, world.get(id), lines, target, takenOver ? draft.id : "");
}

/** Everything that is due in the account through a day, charges of cancelled invoices first. */
export function dueThrough(
  world: World,
  account: Account,
  target: Day,
): { account: Account; lines: Line[] } {
  const lines = account.unbilled.filter(({ due }) => due <= target).map(({ line }) => line);
  let current = account;
  for (let due = nextDue(current); due !== null && due <= target; due = nextDue(current)) {
    const decided = fallDue(world, current, due);
    current = decided.account;
    lines.push(...taxed(world, current, decided.charges));
  }
  // Months until then without anything to charge are settled, too, those ahead of their time included.
  return { account: { ...current, usage: usageSince(current, target) }, lines };
}

/** Invoices what fell due by itself, before a command; charges of cancelled invoices wait for a bill run. */
export function settleDue(world: World, id: string): void {
  const before = world.get(id);
  const due = nextDue(before);
  if (due === null || due > world.today) return;
  const decided = dueThrough(world, { ...before, unbilled: [] }, world.today);
  world.put({ ...decided.account, unbilled: before.unbilled });
  if (decided.lines.length > 0) postLines(world, world.get(id), decided.lines, world.today);
}

/** The operator posts a draft: it is decided anew for its target date, and keeps its id. */
export function postDraft(world: World, id: string): Reply {
  const found = findInvoice(world, id);
  if (found === undefined) return operatorRefusal("unknown");
  const { account, invoice } = found;
  if (invoice.status === "Posted") return operatorReply(200, invoiceMembers(invoice));
  if (invoice.status === "Canceled") return operatorRefusal("conflict");
  const wish: RunWish = { mode: "post", target: invoice.target, accounts: [account.id] };
  // Where nothing is due any more, everything stays as it is, the draft included.
  if (billAccount(world.fork(), account.id, wish) === null) return operatorRefusal("conflict");
  const made = billAccount(world, account.id, wish);
  if (made === null) throw new Error("a draft that is due only once");
  return operatorReply(200, invoiceMembers(current(world, made)));
}

/** The invoice as it is now: credit may have settled it. */
function current(world: World, made: Invoice): Invoice {
  const found = world.get(made.account).invoices.find((one) => one.number === made.number);
  if (found === undefined) throw new Error(`the model lost invoice ${made.number}`);
  return found;
}
