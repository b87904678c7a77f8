/** Commands of the wire. */
import { show } from "../audit/violation.js";
import { answer, type WireCall } from "../model/wire.js";
import type { Simulation } from "../simulation.js";
import { makeCommand } from "../workload/commands.js";
import { type Deed, wholeDeed } from "./deed.js";

const KEYED = 0.3;

export function commandDeed(sim: Simulation, account = sim.random.pick(sim.subs)): Deed {
  return deedOf(sim, makeCommand(sim.random, sim.world, sim.account(account)));
}

export function deedOf(sim: Simulation, call: WireCall): Deed {
  const keyed = sim.random.chance(KEYED);
  const headers = keyed ? { "idempotency-key": `key-${sim.serial()}` } : {};
  return wholeDeed({
    what: describeCall(call),
    account: call.account,
    again: keyed ? "by key" : "never",
    send: (server) => sim.wire(server, call, headers),
    foresee: (world) => answer(world, call),
  });
}

export function describeCall({ tool, account, body, query, invoice }: WireCall): string {
  const more = [query, invoice, body].filter((one) => one !== undefined).map(show);
  return [tool, account, ...more].join(" ");
}
