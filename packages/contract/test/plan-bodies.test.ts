import type { TSchema } from "typebox";
import { describe, expect, it } from "vitest";
import {
  type AddonChange,
  type AddonPlans,
  type AddonRequest,
  type BaseChange,
  families,
  operations,
  type PlansAnswer,
  type PlansRequest,
  type UsageAnswer,
  WIRE_PROFILES,
} from "../src/index.js";
import { problems } from "./schemas.js";

/*
 * The schemas are derived from the families; the TypeScript types beside them are written. Each value
 * below has every member of its type (or it does not compile) and no other; the tests hold it to the
 * schema's members, both ways.
 */
type Whole<T> = T extends readonly (infer Entry)[]
  ? [Whole<Entry>]
  : T extends object
    ? { [K in keyof T]-?: Whole<NonNullable<T[K]>> }
    : T;

const plan = { type: "code", hosts: 1 };
const calling = { type: "code", callout_countries: "US,GB" };
const dates = {
  paid_period_start_date: "2026-04-01",
  service_effective_date: "2026-04-01",
};
const audio = {
  ...calling,
  tollfree_countries: "US",
  premium_countries: "JP",
  ddi_numbers: 1,
};
const phone: Whole<AddonPlans["plan_phone"]> & object = {
  plan_base: calling,
  plan_calling: [plan],
  plan_number: [plan],
  plan_calling_addons: [plan],
};
const contactCenter: Whole<AddonPlans["plan_zcc"]> & object = {
  plan_package_list: [plan],
  plan_usage: calling,
  plan_phone_number: [plan],
  plan_recording: { type: "code" },
  plan_ai_expert_assist: plan,
};
const node: Whole<AddonPlans["plan_znode"]> & object = {
  plan_znode_base: plan,
  plan_zphybrid: plan,
  plan_zmhybrid: plan,
  plan_mchybrid: plan,
  plan_rchybrid: plan,
  plan_cmrhybrid: plan,
  plan_tchybrid: plan,
};

const plansRequest: Whole<PlansRequest> = {
  contact: {
    first_name: "Ada",
    last_name: "Byron",
    email: "billing@example.com",
    phone_number: "+1 555 010 0200",
    address: "55 Almaden Boulevard",
    apt: "600",
    city: "San Jose",
    state: "CA",
    zip: "95113",
    country: "US",
    employee_count: "15",
  },
  plan_base: { ...plan, active_hosts: 2 },
  plan_zoom_rooms: plan,
  plan_room_connector: plan,
  plan_large_meeting: [plan],
  plan_webinar: [plan],
  plan_recording: "code",
  plan_audio: audio,
  plan_phone: phone,
  plan_zoom_events: [plan],
  plan_zoom_one: [plan],
  plan_zoom_one_premier: [plan],
  plan_zoom_one_edu_school_campus_plus: [plan],
  plan_zoom_one_edu_premier: [plan],
  plan_zoom_one_edu_student: plan,
  plan_sdk_cmr: plan,
  plan_whiteboard: plan,
  plan_whiteboard_plus: plan,
  plan_zoom_iq: plan,
  plan_zwr: plan,
  plan_ztransl: plan,
  plan_zsched: plan,
  plan_mesh: plan,
  plan_workforce_management: plan,
  plan_audio_us_ca: plan,
  plan_visitor_management: plan,
  plan_zoom_clips_plus: plan,
  plan_partner_premier_support: { type: "code" },
  plan_bundle: [plan],
  plan_zcc: contactCenter,
  plan_znode: node,
  subscription_options: {
    ...dates,
    purchase_order_number: "4711",
    deal_registration_id: "9",
    contract_term: 12,
  },
};

const addonRequest: Whole<AddonRequest> = {
  ...audio,
  hosts: 1,
  plan_details: phone,
  plan_zcc_details: contactCenter,
  plan_znode_details: node,
  ...dates,
};
const addonChange: Whole<AddonChange> = { ...plan, ...dates };
const baseChange: Whole<BaseChange> = { ...plan, active_hosts: 2, increasing_hosts: 1, ...dates };

