/**
 * A day comes on which something is due, and an account gets its commands before the day's bill run: what
 * fell due meets what is asked. Now and then nobody was at work for days.
 */
import { anyDeed } from "../deeds/any.js";
import { deedOf } from "../deeds/commands.js";
import type { Deed } from "../deeds/deed.js";
import type { Day } from "../model/calendar.js";
import { firstDue } from "../model/passing.js";
import { dueOf } from "../model/runs.js";
import { type Account, type Item, isRunning } from "../model/state.js";
import type { Simulation } from "../simulation.js";
import { makeCommand } from "../workload/commands.js";
import { alone } from "./alone.js";
import { advanceTo, moveClock } from "./clock.js";
import { preview } from "./reads.js";
import { tick } from "./work.js";

/** How far ahead a day is looked for on which something special happens. */
const AHEAD_DAYS = 31;
const AWAY = 0.2;
const PREVIEWED = 0.4;

export async function dueDay(sim: Simulation): Promise<void> {
  const { random } = sim;
  const day = turningDay(sim) ?? firstDue(sim.world, sim.world.today);
  if (day === null || day > sim.end) return;
  if (day - 1 > sim.world.today && !random.chance(AWAY)) await advanceTo(sim, day - 1);
  await moveClock(sim, day);
  sim.note("a day begins, and nothing has been done about it yet");
  const due = [...sim.world.accounts()].filter((one) => isOverdue(one, day));
  const subs = due.filter((one) => one.kind === "sub");
  for (const { id } of random.shuffled(subs).slice(0, random.int(1, 3))) await beset(sim, id);
  if (random.chance(0.5)) await tick(sim);
}

function isOverdue(account: Account, day: Day): boolean {
  const due = dueOf(account);
  return due !== null && due <= day;
}

/** A day soon on which a plan becomes another, loses hosts, or ends. */
function turningDay({ random, world }: Simulation): Day | null {
  const days = [...world.accounts()]
    .filter((account) => account.kind === "sub" && !account.disassociated)
    .flatMap((account) => account.items.filter((item) => turns(account, item)))
    .map((item) => item.periodEnd)
    .filter((day) => day > world.today && day <= world.today + AHEAD_DAYS);
  return days.length === 0 ? null : random.pick(days);
}

function turns({ autoRenew }: Account, item: Item): boolean {
  const ends = item.trial || item.status === "cancel" || !autoRenew;
  return isRunning(item) && (ends || item.pending !== null);
}

/** Several things are asked of one account, some of them previewed first. */
async function beset(sim: Simulation, id: string): Promise<void> {
  const { random } = sim;
  for (let count = random.int(1, 4); count > 0; count -= 1) {
    const deed = await nextDeed(sim, id);
    if (deed !== null) await alone(sim, deed);
  }
}

async function nextDeed(sim: Simulation, id: string): Promise<Deed | null> {
  if (!sim.random.chance(PREVIEWED)) return anyDeed(sim, id);
  const call = makeCommand(sim.random, sim.world, sim.taste, sim.account(id));
  await preview(sim, call);
  return deedOf(sim, call);
}
