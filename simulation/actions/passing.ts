/** Time passes: days, months, to month ends and leap days. */
import { show, Violation } from "../audit/violation.js";
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

export async function advance(sim: Simulation, latest: Day): Promise<void> {
  const to = Math.min(latest, chooseDay(sim));
  sim.note(`the clock goes to ${textOf(to)}`);
  const before = sim.numbers();
  const posted = () =>
    [...before].reduce((sum, [id, number]) => sum + sim.world.lastNumber(id) - number, 0);
  const moved = await sim.admin("POST", "/clock/advance", { to: textOf(to) });
  await sim.compareInvoices(before, (orderOf) => passTo(sim.world, to, orderOf));
  const expected = { now: new Date(millisecondsOf(to)).toISOString(), invoices_posted: posted() };
  sim.check("clock/advance", { status: 200, body: expected }, moved);
  if (moved.status !== 200) throw new Violation("The clock did not move.", { moved: show(moved) });
}

function chooseDay({ random, world: { today } }: Simulation): Day {
  switch (random.weighted({ tomorrow: 5, days: 6, monthEnd: 2, month: 2, months: 1, leap: 1 })) {
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

/** 28 or 29 February or 1 March, whichever comes next. */
function nextLeapDay(today: Day): Day {
  for (const day of [28, 29]) {
    const february = monthOf(today) - (monthOf(today) % 12) + 1;
    const found = dayInMonth(february, day);
    if (found > today) return found;
  }
  return today + 1;
}
