/** Reads, and previews of commands: nothing changes. */
import { describeCall } from "../deeds/commands.js";
import { answer, preview as foreseePreview, type WireCall } from "../model/wire.js";
import type { Simulation } from "../simulation.js";
import { makeCommand } from "../workload/commands.js";
import { makeRead } from "../workload/reads.js";

export async function read(sim: Simulation): Promise<void> {
  const call = makeRead(sim.random, sim.world, sim.account(sim.random.pick(sim.subs)));
  sim.note(describeCall(call));
  const expected = answer(sim.world.fork(), call);
  sim.check(describeCall(call), expected, await sim.wire(sim.pickServer(), call), call.account);
}

export async function previewed(sim: Simulation): Promise<void> {
  const { random, world } = sim;
  await preview(sim, makeCommand(random, world, sim.taste, sim.account(random.pick(sim.subs))));
}

/** What the write is said to do, which is what the model says that it will do. */
export async function preview(sim: Simulation, call: WireCall): Promise<void> {
  const what = `preview of ${describeCall(call)}`;
  sim.note(what);
  const shown = await sim.wire(sim.pickServer(), call, { prefer: "preview" });
  sim.check(what, foreseePreview(sim.world, call), shown, call.account);
}
