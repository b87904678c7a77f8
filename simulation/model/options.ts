/** PATCH options, PATCH billing and DELETE account: what changes no plan. */
import { countries, states } from "@paymaster/contract";
import { hasSubs } from "./access.js";
import { contactOf } from "./answers.js";
import { INVALID, type Refusal, type Reply, refuse } from "./reply.js";
import { type Account, planState } from "./state.js";
import type { Body, Decided } from "./wishes.js";
import type { World } from "./world.js";

export function setOptions(_: World, account: Account, body: Body): Refusal | Decided {
  const { pay_mode: payMode, billing_auto_renew: autoRenew } = body;
  if (payMode !== undefined && payMode !== account.payMode) {
    if (planState(account) !== "free") return refuse("account_options_update", "payModeHasPlan");
    // A trial was no purchase.
    if (account.everPaid) return refuse("account_options_update", "collectionMethod");
  }
  return {
    account: {
      ...account,
      payMode: (payMode as Account["payMode"] | undefined) ?? account.payMode,
      autoRenew: (autoRenew as boolean | undefined) ?? account.autoRenew,
    },
    charges: [],
  };
}

export function changeContact(_: World, account: Account, body: Body): Refusal | Decided {
  if (account.kind === "sub" && account.payMode === "sub") {
    return refuse("account_billing_update", "selfPayMode");
  }
  if (!account.everPaid) return refuse("account_billing_update", "subscribePlanFirst");
  const contact = { ...contactOf(account), ...(body as Record<string, string>) };
  const { country = "", state = "" } = contact;
  if (body.country !== undefined && !countries.includes(country)) {
    return refuse("account_billing_update", "invalidCountry", { country });
  }
  if ((country === "US" || country === "CA") && !states.includes(state)) {
    return refuse("account_billing_update", "invalidState", { state });
  }
  return { account: { ...account, contact }, charges: [] };
}

export function disassociate(world: World, account: Account): Refusal | Reply | Decided {
  if (planState(account) === "paid") return refuse("account_disassociate", "paidAccount");
  // Accounts that it manages, and pays for, must not be left without it.
  if (hasSubs(world, account.id)) return INVALID;
  return { account: { ...account, disassociated: true }, charges: [] };
}
