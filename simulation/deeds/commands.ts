/** Commands of the wire. */
import { commonErrors } from "@paymaster/contract";
import { differences, show, Violation } from "../audit/violation.js";
import { wireReply } from "../model/reply.js";
import { answer, type WireCall } from "../model/wire.js";
import type { Simulation } from "../simulation.js";
import { makeCommand } from "../workload/commands.js";
import { type Deed, wholeDeed } from "./deed.js";

const KEYED = 0.3;

export function commandDeed(sim: Simulation, account = sim.random.pick(sim.subs)): Deed {
  return deedOf(sim, makeCommand(sim.random, sim.world, sim.taste, sim.account(account)));
}

export function deedOf(sim: Simulation, call: WireCall, isKeyed = sim.random.chance(KEYED)): Deed {
  const headers = isKeyed ? { "idempotency-key": `key-${sim.serial()}` } : {};
  return wholeDeed({
    what: describeCall(call),
    account: call.account,
    again: isKeyed ? "by key" : "never",
    ...(isKeyed ? { keyed: keyedBy(sim, call, headers) } : {}),
    send: (server) => sim.wire(server, call, headers),
    foresee: (world) => answer(world, call),
  });
}

function keyedBy(
  sim: Simulation,
  call: WireCall,
  headers: Readonly<Record<string, string>>,
): NonNullable<Deed["keyed"]> {
  return {
    caller: call.caller,
    clash: (server) => sim.wire(server, { ...otherThan(sim, call), caller: call.caller }, headers),
  };
}

function otherThan(sim: Simulation, call: WireCall): WireCall {
  for (;;) {
    const account = sim.account(sim.random.pick(sim.subs));
    const other = makeCommand(sim.random, sim.world, sim.taste, account);
    const { tool, account: id, body } = other;
    const isSame = differences([tool, id, body], [call.tool, call.account, call.body]).length === 0;
    if (!isSame) return other;
  }
}

/** A keyed deed, sent to both servers at once: it is done once, whoever comes second. */
export function sentTwice(sim: Simulation, deed: Deed): Deed {
  const busy = wireReply(commonErrors.idempotencyInProgress, sim.world.profile);
  return {
    ...deed,
    what: `twice at once: ${deed.what}`,
    send: async () => {
      const answers = await Promise.all(sim.site.servers.map((server) => deed.send(server)));
      const plain = answers.map(({ status, body }) => ({ status, body }));
      const [first] = answers.filter((_, at) => differences(busy, plain[at]).length > 0);
      if (first === undefined) throw new Violation("A key is in use by nobody.", { answers });
      const { status, body } = first;
      const others = plain.filter((one) => differences(busy, one).length > 0);
      if (others.some((one) => differences({ status, body }, one).length > 0)) {
        throw new Violation("One key has two answers.", { asked: deed.what, answers: plain });
      }
      return first;
    },
  };
}

export function describeCall({ tool, caller, account, body, query, invoice }: WireCall): string {
  const more = [query, invoice, body].filter((one) => one !== undefined).map(show);
  return [tool, account, `by ${caller}`, ...more].join(" ");
}
