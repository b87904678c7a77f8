/** The wire as the model answers it: one function for every operation that the workload calls. */
import { findFamily, type ToolName } from "@paymaster/contract";
import { reach } from "./access.js";
import { addAddon, wishesOfAddon } from "./addon.js";
import {
  accountBody,
  contactBody,
  invoiceDetail,
  invoiceList,
  place,
  plansBody,
  usageBody,
} from "./answers.js";
import { addMonths, type Day, dayOf } from "./calendar.js";
import { cancelAddon, cancelBase } from "./cancel.js";
import { changeAddon, changeBase } from "./change.js";
import { post } from "./invoicing.js";
import { changeContact, disassociate, setOptions } from "./options.js";
import { AheadOfTime } from "./periods.js";
import { previewBody } from "./preview.js";
import {
  errorReply,
  INVALID,
  isRefusal,
  operatorReply,
  type Refusal,
  type Reply,
  refuse,
  successReply,
} from "./reply.js";
import { settleDue } from "./runs.js";
import { type Account, planState } from "./state.js";
import { subscribe } from "./subscribe.js";
import type { Body, Decided } from "./wishes.js";
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

type Decide = (world: World, account: Account, body: Body) => Outcome;

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
  get_plan_usage: (world, account) =>
    planState(account) === "paid"
      ? { body: usageBody(world, account) }
      : refuse("get_plan_usage", "paidAccountOnly"),
  account: (world, account) => operatorReply(200, accountBody(world, account)),
  account_billing: (world, account) =>
    paysItself(account)
      ? refuse("account_billing", "selfPayMode")
      : { body: contactBody(world, account) },
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

/** A refusal, what was decided, or the reply that says why nothing can be. */
type Outcome = Refusal | Decided | Reply;

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
  const trial = world.fork();
  if (!LEAVES_DUE.has(tool)) settleDue(trial, account.id);
  const tried = decide(trial, trial.get(account.id), call);
  if ("status" in tried) return tried;
  if (isRefusal(tried)) return errorReply(tool, tried, world.profile);
  // What fell due before is invoiced first, by itself.
  if (!LEAVES_DUE.has(tool)) settleDue(world, account.id);
  const decided = decide(world, world.get(account.id), call);
  if (!("charges" in decided)) throw new Error("a decision that changes");
  world.put(decided.account);
  post(world, account.id, decided.charges);
  return successReply(tool, world.profile, successBody(world, call));
}

/** Writes that look at nothing that falls due. */
const LEAVES_DUE: ReadonlySet<ToolName> = new Set([
  "account_billing_update",
  "account_disassociate",
]);

function decide(world: World, account: Account, { tool, body = {} }: WireCall): Outcome {
  const write = WRITES[tool];
  if (write === undefined) throw new Error(`the model does not know ${tool}`);
  try {
    return write(world, account, body);
  } catch (error) {
    if (error instanceof AheadOfTime) return INVALID;
    throw error;
  }
}

/** What a preview of the write will answer; the world stays as it is. */
export function preview(world: World, call: WireCall): Reply {
  const account = reach(world, call.caller, call.account);
  const copy = world.fork();
  if (account === undefined) return answer(copy, call);
  // What fell due by itself is invoiced before, and takes its part of the credit.
  if (!LEAVES_DUE.has(call.tool)) settleDue(copy, account.id);
  const decided = decide(copy, copy.get(account.id), call);
  if ("status" in decided) return decided;
  if (isRefusal(decided)) return errorReply(call.tool, decided, world.profile);
  copy.put(decided.account);
  const posted = post(copy, account.id, decided.charges);
  const made = copy.get(account.id).invoices.find((one) => one.number === posted?.number);
  return operatorReply(200, previewBody(copy, account.id, made ?? null));
}

function successBody({ profile }: World, { tool, body = {} }: WireCall): unknown {
  if (tool === "account_plan_addon_create" && profile === "2026") return addedBody(body);
  if (tool !== "account_plan_create") return null;
  const { contact, ...plans } = body;
  return plans;
}

/** What was added, where POST plans would have it. */
function addedBody(body: Body): unknown {
  const echo: Record<string, unknown> = {};
  for (const { family: name, type, hosts, options } of wishesOfAddon(body)) {
    const family = findFamily(name);
    const { path, list } = family.request ?? family.plans;
    if (family.shape === "code") echo[name] = type;
    else place(echo, path, list, { type, ...(hosts === null ? {} : { hosts }), ...options });
  }
  return echo;
}
