/**
 * From what an account has to what it is to have: the writes, in the order in which they are safe. Pure.
 *
 * More of the base comes before the add-ons that rest on it, and less of it after all of theirs: the hosts
 * of an add-on may not exceed the base plan's at any moment. Reductions and cancellations come last.
 */
import { type HeldPlan, isHeldActive } from "@paymaster/client";
import { findFamily, findPlan, type PlanFamily } from "@paymaster/contract";
import { addOnFamily } from "./check.js";
import type { DesiredAccount, DesiredPlan } from "./desired.js";

export type StepTool =
  | "account_plan_create"
  | "account_plan_base_update"
  | "account_plan_base_delete"
  | "account_plan_addon_create"
  | "account_plan_addon_update"
  | "account_plan_addon_cancel";

export interface Holding {
  readonly type: string;
  readonly hosts: number | undefined;
}

export interface StepChange {
  readonly role: "base" | "add-on";
  /** undefined: it is bought. */
  readonly from: Holding | undefined;
  /** undefined: it is cancelled. */
  readonly to: Holding | undefined;
  /** Whether a cancelled plan that still runs is taken back. */
  readonly isResumed: boolean;
}

/** One write. */
export interface Step {
  readonly tool: StepTool;
  readonly body: Readonly<Record<string, unknown>>;
  /** What it changes: more than one where the API takes them together. */
  readonly changes: readonly StepChange[];
}

/**
 * A change that the service has accepted and carries out at the end of the paid period: until then GET
 * plans shows the plan as it was.
 */
export interface Scheduled {
  readonly family: string;
  /** What GET plans shows meanwhile. */
  readonly shown: Holding;
  readonly nextInvoiceDate: string | undefined;
  /** null: it ends. */
  readonly to: Holding | null;
}

/** Orders the phases of an account's writes: what gives something up comes after all else. */
const PHASES = ["base up", "add", "add-on up", "add-on down", "cancel", "base down"] as const;
type Phase = (typeof PHASES)[number];
interface Placed {
  readonly phase: Phase;
  readonly step: Step;
}

export function planSteps(
  desired: Pick<DesiredAccount, "base" | "addOns" | "contact">,
  held: readonly HeldPlan[],
  scheduled: readonly Scheduled[] = [],
): readonly Step[] {
  const running = held.filter((plan) => !isOver(plan));
  const isNew = (plan: HeldPlan) => findPlan(plan.type)?.interval === "trial";
  const base = running.find((plan) => plan.family.name === "plan_base" && !isNew(plan));
  const addOns = running.filter((plan) => plan.family.name !== "plan_base");
  if (desired.base === null) return cancelAll(base, addOns, scheduled);
  if (base === undefined) return subscribe(desired.base, desired);
  const placed = [
    ...changeBase(desired.base, base, desired, scheduled),
    ...changeAddOns(desired.addOns, addOns, scheduled),
  ];
  return PHASES.flatMap((phase) =>
    placed.filter((one) => one.phase === phase).map(({ step }) => step),
  );
}

function isOver({ status }: HeldPlan): boolean {
  return /^expired$/i.test(status ?? "");
}

/** The first purchase: what the API takes in one request is bought by one, whole or not at all. */
function subscribe(
  base: DesiredPlan,
  desired: Pick<DesiredAccount, "addOns" | "contact">,
): readonly Step[] {
  const { contact, addOns } = desired;
  const body: Record<string, unknown> = contact === undefined ? {} : { contact };
  const together = addOns.filter((plan) => familyOf(plan).request?.since === "2021");
  const later = addOns.filter((plan) => !together.includes(plan));
  body.plan_base = entryOf(base, undefined);
  for (const plan of together) putAt(body, familyOf(plan), entryOf(plan, familyOf(plan)));
  const first: Step = {
    tool: "account_plan_create",
    body,
    changes: [bought("base", base), ...together.map((plan) => bought("add-on", plan))],
  };
  return [first, ...addTogether(later)];
}

function changeBase(
  wanted: DesiredPlan,
  held: HeldPlan,
  { contact }: Pick<DesiredAccount, "contact">,
  scheduled: readonly Scheduled[],
): readonly Placed[] {
  if (!isHeldActive(held)) return resumeBase(wanted, held, contact);
  if (isAsWanted(wanted, held, scheduled)) return [];
  const isLess = (wanted.hosts ?? 0) < (held.hosts ?? 0);
  const step = change("account_plan_base_update", "base", held, wanted);
  return [{ phase: isLess ? "base down" : "base up", step }];
}

