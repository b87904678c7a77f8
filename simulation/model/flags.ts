/** What the operator sets on an account. */
import { hasSubs } from "./access.js";
import { operatorRefusal, type Reply } from "./reply.js";
import type { Account } from "./state.js";
import type { World } from "./world.js";

/** Members of the operator's API, and of the model. */
const MEMBERS = {
  vip: "vip",
  bulk_licenses: "bulk",
  may_add_sub_accounts: "mayAddSubAccounts",
  reseller: "reseller",
  payment_term_days: "termDays",
  tax_exempt: "taxExempt",
  consolidated_statements: "statements",
} as const satisfies Readonly<Record<string, keyof Account>>;

export type FlagName = keyof typeof MEMBERS;
export type Flag = Readonly<Partial<Record<FlagName, boolean | number>>>;

/** A master's own sub account may become a second-level master; it stays one while it has accounts. */
function mayBecome(world: World, account: Account, reseller: boolean): boolean {
  if (account.kind !== "sub" || account.parent !== account.master) return false;
  return reseller || !hasSubs(world, account.id);
}

export function setFlag(world: World, id: string, flag: Flag): Reply {
  const account = world.find(id);
  if (account === undefined || account.disassociated) return operatorRefusal("unknown");
  if (flag.reseller !== undefined && !mayBecome(world, account, flag.reseller === true)) {
    return operatorRefusal("bad");
  }
  const changes = Object.entries(flag).map(([name, value]) => [MEMBERS[name as FlagName], value]);
  world.change(id, Object.fromEntries(changes));
  return { status: 200, body: flag, partial: true };
}
