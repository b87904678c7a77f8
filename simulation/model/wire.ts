/** The wire as the model answers it: one function for every operation that the workload calls. */
import type { ToolName } from "@paymaster/contract";
import { reach } from "./access.js";
import { addAddon } from "./addon.js";
import { plansBody, usageBody } from "./answers.js";
import { cancelAddon, cancelBase } from "./cancel.js";
import { changeAddon, changeBase } from "./change.js";
import { post } from "./invoicing.js";
import { errorReply, isRefusal, type Refusal, type Reply, refuse, successReply } from "./reply.js";
import { type Account, planState } from "./state.js";
import { type Body, type Decided, subscribe } from "./subscribe.js";
import type { World } from "./world.js";

export interface WireCall {
  readonly tool: ToolName;
  /** The calling master. */
  readonly caller: string;
  readonly account: string;
  readonly body?: Body;
}

type Decide = (world: World, account: Account, body: Body) => Refusal | Decided;

const PLAN_WRITES: Readonly<Partial<Record<ToolName, Decide>>> = {
  account_plan_create: subscribe,
  account_plan_addon_create: addAddon,
  account_plan_addon_update: changeAddon,
  account_plan_addon_cancel: cancelAddon,
  account_plan_base_update: changeBase,
  account_plan_base_delete: cancelBase,
};

type Read = (world: World, account: Account) => Refusal | { readonly body: unknown };

const READS: Readonly<Partial<Record<ToolName, Read>>> = {
  account_plans: (world, account) =>
    account.kind === "sub" && account.payMode === "sub"
      ? refuse("account_plans", "selfPayMode")
      : { body: plansBody(world, account) },
  get_plan_usage: (_, account) =>
    planState(account) === "paid"
      ? { body: usageBody(account) }
      : refuse("get_plan_usage", "paidAccountOnly"),
};

/** What the server will answer; the world is changed as the command changes it. */
export function answer(world: World, call: WireCall): Reply {
  const { tool } = call;
  const account = reach(world, call.caller, call.account);
  if (account === undefined) {
    const params = { subAccountId: call.account };
    return errorReply(tool, { refused: "accountNotFound", params }, world.profile);
  }
  const read = READS[tool];
  if (read !== undefined) {
    const found = read(world, account);
    if (isRefusal(found)) return errorReply(tool, found, world.profile);
    return successReply(tool, world.profile, found.body);
  }
  const decide = PLAN_WRITES[tool];
  if (decide === undefined) throw new Error(`the model does not know ${tool}`);
  const decided = decide(world, account, call.body ?? {});
  if (isRefusal(decided)) return errorReply(tool, decided, world.profile);
  world.put(decided.account);
  post(world, account.id, decided.charges);
  return successReply(tool, world.profile, successBody(call));
}

function successBody({ tool, body }: WireCall): unknown {
  if (tool !== "account_plan_create") return null;
  const { contact, ...plans } = body ?? {};
  return plans;
}