/** A cancelled plan is taken back by subscribing to it again; only then can it become another one. */
function resumeBase(
  wanted: DesiredPlan,
  held: HeldPlan,
  contact: DesiredAccount["contact"],
): readonly Placed[] {
  const hosts = wanted.type === held.type ? wanted.hosts : held.hosts;
  const again = { type: held.type, hosts };
  const body = { ...(contact === undefined ? {} : { contact }), plan_base: again };
  const changes: StepChange[] = [{ role: "base", from: held, to: again, isResumed: true }];
  const placed: Placed[] = [
    { phase: "base up", step: { tool: "account_plan_create", body, changes } },
  ];
  if (wanted.type !== held.type) {
    const step = change("account_plan_base_update", "base", again, wanted);
    const isLess = (wanted.hosts ?? 0) < (held.hosts ?? 0);
    placed.push({ phase: isLess ? "base down" : "base up", step });
  }
  return placed;
}

function changeAddOns(
  wanted: readonly DesiredPlan[],
  held: readonly HeldPlan[],
  scheduled: readonly Scheduled[],
): readonly Placed[] {
  const placed: Placed[] = [];
  const missing: DesiredPlan[] = [];
  const kept = new Set<HeldPlan>();
  for (const plan of wanted) {
    const counterpart = counterpartOf(plan, held);
    if (counterpart === undefined) missing.push(plan);
    else {
      kept.add(counterpart);
      if (!isHeldActive(counterpart)) placed.push(...resumeAddOn(plan, counterpart));
      else if (!isAsWanted(plan, counterpart, scheduled)) {
        const isLess = (plan.hosts ?? 0) < (counterpart.hosts ?? 0);
        const step = change("account_plan_addon_update", "add-on", counterpart, plan);
        placed.push({ phase: isLess ? "add-on down" : "add-on up", step });
      }
    }
  }
  for (const step of addTogether(missing)) placed.push({ phase: "add", step });
  const unwanted = held.filter(
    (plan) => !kept.has(plan) && isHeldActive(plan) && pendingOf(plan, scheduled)?.to !== null,
  );
  for (const step of cancelAddOns(unwanted)) placed.push({ phase: "cancel", step });
  return placed;
}

/** The plan held that is to become the wanted one: of a family that holds one plan, whatever it is. */
function counterpartOf(plan: DesiredPlan, held: readonly HeldPlan[]): HeldPlan | undefined {
  const family = familyOf(plan);
  const same = held.find((one) => one.type === plan.type && one.family.name === family.name);
  if (same !== undefined || family.many) return same;
  return held.find((one) => one.family.name === family.name);
}

/** As with the base plan: a cancelled one is taken back first. */
function resumeAddOn(plan: DesiredPlan, held: HeldPlan): readonly Placed[] {
  const again = plan.type === held.type ? plan : { ...plan, type: held.type, hosts: held.hosts };
  const placed = addTogether([again]).map((step): Placed => {
    const changes = [{ role: "add-on", from: held, to: again, isResumed: true }] as const;
    return { phase: "add", step: { ...step, changes } };
  });
  if (again === plan) return placed;
  const step = change("account_plan_addon_update", "add-on", again, plan);
  return [...placed, { phase: "add-on up", step }];
}

function cancelAll(
  base: HeldPlan | undefined,
  addOns: readonly HeldPlan[],
  scheduled: readonly Scheduled[],
): readonly Step[] {
  const ends = (plan: HeldPlan) => pendingOf(plan, scheduled)?.to === null;
  const steps = [...cancelAddOns(addOns.filter((plan) => isHeldActive(plan) && !ends(plan)))];
  if (base !== undefined && isHeldActive(base)) {
    steps.push({
      tool: "account_plan_base_delete",
      body: { action: "cancel" },
      changes: [{ role: "base", from: base, to: undefined, isResumed: false }],
    });
  }
  return steps;
}

/** Parts of a phone plan fall with its base: one request names the whole group. */
function cancelAddOns(plans: readonly HeldPlan[]): readonly Step[] {
  const groups = new Set(
    plans.flatMap(({ family }) => (family.name === "plan_phone.plan_base" ? ["plan_phone"] : [])),
  );
  const isInGroup = ({ family }: HeldPlan) => groups.has(family.plans.path[0]);
  const whole = Array.from(groups, (group): Step => {
    const parts = plans.filter(({ family }) => family.plans.path[0] === group);
    return cancellation(group, parts);
  });
  const single = plans.filter((plan) => !isInGroup(plan));
  return [...single.map((plan) => cancellation(plan.type, [plan])), ...whole];
}

function cancellation(type: string, plans: readonly HeldPlan[]): Step {
  return {
    tool: "account_plan_addon_cancel",
    body: { action: "cancel", type },
    changes: plans.map((from) => ({ role: "add-on", from, to: undefined, isResumed: false })),
  };
}