const shown = {
  status: "active",
  service_effective_date: "2026-03-31",
  next_invoice_date: "2026-04-30",
} as const;
const shownPlan = { ...plan, ...shown };
const shownType = { type: "code", ...shown };
const shownCalling = { ...calling, ...shown };

const plansAnswer: Whole<PlansAnswer> = {
  plan_base: { ...shownPlan, active_hosts: 2, included_minutes: 10_000, overage_price: 0.0035 },
  plan_zoom_rooms: shownPlan,
  plan_room_connector: shownPlan,
  plan_large_meeting: [shownPlan],
  plan_webinar: [shownPlan],
  plan_recording: "code",
  plan_recording_status: "active",
  plan_recording_service_effective_date: "2026-03-31",
  plan_recording_next_invoice_date: "2026-04-30",
  plan_audio: { ...audio, ...shown },
  plan_phone: {
    plan_base: shownCalling,
    plan_calling: [shownPlan],
    plan_number: [shownPlan],
    plan_calling_addons: [shownPlan],
  },
  plan_zoom_events: [shownPlan],
  plan_zoom_sessions: [shownPlan],
  plan_qss: [shownPlan],
  plan_zoom_one: [shownPlan],
  plan_zoom_one_premier: [shownPlan],
  plan_zoom_one_edu_school_campus_plus: [shownPlan],
  plan_zoom_one_edu_premier: [shownPlan],
  plan_zoom_one_edu_student: shownPlan,
  plan_sdk_cmr: { type: "code" },
  plan_whiteboard: shownPlan,
  plan_whiteboard_plus: shownPlan,
  plan_zoom_iq: plan,
  plan_zwr: shownPlan,
  plan_ztransl: plan,
  plan_zsched: shownPlan,
  plan_mesh: shownPlan,
  plan_workforce_management: shownPlan,
  plan_audio_us_ca: shownPlan,
  plan_visitor_management: shownPlan,
  plan_zoom_clips_plus: shownType,
  plan_partner_premier_support: shownType,
  plan_zva: [shownPlan],
  plan_united: shownPlan,
  plan_bundle: [shownPlan],
  plan_sip_trunk: shownPlan,
  plan_concurrent_meeting: [shownPlan],
  plan_zcc: {
    plan_package_lists: [shownPlan],
    plan_usage: shownCalling,
    plan_phone_number: [shownPlan],
    plan_recording: shownType,
    plan_ai_expert_assist: shownType,
  },
  plan_znode: {
    plan_znode_base: shownPlan,
    plan_zphybrid: shownPlan,
    plan_zmhybrid: shownPlan,
    plan_mchybrid: shownPlan,
    plan_rchybrid: shownPlan,
    plan_cmrhybrid: shownPlan,
    plan_tchybrid: shownPlan,
  },
};

const used = { ...plan, usage: 1, pending: 0 };
const usedNow = { ...plan, usage: 1 };
const usageAnswer: Whole<UsageAnswer> = {
  plan_base: { ...used, active_hosts: 2 },
  plan_zoom_rooms: usedNow,
  plan_room_connector: [usedNow],
  plan_large_meeting: [used],
  plan_webinar: [used],
  plan_recording: {
    type: "code",
    free_storage: "3 GB",
    free_storage_usage: "0",
    plan_storage: "0",
    plan_storage_usage: "0",
    plan_storage_exceed: "0",
    max_exceed_date: "2026-03-31",
  },
  plan_zoom_events: [used],
  plan_zoom_one: [used],
  plan_zoom_one_premier: [used],
  plan_zoom_one_edu_school_campus_plus: [used],
  plan_zoom_one_edu_premier: [used],
  plan_zoom_one_edu_student: used,
  plan_whiteboard: used,
  plan_whiteboard_plus: used,
  plan_zoom_iq: used,
  plan_zwr: [used],
  plan_ztransl: used,
  plan_zsched: used,
  plan_workforce_management: used,
  plan_visitor_management: used,
  plan_zoom_clips_plus: used,
  plan_partner_premier_support: used,
  plan_zva: [used],
  plan_united: { ...used, name: "Zoom One Pro" },
  plan_znode_base: used,
  plan_zphybrid: used,
  plan_zmhybrid: used,
  plan_mchybrid: used,
  plan_rchybrid: used,
  plan_cmrhybrid: used,
  plan_tchybrid: used,
};

