/**
 * Several deeds at once, from two servers on one database: on one account, on accounts of one payer, beside
 * a bill run, or at midnight beside both schedulers. What comes of it must be what some order of them gives.
 */

import { ledgerDifferences } from "../audit/books.js";
import { explain, mergeOrders } from "../audit/explain.js";
import { type Place, readNewInvoices } from "../audit/invoices.js";
import { stateDifferences } from "../audit/state.js";
import { Violation } from "../audit/violation.js";
import { anyDeed } from "../deeds/any.js";
import { runDeed } from "../deeds/bill-runs.js";
import { commandDeed, deedOf, sentTwice } from "../deeds/commands.js";
import type { Deed } from "../deeds/deed.js";
import { bindDrafts } from "../deeds/drafts.js";
import { cancellationDeed, paymentDeed } from "../deeds/operator.js";
import { firstDue } from "../model/passing.js";
import { dueOf, isTaken } from "../model/runs.js";
import type { World } from "../model/world.js";
import type { Answer } from "../server/http.js";
import type { Simulation } from "../simulation.js";
import { makeCommand } from "../workload/commands.js";
import { moveClock } from "./clock.js";
import { catchingUp, untilCaughtUp } from "./work.js";

/** Orders that are tried before it is called a violation. */
const MOST_ORDERS = 50_000;

export async function together(sim: Simulation): Promise<void> {
  switch (sim.random.weighted({ account: 4, payer: 3, run: 3, midnight: 3 })) {
    case "account":
      return atOnce(sim, onAccount(sim));
    case "payer":
      return atOnce(sim, onPayer(sim));
    case "run":
      return atOnce(sim, besideRun(sim));
    case "midnight":
      return atMidnight(sim);
  }
}

function onAccount(sim: Simulation): Deed[] {
  const id = sim.random.pick(sim.subs);
  const deeds: (Deed | null)[] = [firstOf(sim, id), commandDeed(sim, id)];
  if (sim.random.chance(0.5)) deeds.push(commandDeed(sim, id));
  if (sim.random.chance(0.3)) deeds.push(paymentDeed(sim, id));
  if (sim.random.chance(0.3)) deeds.push(cancellationDeed(sim, id));
  return deeds.filter((deed) => deed !== null);
}

/** A command; now and then an impatient client sends it twice. */
function firstOf(sim: Simulation, id: string): Deed {
  if (!sim.random.chance(0.25)) return commandDeed(sim, id);
  const call = makeCommand(sim.random, sim.world, sim.taste, sim.account(id));
  return sentTwice(sim, deedOf(sim, call, true));
}

/** Accounts of one payer: they share its credit, and the sequence of its invoice numbers. */
function onPayer(sim: Simulation): Deed[] {
  const { random, world } = sim;
  const payer = random.pick(sim.payers);
  const paid = sim.subs.filter((id) => world.payerOf(world.get(id)) === payer);
  const some = random.shuffled(paid).slice(0, random.int(2, 4));
  const deeds = some.map((id) => commandDeed(sim, id));
  if (random.chance(0.6)) deeds.push(paymentDeed(sim, payer));
  return deeds;
}

function besideRun(sim: Simulation): Deed[] {
  const { random, world } = sim;
  const due = sim.subs.filter((id) => dueOf(world.get(id)) === world.today);
  const others = random.shuffled(sim.subs);
  const accounts = [...new Set([...due, ...others])].slice(0, random.int(1, 3));
  const mode = random.pick(["post", "post", "draft"] as const);
  const target = mode === "post" ? world.today : world.today + random.int(0, 60);
  const [first = ""] = accounts;
  const deeds: Deed[] = [runDeed(sim, { mode, target, accounts }), commandDeed(sim, first)];
  const other = random.chance(0.5) ? anyDeed(sim, random.pick(accounts)) : null;
  if (other !== null) deeds.push(other);
  if (random.chance(0.3)) deeds.push(runDeed(sim, { mode, target, accounts: [first] }));
  return deeds;
}

