/** Bodies of POST and PUT addons, and of PUT base. */
import Type, { type TSchema, type TUnsafe } from "typebox";
import { addonDetails } from "../catalogue/families.js";
import type { WireProfile } from "../operation.js";
import {
  closed,
  countryList,
  ddiNumbers,
  hosts,
  paidPeriodStartDate,
  planType,
  serviceEffectiveDate,
} from "./plan-parts.js";
import {
  type ContactCenterPlans,
  type NodePlans,
  type PhonePlans,
  requestedGroup,
} from "./plan-request.js";

/** Days from which a change is to be paid and served (2026). */
export interface StartDates {
  paid_period_start_date?: string;
  service_effective_date?: string;
}

/**
 * One add-on, or with `type` `plan_phone`, `plan_zcc` or `plan_znode` the parts of one in its details. The
 * documents give a variant for each; one body serves them all, and what is missing is a business error.
 */
export interface AddonRequest extends StartDates {
  type: string;
  hosts?: number;
  tollfree_countries?: string;
  premium_countries?: string;
  callout_countries?: string;
  ddi_numbers?: number;
  plan_details?: PhonePlans;
  /** 2026 */
  plan_zcc_details?: ContactCenterPlans;
  /** 2026 */
  plan_znode_details?: NodePlans;
}

/** The type and the number of licences that the add-on is to have. */
export interface AddonChange extends StartDates {
  type: string;
  hosts: number;
}

/** The type and the number of licences that the base plan is to have. */
export interface BaseChange extends StartDates {
  type: string;
  /** Required in 2021. */
  hosts?: number;
  /** 2026 */
  active_hosts?: number;
  /** 2026: licences on top of the present ones. */
  increasing_hosts?: number;
}

const startDates = {
  paid_period_start_date: Type.Optional(paidPeriodStartDate),
  service_effective_date: Type.Optional(serviceEffectiveDate),
};

/** A plan that is bought in parts comes with its parts: without them nothing is asked for. */
function withDetails(type: string, member: string) {
  return {
    if: { properties: { type: { const: type } }, required: ["type"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { [member]: {} }, required: [member] },
  };
}

function addonRequest(profile: WireProfile): TUnsafe<AddonRequest> {
  const groups = Object.entries(addonDetails[profile]);
  const members: Record<string, TSchema> = {
    type: planType,
    hosts: Type.Optional(hosts),
    tollfree_countries: Type.Optional(countryList),
    premium_countries: Type.Optional(countryList),
    callout_countries: Type.Optional(countryList),
    ddi_numbers: Type.Optional(ddiNumbers),
  };
  for (const [type, member] of groups) {
    members[member] = Type.Optional(requestedGroup(type, profile));
  }
  if (profile === "2026") Object.assign(members, startDates);
  const parts = { allOf: groups.map(([type, member]) => withDetails(type, member)) };
  return Type.Unsafe<AddonRequest>(closed(members, parts));
}

export const addonRequestBody = {
  "2021": addonRequest("2021"),
  "2026": addonRequest("2026"),
} as const;

export const addonChangeBody = {
  "2021": Type.Unsafe<AddonChange>(closed({ type: planType, hosts })),
  "2026": Type.Unsafe<AddonChange>(closed({ type: planType, hosts, ...startDates })),
} as const;

export const baseChangeBody = {
  "2021": Type.Unsafe<BaseChange>(closed({ type: planType, hosts })),
  "2026": Type.Unsafe<BaseChange>(
    closed({
      type: planType,
      hosts: Type.Optional(hosts),
      active_hosts: Type.Optional(Type.Integer({ description: "Hosts that may be active." })),
      increasing_hosts: Type.Optional(
        Type.Integer({ description: "Licences to be added to the present ones." }),
      ),
      ...startDates,
    }),
  ),
} as const;
