/** Random flags; those that refuse things are taken back sooner than they are set. */
import type { Flag } from "../model/flags.js";
import type { Account } from "../model/state.js";
import type { Random } from "../random.js";

export function makeFlag(random: Random, account: Account): Flag {
  const isMaster = account.kind !== "sub";
  const manages = isMaster || account.reseller;
  if (account.vip) return { vip: false };
  if (account.bulk) return { bulk_licenses: false };
  if (!account.mayAddSubAccounts) return { may_add_sub_accounts: true };
  const name = random.weighted({
    vip: isMaster ? 0 : 1,
    reseller: isMaster ? 0.1 : account.hasKey ? 6 : 0.2,
    bulk_licenses: manages ? 1 : 0,
    may_add_sub_accounts: manages ? 1 : 0,
    payment_term_days: 2,
    tax_exempt: 2,
    consolidated_statements: manages ? 4 : 0,
  });
  switch (name) {
    case "payment_term_days":
      return { payment_term_days: random.pick([0, 14, 30, 60, 365]) };
    case "may_add_sub_accounts":
      return { may_add_sub_accounts: false };
    case "reseller":
      return { reseller: !account.reseller };
    case "tax_exempt":
      return { tax_exempt: !account.taxExempt };
    case "consolidated_statements":
      return { consolidated_statements: !account.statements };
    default:
      return { [name]: true };
  }
}
