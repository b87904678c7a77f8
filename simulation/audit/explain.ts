/** Whether what the server did is what the model does, for deeds that were done in a certain order. */
import type { Deed, Foresight } from "../deeds/deed.js";
import type { World } from "../model/world.js";
import type { Answer } from "../server/http.js";
import { matchInvoice, orderOfDay, type Place, type ServerInvoice } from "./invoices.js";
import { replyDifferences } from "./replies.js";

/** A deed and its answer; null: the answer was lost. */
export interface Done {
  readonly deed: Deed;
  readonly answer: Answer | null;
}

export interface Explained {
  /** The world afterwards, when everything fits. */
  readonly world: World;
  /** What does not fit; none: everything does. */
  readonly wrong: readonly string[];
  /** How many parts fit. */
  readonly depth: number;
}

/**
 * Lives through the deeds' parts in the order of `sequence` (an index of a deed for every part), in a copy
 * of the world, and holds replies and invoices against the server's. Stops at the first difference.
 */
export function explain(
  world: World,
  done: readonly Done[],
  sequence: readonly number[],
  found: readonly ServerInvoice[],
  place: Place = "first",
): Explained {
  const copy = world.fork();
  const orderOf = orderOfDay(found, place);
  const foresights = done.map(({ deed }) => deed.foresee(copy, orderOf));
  const over = new Set<Foresight>();
  for (const [depth, index] of sequence.entries()) {
    const [foresight, answer] = [foresights[index], done[index]?.answer];
    if (foresight === undefined || over.has(foresight)) continue;
    const step = foresight.next();
    const wrong = takeInvoices(copy, found);
    if (step.done === true) {
      over.add(foresight);
      if (answer) wrong.push(...replyDifferences(step.value, answer));
    }
    if (wrong.length > 0) return { world: copy, wrong, depth };
  }
  const made = [...copy.accounts()].flatMap((account) => account.invoices);
  const known = new Set(made.map((invoice) => invoice.id));
  const more = found.filter((one) => !known.has(one.id));
  const wrong = more.map((one) => `the server made an invoice: ${JSON.stringify(one)}`);
  return { world: copy, wrong, depth: sequence.length };
}

/** Holds the model's new invoices against the server's of the same number, and learns their ids. */
function takeInvoices(world: World, found: readonly ServerInvoice[]): string[] {
  const wrong: string[] = [];
  for (const made of world.takeMade()) {
    const { master } = world.get(made.account);
    const actual = found.find((one) => one.master === master && one.number === made.number);
    wrong.push(...matchInvoice(world, made, actual));
  }
  return wrong;
}

/** Every way to put the parts of several deeds in one order, each deed's own in theirs. */
export function* mergeOrders(parts: readonly number[]): Generator<number[]> {
  if (parts.every((left) => left === 0)) {
    yield [];
    return;
  }
  for (const [index, left] of parts.entries()) {
    if (left === 0) continue;
    const rest = parts.map((count, other) => (other === index ? count - 1 : count));
    for (const order of mergeOrders(rest)) yield [index, ...order];
  }
}
