/** The servers' background work, as their schedulers would start it. */
import { explain } from "../audit/explain.js";
import { readNewInvoices } from "../audit/invoices.js";
import { Violation } from "../audit/violation.js";
import type { Deed } from "../deeds/deed.js";
import { catchUp } from "../model/passing.js";
import type { Instance } from "../server/instance.js";
import { until } from "../server/site.js";
import type { Simulation } from "../simulation.js";

/** As the server's scheduler has it. */
const LOOKS_AGAIN_MS = 10 * 60_000;

/** A tick of one server's scheduler; on a day that is new to it, it bills what is due until today. */
export async function tick(sim: Simulation): Promise<void> {
  const server = sim.pickServer();
  sim.note(`the scheduler of ${server.name} ticks`);
  const before = sim.numbers();
  await server.heartbeat();
  await server.work();
  await untilCaughtUp(sim);
  const deed = catchingUp(sim, server);
  const found = await readNewInvoices(sim.site.database, before);
  const sequence = new Array<number>(deed.parts).fill(0);
  const { world, wrong } = explain(sim.world, [{ deed, answer: null }], sequence, found);
  if (wrong.length > 0)
    throw new Violation("The daily run went wrong.", { wrong, accounts: sim.describeNamed(wrong) });
  sim.world = world;
}

/** What a server's background work does today: nothing, where it has seen to the day already. */
export function catchingUp(sim: Simulation, server: Instance): Deed {
  const nowMs = performance.now();
  const isNewDay =
    server.checkedOn !== sim.world.today || nowMs - server.checkedAtMs > LOOKS_AGAIN_MS;
  if (isNewDay) server.checkedAtMs = nowMs;
  server.checkedOn = sim.world.today;
  return {
    what: `${server.name} catches up`,
    // The month's end, choosing the accounts, each account, and the statements.
    parts: isNewDay ? sim.subs.length + sim.masters.length + 3 : 1,
    again: "never",
    send: () => Promise.reject(new Error("nobody asks for it")),
    *foresee(world, orderOf) {
      if (isNewDay) yield* catchUp(world, orderOf(world.today));
      return { status: 0, body: undefined };
    },
  };
}

/** A server takes up bill runs that were broken off, and ends them; returns what else it saw to. */
export async function finishRuns(sim: Simulation): Promise<Deed> {
  const server = sim.pickServer();
  await server.heartbeat();
  await server.work();
  await untilCaughtUp(sim);
  return catchingUp(sim, server);
}

/**
 * No bill run goes on, and no day is lived through: a server that waits for a row that somebody else holds
 * looks at rest, and has the time's lock.
 */
export async function untilCaughtUp({ site }: Simulation): Promise<void> {
  await until("the day's work is done", async () => {
    const { rowCount } = await site.database.query(
      `select from bill_runs where status = 'running'
        union all
        select from pg_locks l join pg_database d on d.oid = l.database
          where l.locktype = 'advisory' and d.datname = current_database()`,
    );
    return rowCount === 0;
  });
}
