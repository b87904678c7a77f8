/** Random reads, with ranges that are allowed and ranges that are not. */
import { textOf } from "../model/calendar.js";
import type { Account } from "../model/state.js";
import type { WireCall } from "../model/wire.js";
import type { World } from "../model/world.js";
import type { Random } from "../random.js";
import { callerFor } from "./callers.js";

export function makeRead(random: Random, world: World, account: Account): WireCall {
  const target = { caller: callerFor(random, world, account), account: account.id };
  const tool = random.weighted({
    account_plans: 3,
    get_plan_usage: 3,
    account_billing_invoices: 3,
    get_account_billing_invoice: 3,
    account_billing: 1,
    account: 1,
  });
  if (tool === "account_billing_invoices" && random.chance(0.6)) {
    return { tool, ...target, query: makeRange(random, world) };
  }
  if (tool === "get_account_billing_invoice") {
    const known = [...account.invoices, ...account.drafts];
    const wrong = known.length === 0 || random.chance(0.05);
    return { tool, ...target, invoice: wrong ? "0".repeat(32) : random.pick(known).id };
  }
  return { tool, ...target };
}

function makeRange(random: Random, world: World): Record<string, string> {
  const from = world.today - random.int(0, 1_200);
  const to = from + random.int(-10, 380);
  return random.pick([
    { from: textOf(from), to: textOf(to) },
    { from: textOf(from) },
    { to: textOf(to) },
  ]);
}
