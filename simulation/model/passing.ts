/** The passing of time: every day on which something is due, in order. */
import type { Day } from "./calendar.js";
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
    catchUp(world, orderOf(world.today));
    seen = world.today;
  }
  world.today = Math.max(to, world.today);
}

/** What the scheduler does on a new day: everything that is due until today. */
export function catchUp(world: World, order: readonly string[]): void {
  run(world, { mode: "post", target: world.today, accounts: null }, order);
}

/** The first day after `after` on which something is due anywhere. */
function firstDue(world: World, after: Day | null): Day | null {
  let first: Day | null = null;
  for (const account of world.accounts()) {
    const due = dueOf(account);
    if (due === null || (after !== null && due <= after)) continue;
    if (first === null || due < first) first = due;
  }
  return first;
}
