/** Who calls for an account: those above it, itself now and then, and somebody to whom it does not exist. */
import type { Account } from "../model/state.js";
import type { World } from "../model/world.js";
import type { Random } from "../random.js";

export function callerFor(random: Random, world: World, account: Account): string {
  const { id, master, parent, hasKey } = account;
  const caller = hasKey && random.chance(0.2) ? id : random.chance(0.5) ? parent : master;
  // The key of one that has left is none any more.
  return world.get(caller).disassociated ? master : caller;
}

/** Another account that calls with a key of its own. */
export function strangerTo(random: Random, world: World, account: Account): string {
  const callers = [...world.accounts()].filter(
    (one) => (one.kind !== "sub" || one.hasKey) && !one.disassociated,
  );
  return random.pick(callers.filter(({ id }) => id !== account.id)).id;
}
