/** The passing of time: every day on which something is due, in order. */
import { type Day, monthOf } from "./calendar.js";
import { dueOf, run } from "./runs.js";
import type { World } from "./world.js";

/**
 * Accounts of one day are billed in an order that no rule gives, but credit goes to whoever comes first:
 * the order is taken from the server's invoice numbers.
 */
export type OrderOfDay = (day: Day) => readonly string[];

/** Moves the world to `to`, through every day on which something is due. */
export function passTo(world: World, to: Day, orderOf: OrderOfDay): void {
  let seen: Day | null = null;
  for (;;) {
    const day = firstDue(world, seen);
    if (day === null || day > to) break;
    if (day > world.today) world.today = day;
    finish(catchUp(world, orderOf(world.today)));
    seen = world.today;
  }
  world.today = Math.max(to, world.today);
  world.recognisedUntil = monthOf(world.today);
}

/** What the scheduler does on a new day: the months that ended, then everything that is due until today. */
export function* catchUp(world: World, order: readonly string[]): Generator<undefined, void> {
  world.recognisedUntil = monthOf(world.today);
  yield;
  const due = firstDue(world, null);
  if (due === null || due > world.today) return;
  yield* run(world, { mode: "post", target: world.today, accounts: null }, order);
}

/** Lives through all parts at once. */
export function finish<T>(parts: Generator<undefined, T>): T {
  for (;;) {
    const step = parts.next();
    if (step.done === true) return step.value;
  }
}

/** The first day after `after` on which something is due anywhere. */
export function firstDue(world: World, after: Day | null): Day | null {
  let first: Day | null = null;
  for (const account of world.accounts()) {
    const due = dueOf(account);
    if (due === null || (after !== null && due <= after)) continue;
    if (first === null || due < first) first = due;
  }
  return first;
}
