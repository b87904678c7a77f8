/** The passing of time: every day on which something is due, in order. */
import type { Day } from "./calendar.js";
import { fallDue, nextDue } from "./due.js";
import { post } from "./invoicing.js";
import type { World } from "./world.js";

/**
 * Accounts of one day are billed in an order that no rule gives, but credit goes to whoever comes first:
 * the order is taken from the server's invoice numbers.
 */
export type OrderOfDay = (day: Day) => readonly string[];

/** Moves the world to `to`; returns the days on which something was due. */
export function passTo(world: World, to: Day, orderOf: OrderOfDay): void {
  for (;;) {
    const day = firstDue(world);
    if (day === null || day > to) break;
    if (day > world.today) world.today = day;
    runDay(world, orderOf(world.today));
  }
  world.today = Math.max(to, world.today);
}

function firstDue(world: World): Day | null {
  let first: Day | null = null;
  for (const account of world.accounts()) {
    const due = dueOf(account);
    if (due !== null && (first === null || due < first)) first = due;
  }
  return first;
}

function dueOf(account: Parameters<typeof nextDue>[0]): Day | null {
  return account.disassociated ? null : nextDue(account);
}

/** Everything due today, the accounts in that order. */
export function runDay(world: World, order: readonly string[]): void {
  const due = [...world.accounts()].filter((account) => {
    const day = dueOf(account);
    return day !== null && day <= world.today;
  });
  const place = new Map(order.map((id, index) => [id, index]));
  due.sort((a, b) => (place.get(a.id) ?? -1) - (place.get(b.id) ?? -1));
  for (const { id } of due) billAccount(world, id);
}

/** Decides what is due in the account and posts what it charges. */
export function billAccount(world: World, id: string): void {
  const { account, charges } = fallDue(world, world.get(id), world.today);
  world.put(account);
  post(world, id, charges);
}