/** Paths of all members, `[]` for the entries of a list. */
function membersOfSchema(schema: TSchema, path = ""): string[] {
  const { properties, items } = schema as { properties?: Record<string, TSchema>; items?: TSchema };
  if (items !== undefined) return membersOfSchema(items, `${path}[]`);
  if (properties === undefined) return [path];
  return Object.entries(properties).flatMap(([name, member]) =>
    membersOfSchema(member, `${path}.${name}`),
  );
}

function membersOfValue(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return membersOfValue(value[0], `${path}[]`);
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) =>
    membersOfValue(member, `${path}.${name}`),
  );
}

describe("types of plan bodies", () => {
  const both: readonly [string, TSchema | null, object][] = [
    ["POST plans", operations.account_plan_create.body["2026"], plansRequest],
    ["POST addons", operations.account_plan_addon_create.body["2026"], addonRequest],
    ["PUT addons", operations.account_plan_addon_update.body["2026"], addonChange],
    ["PUT base", operations.account_plan_base_update.body["2026"], baseChange],
    ["GET plans", operations.account_plans.response.body["2026"], plansAnswer],
    ["GET usage", operations.get_plan_usage.response.body["2026"], usageAnswer],
  ];

  it.each(both)("have the members of the schema of %s", (_name, schema, whole) => {
    if (schema === null) throw new Error("no schema");
    expect(membersOfSchema(schema).sort()).toEqual(membersOfValue(whole).sort());
    expect(problems(schema, whole)).toEqual([]);
  });

  it("have the members of 2021 among those of 2026", () => {
    const since2026 = new Set(membersOfValue(plansRequest));
    const in2021 = membersOfSchema(operations.account_plan_create.body["2021"]);
    // Let through only to be refused in words of its own.
    expect(in2021.filter((path) => !since2026.has(path))).toEqual([".plan_bundle"]);
  });
});

describe("plan bodies show every family", () => {
  it.each(families.map((family) => [family.name, family] as const))("%s", (_name, family) => {
    const has = (schema: TSchema | null, path: readonly string[], list: boolean) => {
      const start = `.${path.join(".")}${list ? "[]" : ""}`;
      return schema !== null && membersOfSchema(schema).some((one) => one.startsWith(start));
    };
    for (const profile of WIRE_PROFILES) {
      const { plans, usage, request } = family;
      const answer = operations.account_plans.response.body[profile];
      expect(has(answer, plans.path, plans.list)).toBe(true);
      const used = operations.get_plan_usage.response.body[profile];
      if (usage !== null) expect(has(used, usage.path, usage.list)).toBe(true);
      if (request === null || request.since > profile) continue;
      const body = operations.account_plan_create.body[profile];
      const created = operations.account_plan_create.response.body[profile];
      expect(has(body, request.path, request.list)).toBe(true);
      expect(has(created, request.path, request.list)).toBe(true);
    }
  });
});

