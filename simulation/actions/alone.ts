/** One deed, by itself; now and then something breaks in the middle of it. */
import { commonErrors } from "@paymaster/contract";
import { type Done, type Explained, explain } from "../audit/explain.js";
import { readNewInvoices, type ServerInvoice } from "../audit/invoices.js";
import { stateDifferences } from "../audit/state.js";
import { Violation } from "../audit/violation.js";
import type { Deed } from "../deeds/deed.js";
import { wireReply } from "../model/reply.js";
import type { World } from "../model/world.js";
import type { Answer } from "../server/http.js";
import type { Simulation } from "../simulation.js";
import { makeFault, sendUnder } from "./fault.js";
import { finishRuns } from "./work.js";

const AGAIN = 0.3;
const CLASH = 0.2;
/** Keyed deeds that are remembered. */
const KEPT = 6;

export async function alone(sim: Simulation, deed: Deed): Promise<void> {
  sim.note(deed.what);
  const server = sim.pickServer();
  const before = { world: sim.world, numbers: sim.numbers() };
  const isFaulty = sim.random.chance(sim.faultRate);
  const answer = isFaulty
    ? await sendUnder(sim, server, deed, makeFault(sim.random, server))
    : await deed.send(server);
  if (answer !== null) {
    const found = await readNewInvoices(sim.site.database, before.numbers);
    await accept(sim, deed, understand(before.world, [{ deed, answer }], found));
    await deed.after?.(sim);
    if (deed.keyed !== undefined) await keep(sim, deed, answer);
    return;
  }
  const recovery = deed.parts > 1 ? [await finishRuns(sim)] : [];
  const isThere = await findOut(sim, deed, recovery, before.numbers);
  await deed.after?.(sim);
  if (deed.again !== "never") await sendAgain(sim, deed, isThere, before);
}

/** One after the other. */
function understand(
  world: World,
  done: readonly Done[],
  found: readonly ServerInvoice[],
): Explained {
  const sequence = done.flatMap(({ deed }, index) => new Array<number>(deed.parts).fill(index));
  return explain(world, done, sequence, found);
}

async function accept(sim: Simulation, deed: Deed, { world, wrong }: Explained): Promise<void> {
  if (wrong.length > 0) {
    const state = (await stateDifferences(sim, world)).slice(0, 10);
    throw new Violation("The server did not do what the model expects.", {
      asked: deed.what,
      wrong: wrong.slice(0, 20),
      ...(deed.account === undefined ? {} : { account: sim.describe(deed.account) }),
      state,
      others: sim.describeNamed([...wrong.slice(0, 1), ...state]),
    });
  }
  sim.world = world;
}

/** The key holds until tomorrow; at once, too, it answers as before, and for nothing else. */
async function keep(sim: Simulation, deed: Deed, answer: Answer): Promise<void> {
  sim.keyed.push({ deed, answer, on: sim.world.today });
  if (sim.keyed.length > KEPT) sim.keyed.shift();
  if (sim.random.chance(AGAIN)) await repeat(sim, deed, answer);
  if (sim.random.chance(CLASH)) {
    const refusal = wireReply(commonErrors.idempotencyMismatch, sim.world.profile);
    const clash = await deed.keyed?.clash(sim.pickServer());
    if (clash !== undefined) sim.check(`another under the key of: ${deed.what}`, refusal, clash);
  }
}

/** The same key again: the first answer. */
async function repeat(sim: Simulation, deed: Deed, { status, body }: Answer): Promise<void> {
  sim.check(`again: ${deed.what}`, { status, body }, await deed.send(sim.pickServer()));
}

/** A key of some time ago: on the same day the first answer, later a deed like any other. */
export async function again(sim: Simulation): Promise<void> {
  const kept = sim.keyed.filter(({ deed }) => isCalling(sim.world, deed));
  if (kept.length === 0) return;
  const { deed, answer, on } = sim.random.pick(kept);
  if (on === sim.world.today) {
    sim.note(`its key again: ${deed.what}`);
    return repeat(sim, deed, answer);
  }
  sim.keyed.splice(
    sim.keyed.findIndex((one) => one.deed === deed),
    1,
  );
  await alone(sim, deed);
}

/** The key of an account ends when it leaves. */
function isCalling(world: World, { keyed }: Deed): boolean {
  return keyed !== undefined && !world.get(keyed.caller).disassociated;
}

/**
 * Nobody was told what became of the deed: it must be wholly there, or wholly absent. A deed that changes
 * nothing counts as absent.
 */
async function findOut(
  sim: Simulation,
  deed: Deed,
  recovery: readonly Deed[],
  numbers: ReadonlyMap<string, number>,
): Promise<boolean> {
  const found = await readNewInvoices(sim.site.database, numbers);
  const suppose = async (deeds: readonly Deed[]) => {
    const done = deeds.map((one) => ({ deed: one, answer: null }));
    const { world, wrong } = understand(sim.world, done, found);
    return { world, wrong: wrong.length > 0 ? wrong : await stateDifferences(sim, world) };
  };
  const absent = await suppose(recovery);
  const there = absent.wrong.length === 0 ? null : await suppose([deed, ...recovery]);
  if (there !== null && there.wrong.length > 0) {
    throw new Violation("After a fault a deed is neither wholly there nor wholly absent.", {
      asked: deed.what,
      wrongIfThere: there.wrong.slice(0, 10),
      wrongIfAbsent: absent.wrong.slice(0, 10),
    });
  }
  sim.note(there === null ? "it is absent" : "it is there");
  sim.world = (there ?? absent).world;
  return there !== null;
}

/** A careful client sends again what got no answer; with its key, it is done once in all. */
async function sendAgain(
  sim: Simulation,
  deed: Deed,
  isThere: boolean,
  before: { readonly world: World; readonly numbers: ReadonlyMap<string, number> },
): Promise<void> {
  sim.note(`again: ${deed.what}`);
  const isOnce = deed.again === "by key";
  const numbers = isOnce ? before.numbers : sim.numbers();
  const answer = await deed.send(sim.pickServer());
  const found = await readNewInvoices(sim.site.database, numbers);
  await accept(sim, deed, understand(isOnce ? before.world : sim.world, [{ deed, answer }], found));
  if (isOnce && isThere && answer.headers["idempotency-replayed"] !== "true") {
    throw new Violation("A key that was used is not recognised.", { asked: deed.what });
  }
}