async function atOnce(sim: Simulation, deeds: readonly Deed[]): Promise<void> {
  if (deeds.length < 2) return;
  sim.note(`at once: ${deeds.map((deed) => deed.what).join("; ")}`);
  const before = sim.numbers();
  const [first, second] = sim.random.shuffled(sim.site.servers);
  const answers = await Promise.all(
    deeds.map((deed, index) => deed.send((index % 2 === 0 ? first : second) ?? sim.pickServer())),
  );
  await settle(sim, deeds, answers, before);
}

/** The next day on which something is due comes, as it does on a system clock, while commands come in. */
async function atMidnight(sim: Simulation): Promise<void> {
  const { random, world } = sim;
  const day = firstDue(world, world.today);
  if (day === null || day > sim.end) return;
  const daily = { mode: "post", target: day, accounts: null } as const;
  const due = [...world.accounts()].filter((account) => isTaken(account, daily));
  const subs = due.map((account) => account.id).filter((id) => sim.subs.includes(id));
  await moveClock(sim, day);
  const deeds = random
    .shuffled(subs)
    .slice(0, random.int(1, 2))
    .flatMap((id) => [commandDeed(sim, id), ...(random.chance(0.4) ? [anyDeed(sim, id)] : [])])
    .filter((deed) => deed !== null);
  sim.note(`midnight; at once: ${deeds.map((deed) => deed.what).join("; ")}`);
  const before = sim.numbers();
  const schedulers = random.chance(0.5) ? sim.site.servers : [sim.pickServer()];
  const working = schedulers.map((server) => server.work());
  const answers = await Promise.all(
    deeds.map((deed, index) => deed.send(sim.site.servers[index % 2] ?? sim.pickServer())),
  );
  await Promise.all(working);
  await untilCaughtUp(sim);
  const runs = schedulers.map((server) => catchingUp(sim, server));
  // The first to have the time's lock does the day's work; the other finds nothing, or helps. An invoice
  // that is cancelled meanwhile makes its account due as well.
  const [run] = runs;
  if (run === undefined) return;
  const done = [...deeds, { ...run, parts: due.length + deeds.length + 3 }];
  await settle(sim, done, [...answers, null], before);
}

function* candidates(deeds: readonly Deed[]): Generator<{ order: number[]; place: Place }> {
  for (const order of mergeOrders(deeds.map((deed) => deed.parts))) {
    yield { order, place: "first" };
    // Only where a deed has parts may an account be invoiced twice in between.
    if (order.length > deeds.length) yield { order, place: "last" };
  }
}

/** Only the ledger tells whether an invoice was cancelled before a month's end was done, or after. */
async function unlikeBooks(sim: Simulation, world: World, hasParts: boolean): Promise<string[]> {
  const wrong = await stateDifferences(sim, world);
  return wrong.length > 0 || !hasParts ? wrong : ledgerDifferences(sim, world);
}

async function settle(
  sim: Simulation,
  deeds: readonly Deed[],
  answers: readonly (Answer | null)[],
  before: ReadonlyMap<string, number>,
): Promise<void> {
  const found = await readNewInvoices(sim.site.database, before);
  const done = deeds.map((deed, index) => ({ deed, answer: answers[index] ?? null }));
  let best: { depth: number; wrong: readonly string[] } = { depth: -1, wrong: [] };
  const hasParts = deeds.some(({ parts }) => parts > 1);
  let tried = 0;
  for (const { order, place } of candidates(deeds)) {
    tried += 1;
    if (tried > MOST_ORDERS) break;
    const { world, depth, wrong: unlike } = explain(sim.world, done, order, found, place);
    const wrong = unlike.length > 0 ? unlike : await unlikeBooks(sim, world, hasParts);
    if (wrong.length === 0) {
      sim.world = world;
      await bindDrafts(sim);
      return;
    }
    if (depth > best.depth) best = { depth, wrong };
  }
  throw new Violation("No order of what was done at once explains what came of it.", {
    closest: best.wrong.slice(0, 20),
    accounts: sim.describeNamed(best.wrong),
    asked: deeds.map((deed) => deed.what),
    answers: answers.map((answer) => answer && { status: answer.status, body: answer.body }),
    made: found.map((one) => ({
      account: one.account,
      number: one.number,
      ...one.row,
      lines: one.lines,
    })),
    tried,
  });
}
