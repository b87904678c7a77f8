/** Anything that may come to an account; most of it are commands. */
import type { Simulation } from "../simulation.js";
import { commandDeed } from "./commands.js";
import type { Deed } from "./deed.js";
import { cancellationDeed, flagDeed, paymentDeed, usageDeed } from "./operator.js";

export function anyDeed(sim: Simulation, id: string): Deed | null {
  switch (sim.random.weighted({ command: 12, usage: 2, payment: 2, cancellation: 1, flag: 1 })) {
    case "command":
      return commandDeed(sim, id);
    case "usage":
      return usageDeed(sim, id);
    case "payment":
      return paymentDeed(sim, sim.random.pick([id, sim.world.payerOf(sim.account(id))]));
    case "cancellation":
      return cancellationDeed(sim, id);
    case "flag":
      return flagDeed(sim, id);
  }
}
