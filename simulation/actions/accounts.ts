/** Sub accounts come. */
import { show } from "../audit/violation.js";
import { errorReply } from "../model/reply.js";
import { newAccount } from "../model/state.js";
import type { Simulation } from "../simulation.js";
import { makeFault, sendUnder } from "./fault.js";

export async function createAccount(sim: Simulation): Promise<void> {
  const { random, world } = sim;
  const masters = sim.masters.filter((id) => world.get(id).kind === "master");
  const caller = random.pick(masters);
  const known = sim.subs.map((id) => world.get(id)).filter((one) => one.master === caller);
  const taken = known.length > 0 && random.chance(0.05) ? random.pick(known).owner.email : null;
  const email = taken ?? `owner${sim.serial()}@harbor.example`;
  const autoRenew = !random.chance(0.1);
  const payMode = random.chance(0.05) ? "sub" : "master";
  const body = {
    first_name: "Sub",
    last_name: `Number ${sim.serial()}`,
    email,
    password: "Long-enough-9",
    options: { pay_mode: payMode, billing_auto_renew: autoRenew },
  } as const;
  const what = `account_create ${show(body)}`;
  sim.note(what);
  const call = { tool: "account_create", caller, account: "", body } as const;
  const headers = { "idempotency-key": `key-${sim.serial()}` };
  const deed = { what, send: (to: typeof server) => sim.wire(to, call, headers) };
  const server = sim.pickServer();
  const first = random.chance(sim.faultRate)
    ? await sendUnder(sim, server, deed, makeFault(random, server))
    : await deed.send(server);
  const answer = first ?? (await deed.send(sim.pickServer()));
  if (!world.get(caller).mayAddSubAccounts) {
    const refusal = { refused: "mayNotAddSubAccounts", params: {} };
    sim.check("account_create", errorReply("account_create", refusal, world.profile), answer);
    return;
  }
  if (taken !== null) {
    const refusal = { refused: "emailUsed", params: { email } };
    sim.check("account_create", errorReply("account_create", refusal, world.profile), answer);
    return;
  }
  sim.check("account_create", { status: 201, body: undefined }, answer);
  const { id, owner_id, created_at } = answer.body as Record<string, string>;
  if (id === undefined || owner_id === undefined || created_at === undefined) {
    throw new Error(`an account without an id: ${show(answer)}`);
  }
  world.put(
    newAccount({
      id,
      master: caller,
      kind: "sub",
      owner: { id: owner_id, email, first: body.first_name, last: body.last_name },
      name: `${body.first_name} ${body.last_name}`,
      createdAt: created_at,
      payMode,
      autoRenew,
    }),
  );
  sim.subs.push(id);
}
