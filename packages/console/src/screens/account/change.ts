/**
 * Changes of an account's plans as calls of the wire. Each is made twice: as a preview, and with an
 * Idempotency-Key for real.
 */
import type { Input, Preview, WriteOptions } from "@paymaster/client";
import { addonDetails, type FamilyName, findFamily, type Plan } from "@paymaster/contract";
import type { Wire } from "../../api/wire.js";
import type { PlanRow } from "./plan-row.js";

export type Contact = NonNullable<Input<"account_plan_create">["body"]["contact"]>;

export type PlanChange =
  | {
      readonly kind: "subscribe";
      readonly plan: Plan;
      readonly hosts: number;
      readonly contact: Contact;
    }
  | {
      readonly kind: "add";
      readonly plan: Plan;
      readonly hosts: number;
      /** Ids of countries with commas between them, for audio and phone plans. */
      readonly calloutCountries: string;
    }
  | { readonly kind: "change"; readonly row: PlanRow; readonly plan: Plan; readonly hosts: number }
  | {
      readonly kind: "cancel";
      readonly row: PlanRow;
      readonly reason: number | null;
      readonly comment: string;
    };

export async function previewChange(
  wire: Wire,
  accountId: string,
  change: PlanChange,
): Promise<Preview> {
  return (await send(wire, accountId, change, { preview: true })) as Preview;
}

export async function makeChange(
  wire: Wire,
  accountId: string,
  change: PlanChange,
  idempotencyKey: string,
): Promise<void> {
  await send(wire, accountId, change, { idempotencyKey });
}

function send(
  wire: Wire,
  accountId: string,
  change: PlanChange,
  options: WriteOptions,
): Promise<unknown> {
  switch (change.kind) {
    case "subscribe": {
      const { plan, hosts, contact } = change;
      const body = { contact, plan_base: { type: plan.type, hosts } };
      return wire.accountPlanCreate({ accountId, body }, options);
    }
    case "add":
      return wire.accountPlanAddonCreate({ accountId, body: addonBody(change) }, options);
    case "change": {
      const body = { type: change.plan.type, hosts: change.hosts };
      return change.row.role === "base"
        ? wire.accountPlanBaseUpdate({ accountId, body }, options)
        : wire.accountPlanAddonUpdate({ accountId, body }, options);
    }
    case "cancel": {
      const why = {
        action: "cancel" as const,
        ...(change.reason === null ? {} : { reason: change.reason }),
        ...(change.comment === "" ? {} : { comment: change.comment }),
      };
      return change.row.role === "base"
        ? wire.accountPlanBaseDelete({ accountId, body: why }, options)
        : wire.accountPlanAddonCancel(
            { accountId, body: { ...why, type: change.row.planType } },
            options,
          );
    }
  }
}

type AddonBody = Input<"account_plan_addon_create">["body"];

/** An add-on by itself, or (phone, contact centre, node) as the one part of its group. */
export function addonBody(change: Extract<PlanChange, { kind: "add" }>): AddonBody {
  const { plan, hosts, calloutCountries } = change;
  const family = findFamily(addonFamilyOf(plan));
  const entry = {
    type: plan.type,
    ...(family.hasHosts ? { hosts } : {}),
    ...(calloutCountries === "" ? {} : { callout_countries: calloutCountries }),
  };
  const [group, part] = (family.request ?? family.plans).path;
  if (part === undefined) return entry;
  const details = { [part]: family.request?.list === true ? [entry] : entry };
  const members: Readonly<Record<string, string>> = addonDetails["2026"];
  return { type: group, [members[group] ?? "plan_details"]: details };
}

/** The family that the plan is an add-on of. */
export function addonFamilyOf(plan: Plan): FamilyName {
  const [first] = plan.families.filter((name) => name !== "plan_base");
  return (first ?? "plan_base") as FamilyName;
}
