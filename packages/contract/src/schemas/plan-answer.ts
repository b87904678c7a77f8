/** Answers that carry plans: GET plans, and what POST plans and POST addons say in return. */
import Type, { type TSchema, type TUnsafe } from "typebox";
import { families, type PlanFamily } from "../catalogue/families.js";
import type { WireProfile } from "../operation.js";
import { open, type Placed, placeMembers } from "./plan-parts.js";
import {
  type AddonPlans,
  type PlanOnly,
  type PlanWithHosts,
  type RequestFamily,
  requestFamilies,
} from "./plan-request.js";

/** `cancel` in 2021, `cancelled` in 2026: cancelled, and running until the paid period ends. */
export type PlanStatus = "active" | "cancel" | "cancelled" | "expired";

/** What GET plans says of every plan. Dates are `YYYY-MM-DD`. */
export interface Subscribed {
  status?: PlanStatus;
  /** First day of service of the plan as it stands. */
  service_effective_date?: string;
  /** First day that is not yet invoiced. */
  next_invoice_date?: string;
}
export interface SubscribedType extends Subscribed {
  type: string;
}
/** A plan with its licences, of which GET plans shows no status. */
export interface HeldPlan extends PlanOnly {
  hosts: number;
}
export interface SubscribedHosts extends SubscribedType {
  hosts: number;
}
export interface SubscribedCallout extends SubscribedType {
  callout_countries?: string;
}
export interface SubscribedAudio extends SubscribedCallout {
  tollfree_countries?: string;
  premium_countries?: string;
  ddi_numbers?: number;
}
export interface SubscribedBase extends SubscribedHosts {
  /** 2026 */
  active_hosts?: number;
  /** 2026, Video SDK */
  included_minutes?: number;
  /** 2026, Video SDK */
  overage_price?: number;
}

/** Answer of GET plans. A family of which nothing is held is absent. */
export interface PlansAnswer {
  plan_base?: SubscribedBase;
  plan_zoom_rooms?: SubscribedHosts;
  plan_room_connector?: SubscribedHosts;
  plan_large_meeting?: SubscribedHosts[];
  plan_webinar?: SubscribedHosts[];
  /** The plan's code itself; its status is in the three members below. */
  plan_recording?: string;
  /** Capitalised in 2021. */
  plan_recording_status?: PlanStatus | "Active" | "Cancelled" | "Expired";
  plan_recording_service_effective_date?: string;
  plan_recording_next_invoice_date?: string;
  plan_audio?: SubscribedAudio;
  plan_phone?: {
    plan_base?: SubscribedCallout;
    plan_calling?: SubscribedHosts[];
    plan_number?: SubscribedHosts[];
    plan_calling_addons?: SubscribedHosts[];
  };
  plan_zoom_events?: SubscribedHosts[];
  plan_zoom_sessions?: SubscribedHosts[];
  plan_qss?: SubscribedHosts[];
  plan_zoom_one?: SubscribedHosts[];
  plan_zoom_one_premier?: SubscribedHosts[];
  plan_zoom_one_edu_school_campus_plus?: SubscribedHosts[];
  plan_zoom_one_edu_premier?: SubscribedHosts[];
  plan_zoom_one_edu_student?: SubscribedHosts;
  plan_sdk_cmr?: PlanOnly;
  plan_whiteboard?: SubscribedHosts;
  plan_whiteboard_plus?: SubscribedHosts;
  plan_zoom_iq?: HeldPlan;
  plan_zwr?: SubscribedHosts;
  plan_ztransl?: HeldPlan;
  plan_zsched?: SubscribedHosts;
  plan_mesh?: SubscribedHosts;
  plan_workforce_management?: SubscribedHosts;
  plan_audio_us_ca?: SubscribedHosts;
  plan_visitor_management?: SubscribedHosts;
  plan_zoom_clips_plus?: SubscribedType;
  plan_partner_premier_support?: SubscribedType;
  plan_zva?: SubscribedHosts[];
  plan_united?: SubscribedHosts;
  plan_bundle?: SubscribedHosts[];
  plan_sip_trunk?: SubscribedHosts;
  plan_concurrent_meeting?: SubscribedHosts[];
  plan_zcc?: {
    plan_package_lists?: SubscribedHosts[];
    plan_usage?: SubscribedCallout;
    plan_phone_number?: SubscribedHosts[];
    plan_recording?: SubscribedType;
    plan_ai_expert_assist?: SubscribedType;
  };
  plan_znode?: {
    plan_znode_base?: SubscribedHosts;
    plan_zphybrid?: SubscribedHosts;
    plan_zmhybrid?: SubscribedHosts;
    plan_mchybrid?: SubscribedHosts;
    plan_rchybrid?: SubscribedHosts;
    plan_cmrhybrid?: SubscribedHosts;
    plan_tchybrid?: SubscribedHosts;
  };
}

