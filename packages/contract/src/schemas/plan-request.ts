/** Body of POST plans: the plans of each family where the families table puts them. */
import Type, { type TSchema, type TUnsafe } from "typebox";
import { type FamilyPlace, families, type PlanFamily } from "../catalogue/families.js";
import type { WireProfile } from "../operation.js";
import { contactMembers, TEXT_LENGTH } from "./contact.js";
import {
  closed,
  countryList,
  ddiNumbers,
  hosts,
  listOf,
  type Placed,
  paidPeriodStartDate,
  placeMembers,
  planType,
  serviceEffectiveDate,
} from "./plan-parts.js";

/** A plan with a number of licences. */
export interface PlanWithHosts {
  type: string;
  hosts?: number;
}
export interface PlanOnly {
  type: string;
}
export interface PlanWithCallout {
  type: string;
  callout_countries?: string;
}
export interface AudioPlan {
  type: string;
  tollfree_countries?: string;
  premium_countries?: string;
  callout_countries?: string;
  ddi_numbers?: number;
}

/** Every member is needed in practice; a missing one is a documented error, not one of the schema. */
export interface BillingContact {
  first_name?: string;
  last_name?: string;
  email?: string;
  phone_number?: string;
  address?: string;
  apt?: string;
  city?: string;
  state?: string;
  zip?: string;
  country?: string;
  /** 2026 */
  employee_count?: string;
}

/** 2026 */
export interface SubscriptionOptions {
  paid_period_start_date?: string;
  service_effective_date?: string;
  purchase_order_number?: string;
  deal_registration_id?: string;
  contract_term?: number;
}

export interface PhonePlans {
  plan_base?: PlanWithCallout;
  plan_calling?: PlanWithHosts[];
  plan_number?: PlanWithHosts[];
  /** 2026 */
  plan_calling_addons?: PlanWithHosts[];
}

export interface ContactCenterPlans {
  plan_package_list?: PlanWithHosts[];
  plan_usage?: PlanWithCallout;
  plan_phone_number?: PlanWithHosts[];
  plan_recording?: PlanOnly;
  plan_ai_expert_assist?: PlanWithHosts;
}

export interface NodePlans {
  plan_znode_base?: PlanWithHosts;
  plan_zphybrid?: PlanWithHosts;
  plan_zmhybrid?: PlanWithHosts;
  plan_mchybrid?: PlanWithHosts;
  plan_rchybrid?: PlanWithHosts;
  plan_cmrhybrid?: PlanWithHosts;
  plan_tchybrid?: PlanWithHosts;
}

/** The plans that may be bought together with a base plan. */
export interface AddonPlans {
  plan_zoom_rooms?: PlanWithHosts;
  plan_room_connector?: PlanWithHosts;
  plan_large_meeting?: PlanWithHosts[];
  plan_webinar?: PlanWithHosts[];
  /** The plan's code itself. */
  plan_recording?: string;
  plan_audio?: AudioPlan;
  plan_phone?: PhonePlans;
  // The 2026 generation:
  plan_zoom_events?: PlanWithHosts[];
  plan_zoom_one?: PlanWithHosts[];
  plan_zoom_one_premier?: PlanWithHosts[];
  plan_zoom_one_edu_school_campus_plus?: PlanWithHosts[];
  plan_zoom_one_edu_premier?: PlanWithHosts[];
  plan_zoom_one_edu_student?: PlanWithHosts;
  plan_sdk_cmr?: PlanWithHosts;
  plan_whiteboard?: PlanWithHosts;
  plan_whiteboard_plus?: PlanWithHosts;
  plan_zoom_iq?: PlanWithHosts;
  plan_zwr?: PlanWithHosts;
  plan_ztransl?: PlanWithHosts;
  plan_zsched?: PlanWithHosts;
  plan_mesh?: PlanWithHosts;
  plan_workforce_management?: PlanWithHosts;
  plan_audio_us_ca?: PlanWithHosts;
  plan_visitor_management?: PlanWithHosts;
  plan_zoom_clips_plus?: PlanWithHosts;
  plan_partner_premier_support?: PlanOnly;
  plan_bundle?: PlanWithHosts[];
  plan_zcc?: ContactCenterPlans;
  plan_znode?: NodePlans;
}