describe("POST plans", () => {
  const body = operations.account_plan_create.body;
  const base = { type: "monthly", hosts: 2 };
  const accepted = (profile: "2021" | "2026", value: unknown) =>
    problems(body[profile], value).length === 0;

  it("needs a base plan with its type", () => {
    for (const profile of WIRE_PROFILES) {
      expect(accepted(profile, { plan_base: base })).toBe(true);
      expect(accepted(profile, {})).toBe(false);
      expect(accepted(profile, { plan_base: { hosts: 2 } })).toBe(false);
    }
  });

  it("needs hosts of the base plan in 2021 only", () => {
    expect(accepted("2021", { plan_base: { type: "monthly" } })).toBe(false);
    expect(accepted("2026", { plan_base: { type: "vsdk_monthly" } })).toBe(true);
  });

  it("leaves the number of hosts to the documented errors, and takes no other type for it", () => {
    for (const hosts of [0, -1, 10_000]) {
      expect(accepted("2021", { plan_base: { type: "monthly", hosts } })).toBe(true);
    }
    for (const hosts of ["2", true, 1.5, null, [2]]) {
      expect(accepted("2021", { plan_base: { type: "monthly", hosts } })).toBe(false);
    }
  });

  it("leaves missing members of the contact to the documented errors", () => {
    expect(accepted("2021", { plan_base: base, contact: {} })).toBe(true);
    expect(accepted("2021", { plan_base: base, contact: { zip: 95_113 } })).toBe(false);
  });

  it("refuses in 2021 what came later", () => {
    const later = { plan_base: base, plan_whiteboard: { type: "code", hosts: 1 } };
    expect(accepted("2026", later)).toBe(true);
    expect(accepted("2021", later)).toBe(false);
    const options = { plan_base: base, subscription_options: { contract_term: 12 } };
    expect(accepted("2026", options)).toBe(true);
    expect(accepted("2021", options)).toBe(false);
  });

  it("lets plan_bundle of any form through in 2021", () => {
    for (const plan_bundle of [{ type: "code" }, [], "code", 7]) {
      expect(accepted("2021", { plan_base: base, plan_bundle })).toBe(true);
    }
  });

  it("takes at most 50 plans of a family", () => {
    const many = (count: number) => ({ plan_base: base, plan_webinar: Array(count).fill(plan) });
    expect(accepted("2021", many(50))).toBe(true);
    expect(accepted("2021", many(51))).toBe(false);
  });
});

describe("POST addons", () => {
  const body = operations.account_plan_addon_create.body;

  it("needs the parts of a plan that is bought in parts, at least one", () => {
    const parts: readonly [string, string, object][] = [
      ["plan_phone", "plan_details", phone],
      ["plan_zcc", "plan_zcc_details", contactCenter],
      ["plan_znode", "plan_znode_details", node],
    ];
    for (const [type, member, details] of parts) {
      expect(problems(body["2026"], { type, [member]: details })).toEqual([]);
      expect(problems(body["2026"], { type })).not.toEqual([]);
      expect(problems(body["2026"], { type, [member]: {} })).not.toEqual([]);
    }
    expect(problems(body["2021"], { type: "plan_phone" })).not.toEqual([]);
  });

  it("needs no parts otherwise", () => {
    for (const profile of WIRE_PROFILES) {
      expect(problems(body[profile], { type: "webinar500_monthly", hosts: 1 })).toEqual([]);
      expect(problems(body[profile], { hosts: 1 })).not.toEqual([]);
    }
  });
});

describe("PATCH status", () => {
  const addons = operations.account_plan_addon_cancel.body["2021"];
  const base = operations.account_plan_base_delete.body["2021"];

  it("needs an action for the base plan, and nothing for an additional plan", () => {
    expect(problems(addons, {})).toEqual([]);
    expect(problems(base, {})).not.toEqual([]);
    expect(problems(base, { action: "cancel" })).toEqual([]);
    expect(problems(base, { action: "delete" })).not.toEqual([]);
  });

  it("knows six reasons", () => {
    const known = [0, 1, 2, 3, 4, 5, 6, 7].filter(
      (reason) => problems(base, { action: "cancel", reason }).length === 0,
    );
    expect(known).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
