/** The wire as the model answers it: one function for every operation that the workload calls. */
import type { ToolName } from "@paymaster/contract";
import { reach } from "./access.js";
import { addAddon } from "./addon.js";
import {
  accountBody,
  contactBody,
  invoiceDetail,
  invoiceList,
  plansBody,
  usageBody,
} from "./answers.js";
import { addMonths, type Day, dayOf } from "./calendar.js";
import { cancelAddon, cancelBase } from "./cancel.js";
import { changeAddon, changeBase } from "./change.js";
import { post } from "./invoicing.js";
import { changeContact, disassociate, setOptions } from "./options.js";
import { previewBody } from "./preview.js";
import {
  errorReply,
  isRefusal,
  operatorReply,
  type Refusal,
  type Reply,
  refuse,
  successReply,
} from "./reply.js";
import { type Account, planState } from "./state.js";
import { type Body, type Decided, subscribe } from "./subscribe.js";
import type { World } from "./world.js";

export interface WireCall {
  readonly tool: ToolName;
  /** The calling master or regular account. */
  readonly caller: string;
  readonly account: string;
  readonly body?: Body;
  readonly query?: Readonly<Record<string, string>>;
  readonly invoice?: string;
}

type Decide = (world: World, account: Account, body: Body) => Refusal | Decided;

const WRITES: Readonly<Partial<Record<ToolName, Decide>>> = {
  account_plan_create: subscribe,
  account_plan_addon_create: addAddon,
  account_plan_addon_update: changeAddon,
  account_plan_addon_cancel: cancelAddon,
  account_plan_base_update: changeBase,
  account_plan_base_delete: cancelBase,
  account_options_update: setOptions,
  account_billing_update: changeContact,
  account_disassociate: disassociate,
};

/** Tools of which a call changes something. */
export function isWrite(tool: ToolName): boolean {
  return WRITES[tool] !== undefined;
}

type Read = (
  world: World,
  account: Account,
  call: WireCall,
) => Refusal | { readonly body: unknown } | Reply;

const READS: Readonly<Partial<Record<ToolName, Read>>> = {
  account_plans: (world, account) =>
    paysItself(account)
      ? refuse("account_plans", "selfPayMode")
      : { body: plansBody(world, account) },
  get_plan_usage: (_, account) =>
    planState(account) === "paid"
      ? { body: usageBody(account) }
      : refuse("get_plan_usage", "paidAccountOnly"),
  account: (_, account) => ({ body: accountBody(account) }),
  account_billing: (_, account) =>
    paysItself(account) ? refuse("account_billing", "selfPayMode") : { body: contactBody(account) },
  account_billing_invoices: listInvoices,
  get_account_billing_invoice: (world, account, { invoice = "" }) => {
    const found = [...account.invoices, ...account.drafts].find((one) => one.id === invoice);
    if (found === undefined) {
      return refuse("get_account_billing_invoice", "invoiceNotFound", { invoiceId: invoice });
    }
    return { body: invoiceDetail(world, found) };
  },
};

function paysItself(account: Account): boolean {
  return account.kind === "sub" && account.payMode === "sub";
}

const INVALID: Reply = {
  status: 400,
  body: { code: 300, message: "Validation Failed." },
  partial: true,
};
const DEFAULT_DAYS = 365;

/** The days asked for; null: a range that is not allowed, which is said before anything is looked up. */
function rangeOf(world: World, { query = {} }: WireCall): { from: Day; to: Day } | null {
  const earliest = addMonths(world.today, -36);
  const to = query.to === undefined ? world.today : dayOf(query.to);
  const from = query.from === undefined ? Math.max(to - DEFAULT_DAYS, earliest) : dayOf(query.from);
  const bad = Number.isNaN(from) || Number.isNaN(to) || from > to;
  return bad || addMonths(from, 12) < to || from < earliest ? null : { from, to };
}

function listInvoices(world: World, account: Account, call: WireCall): ReturnType<Read> {
  const range = rangeOf(world, call);
  if (range === null) return INVALID;
  if (!account.everPaid) {
    const params = { subAccountId: account.id };
    return refuse("account_billing_invoices", "paidAccountOnly", params);
  }
  return { body: invoiceList(world, account, range.from, range.to) };
}

/** What the server will answer; the world is changed as the command changes it. */
export function answer(world: World, call: WireCall): Reply {
  const { tool, caller } = call;
  if (tool === "account_billing_invoices" && rangeOf(world, call) === null) return INVALID;
  const account = reach(world, caller, call.account === "me" ? caller : call.account);
  if (account === undefined) {
    const params = { subAccountId: call.account };
    return errorReply(tool, { refused: "accountNotFound", params }, world.profile);
  }
  const read = READS[tool];
  if (read !== undefined) {
    const found = read(world, account, call);
    if (isRefusal(found)) return errorReply(tool, found, world.profile);
    if ("status" in found) return found;
    return successReply(tool, world.profile, found.body);
  }
  const decided = decide(world, account, call);
  if (isRefusal(decided)) return errorReply(tool, decided, world.profile);
  world.put(decided.account);
  post(world, account.id, decided.charges);
  return successReply(tool, world.profile, successBody(call));
}

function decide(world: World, account: Account, { tool, body = {} }: WireCall): Refusal | Decided {
  const write = WRITES[tool];
  if (write === undefined) throw new Error(`the model does not know ${tool}`);
  return write(world, account, body);
}

/** What a preview of the write will answer; the world stays as it is. */
export function preview(world: World, call: WireCall): Reply {
  const account = reach(world, call.caller, call.account);
  const copy = world.fork();
  if (account === undefined) return answer(copy, call);
  const decided = decide(world, account, call);
  if (isRefusal(decided)) return errorReply(call.tool, decided, world.profile);
  copy.put(decided.account);
  const posted = post(copy, account.id, decided.charges);
  const made = copy.get(account.id).invoices.find((one) => one.number === posted?.number);
  return operatorReply(200, previewBody(copy, account.id, made ?? null));
}

function successBody({ tool, body }: WireCall): unknown {
  if (tool !== "account_plan_create") return null;
  const { contact, ...plans } = body ?? {};
  return plans;
}