/** Body of POST plans, of both generations: 2021 refuses the members that came later. */
export interface PlansRequest extends AddonPlans {
  contact?: BillingContact;
  /** `hosts` is required in 2021; `active_hosts` came in 2026. */
  plan_base: PlanWithHosts & { active_hosts?: number };
  subscription_options?: SubscriptionOptions;
}

const text = Type.String({ maxLength: TEXT_LENGTH });

/** Optional with optional members in both generations: 2100 "Invalid parameter" names what is missing. */
const contact = {
  "2021": closed(contactMembers),
  "2026": closed({ ...contactMembers, employee_count: Type.Optional(text) }),
} as const;

const subscriptionOptions = closed({
  paid_period_start_date: Type.Optional(paidPeriodStartDate),
  service_effective_date: Type.Optional(serviceEffectiveDate),
  purchase_order_number: Type.Optional(text),
  deal_registration_id: Type.Optional(text),
  contract_term: Type.Optional(
    Type.Integer({ description: "Months: 1, 12, 24, 36, 48, 60, 72, 84, 96, 108 or 120." }),
  ),
});

const SHAPES: Readonly<Record<PlanFamily["shape"], TSchema>> = {
  // Without a number the documented error for it answers.
  hosts: closed({ type: planType, hosts: Type.Optional(hosts) }),
  type: closed({ type: planType }),
  code: planType,
  audio: closed({
    type: planType,
    tollfree_countries: Type.Optional(countryList),
    premium_countries: Type.Optional(countryList),
    callout_countries: Type.Optional(countryList),
    ddi_numbers: Type.Optional(ddiNumbers),
  }),
  callout: closed({ type: planType, callout_countries: Type.Optional(countryList) }),
};

const baseOf2026 = closed({
  type: planType,
  hosts: Type.Optional(hosts),
  active_hosts: Type.Optional(Type.Integer({ description: "Hosts that may be active." })),
});

/** A family that POST plans takes. */
export type RequestFamily = PlanFamily & { readonly request: FamilyPlace };

/** One family's plan, or list of plans, as a request carries it. */
function requestedPlan(family: RequestFamily): TSchema {
  const entry = SHAPES[family.shape];
  return family.request.list ? listOf(entry) : entry;
}

/** Families that POST plans takes in a generation. */
export function requestFamilies(profile: WireProfile): readonly RequestFamily[] {
  return families.flatMap((one) =>
    one.request !== null && one.request.since <= profile ? [{ ...one, request: one.request }] : [],
  );
}

function plansRequest(profile: WireProfile): TUnsafe<PlansRequest> {
  const placed: Placed[] = [{ path: ["contact"], schema: contact[profile] }];
  for (const family of requestFamilies(profile)) {
    const { path } = family.request;
    if (family.name !== "plan_base") placed.push({ path, schema: requestedPlan(family) });
    else if (profile === "2021") {
      placed.push({ path, schema: closed({ type: planType, hosts }), required: true });
    } else placed.push({ path, schema: baseOf2026, required: true });
  }
  // The error list of 2021 knows the member, its schema does not: "Invalid field: plan_bundle".
  if (profile === "2021") placed.push({ path: ["plan_bundle"], schema: Type.Unknown() });
  else placed.push({ path: ["subscription_options"], schema: subscriptionOptions });
  return Type.Unsafe<PlansRequest>(placeMembers(placed, closed));
}

export const plansRequestBody = {
  "2021": plansRequest("2021"),
  "2026": plansRequest("2026"),
} as const;

/** The parts of one member of POST plans, e.g. plan_phone, as add-on requests repeat them: at least one. */
export function requestedGroup(member: string, profile: WireProfile): TSchema {
  const placed: Placed[] = [];
  for (const family of requestFamilies(profile)) {
    const [group, inner] = family.request.path;
    if (group !== member || inner === undefined) continue;
    placed.push({ path: [inner], schema: requestedPlan(family) });
  }
  return placeMembers(placed, (members) => closed(members, { minProperties: 1 }));
}
