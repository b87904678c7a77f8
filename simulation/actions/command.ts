/** Commands and reads of the wire, one at a time; some are previewed first, some are sent twice. */
import { show } from "../audit/violation.js";
import { answer, isWrite, preview, type WireCall } from "../model/wire.js";
import type { Simulation } from "../simulation.js";
import { makeCommand } from "../workload/commands.js";
import { makeRead } from "../workload/reads.js";

const PREVIEWED = 0.15;
const REPEATED = 0.05;

export async function command(sim: Simulation): Promise<void> {
  const call = makeCommand(sim.random, sim.world, sim.account(sim.random.pick(sim.subs)));
  await perform(sim, call);
}

export async function read(sim: Simulation): Promise<void> {
  await perform(sim, makeRead(sim.random, sim.world, sim.account(sim.random.pick(sim.subs))));
}

export async function perform(sim: Simulation, call: WireCall): Promise<void> {
  const { random } = sim;
  sim.note(describeCall(call));
  if (isWrite(call.tool) && random.chance(PREVIEWED)) {
    const expected = preview(sim.world, call);
    const shown = await sim.wire(call, { prefer: "preview" });
    sim.check(`preview of ${describeCall(call)}`, expected, shown, call.account);
    if (random.chance(0.3)) return;
  }
  const keyed = isWrite(call.tool) && random.chance(REPEATED);
  const headers = keyed ? { "idempotency-key": `key-${sim.serial()}` } : {};
  const before = sim.numbers();
  const actual = await sim.wire(call, headers);
  await sim.compareInvoices(before, () => {
    const expected = answer(sim.world, call);
    sim.check(describeCall(call), expected, actual, call.account);
  });
  if (!keyed) return;
  const again = await sim.wire(call, headers);
  sim.check(`again: ${describeCall(call)}`, { status: actual.status, body: actual.body }, again);
}

export function describeCall({ tool, account, body, query, invoice }: WireCall): string {
  const more = [query, invoice, body].filter((one) => one !== undefined).map(show);
  return [tool, account, ...more].join(" ");
}