/** Answer of POST plans: the plans as they were asked for, without the contact. */
export interface PlansCreated extends AddonPlans {
  plan_base: PlanWithHosts & { active_hosts?: number };
}

const type = Type.String({ description: "Code of the plan." });
const hosts = Type.Integer({ description: "Number of licences." });
const text = Type.Optional(Type.String());
const date = Type.String({ description: "`YYYY-MM-DD`" });
const optionalInteger = Type.Optional(Type.Integer());

const planStatus = {
  "2021": Type.Enum(["active", "cancel", "expired"]),
  "2026": Type.Enum(["active", "cancelled", "expired"]),
} as const;
const recordingStatus = {
  // The third is of our own: a plan that is over has no status in that generation's list.
  "2021": Type.Enum(["Active", "Cancelled", "Expired"]),
  "2026": planStatus["2026"],
} as const;

/** Members of an entry of GET plans, as far as the documents show them for the family. */
function subscribedMembers(family: PlanFamily, profile: WireProfile): Record<string, TSchema> {
  const { shape, plans } = family;
  return {
    type,
    ...(plans.hosts ? { hosts } : {}),
    ...(shape === "callout" || shape === "audio" ? { callout_countries: text } : {}),
    ...(shape === "audio" ? audioMembers : {}),
    ...(plans.status ? statusMembers[profile] : {}),
    ...(family.name === "plan_base" && profile === "2026" ? baseMembersOf2026 : {}),
  };
}

function subscribedPlan(family: PlanFamily, profile: WireProfile): Placed[] {
  const { path, list } = family.plans;
  if (family.shape === "code") return codeMembers(path, profile);
  const entry = open(subscribedMembers(family, profile));
  return [{ path, schema: list ? Type.Array(entry) : entry }];
}

const audioMembers = {
  tollfree_countries: text,
  premium_countries: text,
  ddi_numbers: optionalInteger,
};
const baseMembersOf2026 = {
  active_hosts: optionalInteger,
  included_minutes: optionalInteger,
  overage_price: Type.Optional(Type.Number()),
};
const dateMembers = {
  service_effective_date: Type.Optional(date),
  next_invoice_date: Type.Optional(date),
};
const statusMembers = {
  "2021": { status: Type.Optional(planStatus["2021"]), ...dateMembers },
  "2026": { status: Type.Optional(planStatus["2026"]), ...dateMembers },
} as const;

/** A plan that is only a code has its status and dates beside it. */
function codeMembers(path: readonly string[], profile: WireProfile): Placed[] {
  const beside = (suffix: string) => [...path.slice(0, -1), `${path.at(-1)}_${suffix}`];
  return [
    { path, schema: type },
    { path: beside("status"), schema: recordingStatus[profile] },
    { path: beside("service_effective_date"), schema: date },
    { path: beside("next_invoice_date"), schema: date },
  ];
}

function plansAnswer(profile: WireProfile): TUnsafe<PlansAnswer> {
  const placed = families.flatMap((family) => subscribedPlan(family, profile));
  return Type.Unsafe<PlansAnswer>(placeMembers(placed, open));
}

export const plansAnswerBody = {
  "2021": plansAnswer("2021"),
  "2026": plansAnswer("2026"),
} as const;

/** What the 2026 generation says of a partner's price; here nobody has a discount. */
const discount = {
  partner_sku: text,
  discount_rate: Type.Optional(Type.Number()),
  discount_percent: Type.Optional(Type.Number()),
};

/** An entry as the request has it; open, since the vendor adds members of its own. */
function echoedPlan({ shape, request }: RequestFamily, profile: WireProfile): TSchema {
  if (shape === "code") return type;
  const entry = open({
    type,
    ...(shape === "hosts" ? { hosts: optionalInteger } : {}),
    ...(shape === "callout" || shape === "audio" ? { callout_countries: text } : {}),
    ...(shape === "audio" ? audioMembers : {}),
    ...(profile === "2026" ? discount : {}),
  });
  return request.list ? Type.Array(entry) : entry;
}

function echo(profile: WireProfile, withBase: boolean): TSchema {
  const placed: Placed[] = [];
  for (const family of requestFamilies(profile)) {
    const isBase = family.name === "plan_base";
    if (isBase && !withBase) continue;
    const schema = echoedPlan(family, profile);
    placed.push({ path: family.request.path, schema, required: isBase });
  }
  return placeMembers(placed, open);
}

export const plansCreatedBody = {
  "2021": Type.Unsafe<PlansCreated>(echo("2021", true)),
  "2026": Type.Unsafe<PlansCreated>(echo("2026", true)),
} as const;

/** POST addons answers without a body in 2021. */
export const addonCreatedBody = {
  "2021": null,
  "2026": Type.Unsafe<AddonPlans>(echo("2026", false)),
} as const;
