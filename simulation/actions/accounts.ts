/** Sub accounts come: of masters, and of those of the second level. */
import { commonErrors } from "@paymaster/contract";
import { show } from "../audit/violation.js";
import { setFlagDeed } from "../deeds/operator.js";
import { errorReply, INVALID, type Reply, wireReply } from "../model/reply.js";
import { type Account, newAccount } from "../model/state.js";
import type { World } from "../model/world.js";
import type { Simulation } from "../simulation.js";
import { alone } from "./alone.js";
import { makeFault, sendUnder } from "./fault.js";

/** Some get keys of their own: a second-level master needs one. */
const KEYED = 0.4;

export async function createAccount(sim: Simulation): Promise<void> {
  const { random, world } = sim;
  const caller = random.pick(callersOf(world, random.chance(0.05)));
  const { body, parent } = makeWish(sim, caller);
  const what = `account_create by ${caller.id} ${show(body)}`;
  sim.note(what);
  const call = { tool: "account_create", caller: caller.id, account: "", body } as const;
  const headers = { "idempotency-key": `key-${sim.serial()}` };
  const deed = { what, send: (to: typeof server) => sim.wire(to, call, headers) };
  const server = sim.pickServer();
  const first = random.chance(sim.faultRate)
    ? await sendUnder(sim, server, deed, makeFault(random, server))
    : await deed.send(server);
  const answer = first ?? (await deed.send(sim.pickServer()));
  const refusal = refusalOf(world, caller, body.email, parent);
  sim.check("account_create", refusal ?? { status: 201, body: undefined }, answer);
  if (refusal !== null) return;
  const { id, owner_id, created_at } = answer.body as Record<string, string>;
  if (id === undefined || owner_id === undefined || created_at === undefined) {
    throw new Error(`an account without an id: ${show(answer)}`);
  }
  world.put(
    newAccount({
      id,
      master: caller.master,
      parent,
      kind: "sub",
      owner: { id: owner_id, email: body.email, first: body.first_name, last: body.last_name },
      name: `${body.first_name} ${body.last_name}`,
      createdAt: created_at,
      payMode: body.options.pay_mode,
      autoRenew: body.options.billing_auto_renew,
    }),
  );
  sim.subs.push(id);
  if (random.chance(KEYED)) await sim.giveKey(id);
}

/** Some of the accounts that have keys become second-level masters. */
export async function makeResellers(sim: Simulation): Promise<void> {
  for (const id of sim.subs) {
    if (!sim.account(id).hasKey || sim.account(id).reseller || !sim.random.chance(0.7)) continue;
    await alone(sim, setFlagDeed(sim, id, { reseller: true }));
  }
}

/** Masters of both levels; `others`: accounts that call and are none. */
function callersOf(world: World, others: boolean): Account[] {
  const calling = [...world.accounts()].filter(
    ({ kind, hasKey, disassociated }) => (kind !== "sub" || hasKey) && !disassociated,
  );
  const masters = calling.filter(isMaster);
  return others && masters.length < calling.length
    ? calling.filter((one) => !isMaster(one))
    : masters;
}

function isMaster({ kind, reseller }: Account): boolean {
  return kind === "master" || reseller;
}

/** The request, and whose the account is to be. */
function makeWish(sim: Simulation, { id: caller, master }: Account) {
  const { random, world } = sim;
  const known = sim.subs.map((id) => world.get(id)).filter((one) => one.master === master);
  const taken = known.length > 0 && random.chance(0.05) ? random.pick(known).owner.email : null;
  // Since 2026 a master may say to which of its second-level masters the account is to belong.
  const names = world.profile === "2026" && known.length > 0 && random.chance(0.15);
  const resellers = known.filter((one) => one.reseller);
  const named = random.chance(0.9) && resellers.length > 0 ? resellers : known;
  const parent = names ? random.pick(named).id : caller;
  const body = {
    first_name: "Sub",
    last_name: `Number ${sim.serial()}`,
    email: taken ?? `owner${sim.serial()}@harbor.example`,
    password: "Long-enough-9",
    options: {
      pay_mode: random.chance(0.05) ? "sub" : "master",
      billing_auto_renew: !random.chance(0.1),
    },
    ...(names ? { sub_reseller_id: parent } : {}),
  } as const;
  return { body, parent };
}

function refusalOf(world: World, caller: Account, email: string, parent: string): Reply | null {
  const tool = "account_create";
  const refuse = (refused: string, params = {}) =>
    errorReply(tool, { refused, params }, world.profile);
  if (!isMaster(caller)) return wireReply(commonErrors.notAllowed, world.profile);
  if (!caller.mayAddSubAccounts) return refuse("mayNotAddSubAccounts");
  const isTaken = [...world.accounts()].some(
    (one) => one.master === caller.master && one.owner.email === email,
  );
  if (isTaken) return refuse("emailUsed", { email });
  if (parent === caller.id) return null;
  const named = world.get(parent);
  const isReached = [named.master, named.parent].includes(caller.id) && !named.disassociated;
  return named.reseller && isReached ? null : INVALID;
}
