/** Checks that all plan writes share, in the order of the billing rules; each tool has its own wording. */
import type { OperationErrorName } from "@paymaster/contract";
import { type Refusal, refuse } from "./reply.js";
import { type Account, planState } from "./state.js";
import type { World } from "./world.js";

export type PlanWriteTool =
  | "account_plan_create"
  | "account_plan_addon_create"
  | "account_plan_addon_update"
  | "account_plan_addon_cancel"
  | "account_plan_base_update"
  | "account_plan_base_delete";

/** The account if the caller reaches it: its own, or one of its subs, those of its second-level masters too. */
export function reach(world: World, caller: string, id: string): Account | undefined {
  const account = world.find(id);
  if (account === undefined || account.disassociated) return undefined;
  return [account.master, account.parent, account.id].includes(caller) ? account : undefined;
}

/** Whether it manages accounts that have not left. */
export function hasSubs(world: World, id: string): boolean {
  return [...world.accounts()].some(
    (one) => one.parent === id && one.id !== id && !one.disassociated,
  );
}

export function firstRefusal(world: World, tool: PlanWriteTool, account: Account): Refusal | null {
  if (account.kind === "sub" && account.payMode === "sub") return refuse(tool, "selfPayMode");
  if (world.get(account.parent).bulk) return refuse(tool, "bulkLicenses");
  if (tool === "account_plan_create" || tool === "account_plan_addon_create") return null;
  if (account.vip || planState(account) === "trial") {
    return refuse(tool, "vipOrTrial" satisfies OperationErrorName<typeof tool>);
  }
  return null;
}
