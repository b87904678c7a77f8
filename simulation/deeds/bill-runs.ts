/** Bill runs that an operator asks for. */
import { setTimeout as sleep } from "node:timers/promises";
import { show } from "../audit/violation.js";
import { textOf } from "../model/calendar.js";
import { majorOf, sum } from "../model/money.js";
import { operatorRefusal, operatorReply } from "../model/reply.js";
import { type Mode, mayRun, type RunWish, run } from "../model/runs.js";
import type { Answer } from "../server/http.js";
import type { Instance } from "../server/instance.js";
import type { Simulation } from "../simulation.js";
import type { Deed } from "./deed.js";
import { bindDrafts } from "./drafts.js";

const POLL_MS = 20;

/** Of a random kind, for all accounts or for some. */
export function billRunDeed(sim: Simulation): Deed {
  const { random, world } = sim;
  const mode: Mode = random.weighted({ post: 2, draft: 3, preview: 2 });
  const ahead = mode === "post" ? random.int(-20, random.chance(0.1) ? 3 : 0) : random.int(-5, 370);
  return runDeed(sim, {
    mode,
    target: world.today + ahead,
    accounts: random.chance(0.7) ? random.shuffled(sim.subs).slice(0, random.int(1, 4)) : null,
  });
}

export function runDeed(sim: Simulation, wish: RunWish): Deed {
  const { mode, target, accounts } = wish;
  const body = {
    mode,
    target_date: textOf(target),
    ...(accounts === null ? {} : { account_ids: accounts }),
  };
  const named = accounts?.length ?? sim.subs.length + sim.masters.length;
  return {
    what: `bill run ${show(body)}`,
    // Choosing the accounts, each account, and the statements.
    parts: named + 2,
    again: "never",
    send: async (server) => ended(sim, server, await sim.admin(server, "POST", "/bill-runs", body)),
    *foresee(current, orderOf) {
      if (!mayRun(current, wish)) return operatorRefusal("bad");
      const { invoices, total } = yield* run(current, wish, orderOf(current.today));
      return operatorReply(201, {
        target_date: body.target_date,
        mode,
        status: "done",
        accounts_total: total,
        accounts_done: total,
        accounts_failed: 0,
        invoices: invoices.length,
        total: majorOf(sum(invoices.map((one) => one.total))),
      });
    },
    ...(mode === "draft" ? { after: bindDrafts } : {}),
  };
}

/** A run that takes its time is answered before it is over, and asked for until it is. */
async function ended(sim: Simulation, server: Instance, answer: Answer): Promise<Answer> {
  if (answer.status !== 201) return answer;
  let run = answer.body as { readonly id: string; readonly status: string };
  while (run.status === "running") {
    await sleep(POLL_MS);
    run = (await sim.admin(server, "GET", `/bill-runs/${run.id}`)).body as typeof run;
  }
  return { ...answer, body: run };
}
