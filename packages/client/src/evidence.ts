/**
 * Whether a write was made whose answer was lost: for each writing operation, what to read and how to
 * tell from it. Reading says what is, not who made it so; a write of somebody else that wants the very
 * same passes for this one.
 */
import { families, findFamily, type PlanFamily } from "@paymaster/contract";
import { ApiError } from "./errors.js";
import type { WritingTool } from "./methods.js";
import {
  entriesAt,
  type HeldPlan,
  isHeldActive,
  planIn,
  plansHeld,
  recordOf,
  textOf,
} from "./plans-held.js";
import type { Answer } from "./request.js";
import type { ParameterValues } from "./url.js";

/**
 * happened: what the write asks for is there. missing: it is not, so it may be sent again. unknown: what is
 * there is neither what was asked for nor what must have been before.
 */
export type Finding =
  | {
      readonly verdict: "happened";
      /** What the write would have answered. */
      readonly data: unknown;
    }
  | { readonly verdict: "missing" | "unknown" };

/** A read of the service, by tool name. */
export type LookUp = (tool: string, input: ParameterValues) => Promise<Answer<unknown>>;

export interface LostWrite {
  readonly input: ParameterValues;
  /** Milliseconds since it was first sent. */
  readonly sinceMs: number;
}

type Judge = (write: LostWrite, lookUp: LookUp) => Promise<Finding>;

const MISSING: Finding = { verdict: "missing" };
const UNKNOWN: Finding = { verdict: "unknown" };
const DONE: Finding = { verdict: "happened", data: undefined };

/** The compiler asks for an entry when the contract gets another writing operation. */
export const evidence: Readonly<Record<WritingTool, Judge>> = {
  account_plan_create: async ({ input }, lookUp) => {
    const { contact, subscription_options, ...plans } = recordOf(input.body);
    return arePlansHeld(wantedPlans(plans, []), await plansOf(input, lookUp), plans);
  },
  account_plan_addon_create: async ({ input }, lookUp) =>
    arePlansHeld(wantedAddons(recordOf(input.body)), await plansOf(input, lookUp), undefined),
  account_plan_addon_update: async ({ input }, lookUp) =>
    isPlanAsSet(await plansOf(input, lookUp), recordOf(input.body), false),
  account_plan_base_update: async ({ input }, lookUp) => {
    const body = recordOf(input.body);
    // So many more than before: what was before is not known.
    if (body.increasing_hosts !== undefined) return UNKNOWN;
    return isPlanAsSet(await plansOf(input, lookUp), body, true);
  },
  account_plan_addon_cancel: async ({ input }, lookUp) => {
    const { type } = recordOf(input.body);
    const held = await plansOf(input, lookUp);
    return areCancelled(held.filter((plan) => plan.type === type || isOfGroup(plan, type)));
  },
  account_plan_base_delete: async ({ input }, lookUp) =>
    areCancelled((await plansOf(input, lookUp)).filter(isBase)),
  account_billing_update: async ({ input }, lookUp) => {
    const { accountId } = input;
    const { data } = await lookUp("account_billing", { accountId });
    return holds(recordOf(data), recordOf(input.body)) ? DONE : MISSING;
  },
  account_options_update: async ({ input }, lookUp) => {
    const { accountId } = input;
    const { data } = await lookUp("account", { accountId });
    return holds(recordOf(recordOf(data).options), recordOf(input.body)) ? DONE : MISSING;
  },
  account_disassociate: async ({ input }, lookUp) => {
    try {
      await lookUp("account", { accountId: input.accountId });
      return MISSING;
    } catch (error) {
      if (error instanceof ApiError && error.errorName === "accountNotFound") return DONE;
      throw error;
    }
  },
  account_create: findCreatedAccount,
};

interface WantedPlan {
  readonly family: PlanFamily | undefined;
  readonly type: string;
  readonly hosts: number | undefined;
}

function arePlansHeld(
  wanted: readonly WantedPlan[],
  held: readonly HeldPlan[],
  data: unknown,
): Finding {
  if (wanted.length === 0) return UNKNOWN;
  const findings = wanted.map(({ family, type, hosts }) => {
    const running = held.find(
      (plan) => plan.type === type && (family ?? plan.family) === plan.family && isHeldActive(plan),
    );
    if (running === undefined) return "missing";
    const isSame = hosts === undefined || running.hosts === undefined || running.hosts === hosts;
    return isSame ? "happened" : "unknown";
  });
  if (findings.every((finding) => finding === "happened")) return { verdict: "happened", data };
  // Such plans are bought all together or not at all: some of them have come about otherwise.
  return findings.every((finding) => finding === "missing") ? MISSING : UNKNOWN;
}

