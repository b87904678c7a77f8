/** The checks that every change of plans begins with: who pays, bulk licences, VIP and trial accounts. */
import { planState } from "./items.js";
import type { AccountState } from "./state.js";

/** Failures in the order in which they are looked for; each operation has its own wording of them. */
export type AccessProblem = "self_pay" | "bulk_licenses" | "vip_or_trial";

/** A sub account that pays for itself is beyond its master's plans API. */
export function isSelfPaying(state: AccountState): boolean {
  return state.account.kind === "sub" && state.account.payMode === "sub";
}

/** The first of pay mode, bulk licences and, where the operation documents it, VIP and trial. */
export function accessProblem(
  state: AccountState,
  { checksVipAndTrial }: { readonly checksVipAndTrial: boolean },
): AccessProblem | null {
  if (isSelfPaying(state)) return "self_pay";
  if (state.account.bulkLicenses) return "bulk_licenses";
  if (!checksVipAndTrial) return null;
  return state.account.vip || planState(state.items) === "trial" ? "vip_or_trial" : null;
}
