/** Sending a deed while a connection breaks, or its server dies, in the middle of a transaction. */
import { Violation } from "../audit/violation.js";
import type { Deed } from "../deeds/deed.js";
import type { Random } from "../random.js";
import { arm, type Fault, untilAtRest } from "../server/faults.js";
import type { Answer } from "../server/http.js";
import type { Instance } from "../server/instance.js";
import { until } from "../server/site.js";
import type { Simulation } from "../simulation.js";

/** Short transactions, and long ones; a fault beyond the last statement does not strike. */
const STATEMENTS = [4, 8, 16, 32] as const;
const UNAVAILABLE = 503;

export function makeFault(random: Random, server: Instance): Fault {
  return {
    server: server.name,
    statement: random.int(1, random.pick(STATEMENTS)),
    moment: random.pick(["before", "during", "after"]),
    scope: random.chance(0.25) ? "server" : "connection",
  };
}

/** The answer; null: it was lost, and the servers have recovered. */
export async function sendUnder(
  sim: Simulation,
  server: Instance,
  deed: Pick<Deed, "what" | "send">,
  fault: Fault,
): Promise<Answer | null> {
  const armed = arm(fault);
  const sent = deed.send(server).catch((error: unknown) => {
    if (armed.hasStruck() && fault.scope === "server") return null;
    throw error;
  });
  if (fault.scope === "server") {
    // Whoever called a process that is gone hears nothing more.
    void armed.struck.then(() => server.http.close());
  }
  const answer = await sent;
  armed.disarm();
  if (!armed.hasStruck()) return answer;
  const { statement, moment, scope } = fault;
  sim.note(`fault: the ${scope} of ${server.name} is lost, ${moment} statement ${statement}`);
  sim.faults += 1;
  await recover(sim, server, fault);
  if (answer === null || scope === "server") return null;
  if (answer.status === UNAVAILABLE) return null;
  if (answer.status < 500) return answer;
  throw new Violation("A lost connection is answered with something else than 503.", {
    asked: deed.what,
    answer,
  });
}

async function recover(sim: Simulation, server: Instance, { scope }: Fault): Promise<void> {
  await untilAtRest(server.name);
  if (scope === "server") await server.stop();
  // A session that lost its client ends, or finishes what it was at.
  await until("PostgreSQL is done with what was lost", async () => {
    const { rows } = await sim.site.database.query(
      `select 1 from pg_stat_activity
        where application_name = $1 and datname = current_database() and state <> 'idle'`,
      [server.name],
    );
    return rows.length === 0;
  });
  if (scope === "server") await server.start();
}
