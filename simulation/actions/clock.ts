/** Time passes: days, months, to month ends and leap days. */
import { explain } from "../audit/explain.js";
import { readNewInvoices } from "../audit/invoices.js";
import { show, Violation } from "../audit/violation.js";
import { type Deed, wholeDeed } from "../deeds/deed.js";
import {
  addMonths,
  type Day,
  dayInMonth,
  millisecondsOf,
  monthOf,
  textOf,
} from "../model/calendar.js";
import { passTo } from "../model/passing.js";
import type { Simulation } from "../simulation.js";
import { makeFault, sendUnder } from "./fault.js";
import { finishRuns } from "./work.js";

/** The operator moves the clock; what falls due on the way is done, whatever breaks in between. */
export async function advance(sim: Simulation): Promise<void> {
  await advanceTo(sim, Math.min(sim.end, chooseDay(sim)));
}

export async function advanceTo(sim: Simulation, to: Day): Promise<void> {
  sim.note(`the clock goes to ${textOf(to)}`);
  const before = sim.numbers();
  const deed = advancing(sim, to);
  const server = sim.pickServer();
  let answer = sim.random.chance(sim.faultRate)
    ? await sendUnder(sim, server, deed, makeFault(sim.random, server))
    : await deed.send(server);
  const isWhole = answer !== null;
  if (answer === null) {
    await finishRuns(sim);
    answer = await deed.send(sim.pickServer());
  }
  await learnTime(sim);
  const found = await readNewInvoices(sim.site.database, before);
  // After a fault, only what was still to be done is counted.
  const { world, wrong } = explain(
    sim.world,
    [{ deed, answer: isWhole ? answer : null }],
    [0],
    found,
  );
  if (wrong.length > 0 || answer.status !== 200) {
    throw new Violation("The passing of time went wrong.", {
      wrong: wrong.slice(0, 20),
      answer: show(answer),
      accounts: sim.describeNamed(wrong),
    });
  }
  sim.world = world;
}

function advancing(sim: Simulation, to: Day): Deed {
  return wholeDeed({
    what: `the clock goes to ${textOf(to)}`,
    again: "as it stands",
    send: (server) => sim.admin(server, "POST", "/clock/advance", { to: textOf(to) }),
    foresee: (world, orderOf) => {
      const numbers = sim.masters.map((id) => world.lastNumber(id));
      passTo(world, to, orderOf);
      const made = sim.masters.map((id, index) => world.lastNumber(id) - (numbers[index] ?? 0));
      return {
        status: 200,
        body: {
          now: new Date(millisecondsOf(to)).toISOString(),
          invoices_posted: made.reduce((sum, count) => sum + count, 0),
        },
      };
    },
  });
}

/** Servers learn within a second where another one moved the clock; here, at once. */
async function learnTime({ site }: Simulation): Promise<void> {
  for (const server of site.servers) await server.heartbeat();
}

/** Midnight passes as on a system clock: nothing has been done about it yet. */
export async function moveClock(sim: Simulation, day: Day): Promise<void> {
  await sim.site.database.query("update clock set service_at = $1, real_at = clock_timestamp()", [
    new Date(millisecondsOf(day)),
  ]);
  await learnTime(sim);
  sim.world.today = day;
}

function chooseDay({ random, world: { today } }: Simulation): Day {
  switch (random.weighted({ tomorrow: 3, days: 5, monthEnd: 2, month: 3, months: 2, leap: 1 })) {
    case "tomorrow":
      return today + 1;
    case "days":
      return today + random.int(1, 12);
    case "monthEnd":
      return dayInMonth(monthOf(today + 1), 31);
    case "month":
      return addMonths(today, 1);
    case "months":
      return addMonths(today, random.int(2, 5)) + random.int(0, 5);
    case "leap":
      return nextLeapDay(today);
  }
}

/** 28 or 29 February, whichever comes next. */
function nextLeapDay(today: Day): Day {
  for (const day of [28, 29]) {
    const february = monthOf(today) - (monthOf(today) % 12) + 1;
    const found = dayInMonth(february, day);
    if (found > today) return found;
  }
  return today + 1;
}