/** Parts of one group (phone, contact centre, node) are bought together, everything else by itself. */
function addTogether(plans: readonly DesiredPlan[]): readonly Step[] {
  return Array.from(groupBy(plans), ([group, parts]): Step => {
    const changes = parts.map((plan) => bought("add-on", plan));
    if (group.startsWith("type ")) {
      const [plan] = parts;
      const body = plan === undefined ? {} : { type: plan.type, ...hostsOf(plan), ...plan.options };
      return { tool: "account_plan_addon_create", body, changes };
    }
    const details: Record<string, unknown> = {};
    for (const plan of parts) putAt(details, familyOf(plan), entryOf(plan, familyOf(plan)), 1);
    const member = group === "plan_phone" ? "plan_details" : `${group}_details`;
    return { tool: "account_plan_addon_create", body: { type: group, [member]: details }, changes };
  });
}

function groupBy(plans: readonly DesiredPlan[]): ReadonlyMap<string, DesiredPlan[]> {
  const groups = new Map<string, DesiredPlan[]>();
  for (const plan of plans) {
    const { path } = familyOf(plan).plans;
    const group = path.length === 2 ? path[0] : `type ${plan.type}`;
    groups.set(group, [...(groups.get(group) ?? []), plan]);
  }
  return groups;
}

function change(tool: StepTool, role: StepChange["role"], from: Holding, to: DesiredPlan): Step {
  const body = { type: to.type, hosts: to.hosts ?? 1 };
  return { tool, body, changes: [{ role, from, to, isResumed: false }] };
}

function bought(role: StepChange["role"], to: DesiredPlan): StepChange {
  return { role, from: undefined, to, isResumed: false };
}

function isAsWanted(wanted: DesiredPlan, held: HeldPlan, scheduled: readonly Scheduled[]): boolean {
  const pending = pendingOf(held, scheduled);
  const future = pending === undefined ? held : pending.to;
  if (future === null || future.type !== wanted.type) return false;
  return held.hosts === undefined || future.hosts === wanted.hosts;
}

function pendingOf(held: HeldPlan, scheduled: readonly Scheduled[]): Scheduled | undefined {
  return scheduled.find((one) => one.family === held.family.name && isShown(one, held));
}

/** The plan is still shown as it was when the change was accepted: its period has not ended. */
function isShown({ shown, nextInvoiceDate }: Scheduled, held: HeldPlan): boolean {
  return (
    shown.type === held.type &&
    shown.hosts === held.hosts &&
    nextInvoiceDate === held.nextInvoiceDate
  );
}

function familyOf({ type }: Pick<DesiredPlan, "type">): PlanFamily {
  const family = findFamily(addOnFamily(type));
  if (family === undefined) throw new Error(`no family for ${type}`);
  return family;
}

function hostsOf({ hosts }: Holding): { hosts?: number } {
  return hosts === undefined ? {} : { hosts };
}

/** @param family undefined: the base plan's */
function entryOf(plan: DesiredPlan, family: PlanFamily | undefined): unknown {
  if (family?.shape === "code") return plan.type;
  return { type: plan.type, ...hostsOf(plan), ...plan.options };
}

/** @param depth of the path's members that the body stands for already */
function putAt(body: Record<string, unknown>, family: PlanFamily, entry: unknown, depth = 0): void {
  const place = family.request;
  if (place === null) return;
  const path = place.path.slice(depth);
  const last = path.at(-1) ?? family.name;
  let target = body;
  for (const name of path.slice(0, -1)) {
    target[name] ??= {};
    target = target[name] as Record<string, unknown>;
  }
  if (place.list) target[last] = [...((target[last] as unknown[] | undefined) ?? []), entry];
  else target[last] = entry;
}

/** What the service has accepted, though GET plans shows the plans as they were. */
export function scheduledBy(step: Step, heldAfter: readonly HeldPlan[]): readonly Scheduled[] {
  return step.changes.flatMap(({ from, to }) => {
    if (from === undefined || (to !== undefined && isMore(from, to))) return [];
    const shown = heldAfter.find(
      (plan) => plan.type === from.type && plan.hosts === from.hosts && isHeldActive(plan),
    );
    if (shown === undefined) return [];
    const { type, hosts, family, nextInvoiceDate } = shown;
    const target = to === undefined ? null : { type: to.type, hosts: to.hosts };
    return [{ family: family.name, shown: { type, hosts }, nextInvoiceDate, to: target }];
  });
}

/** More licences of the same plan are there at once, or not at all. */
function isMore(from: Holding, to: Holding): boolean {
  return from.type === to.type && (to.hosts ?? 0) > (from.hosts ?? 0);
}