/** Setting type and hosts again changes nothing more, so there is no third verdict. */
function isPlanAsSet(
  held: readonly HeldPlan[],
  { type, hosts }: Readonly<Record<string, unknown>>,
  ofBase: boolean,
): Finding {
  const plan = held.find((one) => one.type === type && isBase(one) === ofBase && isHeldActive(one));
  return plan !== undefined && plan.hosts === hosts ? DONE : MISSING;
}

function areCancelled(plans: readonly HeldPlan[]): Finding {
  return plans.length > 0 && plans.every((plan) => /^cancel/i.test(plan.status ?? ""))
    ? DONE
    : MISSING;
}

function isBase({ family }: HeldPlan): boolean {
  return family === findFamily("plan_base");
}

/** `plan_phone` and `phone_type` stand for the whole phone plan. */
function isOfGroup({ family }: HeldPlan, type: unknown): boolean {
  const group = type === "phone_type" ? "plan_phone" : type;
  return family.plans.path.length === 2 && family.plans.path[0] === group;
}

async function plansOf(input: ParameterValues, lookUp: LookUp): Promise<readonly HeldPlan[]> {
  const { accountId } = input;
  return plansHeld((await lookUp("account_plans", { accountId })).data);
}

/** The plans in a body of POST plans, or in the parts of an add-on. @param prefix of their paths */
function wantedPlans(body: unknown, prefix: readonly string[]): WantedPlan[] {
  return families.flatMap((family) => {
    const path = family.request?.path;
    if (path === undefined || prefix.some((name, index) => path[index] !== name)) return [];
    const entries = entriesAt(body, path.slice(prefix.length));
    return entries.map((entry) => ({ family, ...planIn(entry) }));
  });
}

function wantedAddons(body: Readonly<Record<string, unknown>>): WantedPlan[] {
  const parts = body.plan_details ?? body.plan_zcc_details ?? body.plan_znode_details;
  if (parts !== undefined) return wantedPlans(parts, [String(body.type)]);
  return typeof body.type === "string" ? [{ family: undefined, ...planIn(body) }] : [];
}

/** Whether everything that was sent is shown. */
function holds(
  shown: Readonly<Record<string, unknown>>,
  sent: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(sent).every(
    ([name, value]) => JSON.stringify(shown[name]) === JSON.stringify(value),
  );
}

const PAGE_SIZE = 300;
/** New accounts are on the last pages. */
const MAX_PAGES = 40;
/** Between clocks, and between the service's clock and its database. */
const SLACK_MS = 60_000;

/**
 * The list is asked for the email address; where it is not filtered (2021), it is read from its end, where
 * the newest accounts are. An account that is older than the write was there before it.
 */
async function findCreatedAccount(write: LostWrite, lookUp: LookUp): Promise<Finding> {
  const email = textOf(recordOf(write.input.body).email);
  if (email === undefined) return UNKNOWN;
  const size = { email, page_size: String(PAGE_SIZE) };
  const first = await lookUp("accounts", size);
  const serviceMs = Date.parse(first.headers.get("date") ?? "");
  if (Number.isNaN(serviceMs)) return UNKNOWN;
  const sentMs = serviceMs - write.sinceMs - SLACK_MS;
  const pageCount = Number(recordOf(first.data).page_count);
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const number = pageCount - pages;
    if (number < 1 && pages > 0) return MISSING;
    const page =
      number <= 1 ? first : await lookUp("accounts", { ...size, page_number: `${number}` });
    const listed = entriesAt(page.data, ["accounts"]).map(recordOf);
    const found = listed.find((one) => isSameEmail(textOf(one.owner_email), email));
    if (found !== undefined) return judgeAccount(found, sentMs, lookUp);
    if (listed.some((one) => Date.parse(String(one.created_at)) < sentMs)) return MISSING;
  }
  return UNKNOWN;
}

function isSameEmail(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

async function judgeAccount(
  found: Readonly<Record<string, unknown>>,
  sentMs: number,
  lookUp: LookUp,
): Promise<Finding> {
  if (!(Date.parse(String(found.created_at)) >= sentMs)) return MISSING;
  const { data } = await lookUp("account", { accountId: found.id });
  const { id, owner_id, owner_email, created_at } = recordOf(data);
  return { verdict: "happened", data: { id, owner_id, owner_email, created_at } };
}
