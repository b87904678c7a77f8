/** Who calls for an account: those above it, itself now and then, and somebody to whom it does not exist. */
import type { Account } from "../model/state.js";
import type { World } from "../model/world.js";
import type { Random } from "../random.js";

export function callerFor(random: Random, account: Account): string {
  const { id, master, parent, hasKey, disassociated } = account;
  // Its key ended with the relation.
  if (hasKey && !disassociated && random.chance(0.2)) return id;
  return random.chance(0.5) ? parent : master;
}

/** Another account that calls with a key of its own. */
export function strangerTo(random: Random, world: World, account: Account): string {
  const callers = [...world.accounts()].filter(
    (one) => (one.kind !== "sub" || one.hasKey) && !one.disassociated,
  );
  return random.pick(callers.filter(({ id }) => id !== account.id)).id;
}
