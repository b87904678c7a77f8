/**
 * Plan families: where a plan of a family stands in the bodies of the wire, and what an entry of it
 * carries. Requests are read and answers are written by this table alone. Facts: sections 1.5, 1.6, 1.12
 * and 3.4 of the wire facts.
 */
import type { WireProfile } from "../operation.js";

/** What one entry of a family looks like in a request and in GET plans. */
export type FamilyShape =
  /** {type, hosts} */
  | "hosts"
  /** {type}: one licence, no number */
  | "type"
  /** the plan code itself as a string, its status in sibling members (plan_recording) */
  | "code"
  /** {type, tollfree_countries, premium_countries, callout_countries, ddi_numbers} */
  | "audio"
  /** {type, callout_countries} */
  | "callout";

/** A plan of one class may change into another of the same class; `null`: only within the family. */
export type ChangeClass = "commercial_base" | "education_base" | "video_sdk_base";

export interface PlanFamily {
  /** Name of the family in the catalogue and on items; also its path in POST plans. */
  readonly name: string;
  /** Path in a POST plans body; null: cannot be bought there. */
  readonly requestPath: readonly string[] | null;
  /** Path in a GET plans answer. */
  readonly plansPath: readonly string[];
  /** Path in a GET usage answer; null: usage does not show it. */
  readonly usagePath: readonly string[] | null;
  readonly shape: FamilyShape;
  /** Several types of the family may be held at once. */
  readonly many: boolean;
  /** Arrays in the bodies, even where only one may be held. */
  readonly listed: boolean;
  /** First generation whose POST plans body has the member. */
  readonly since: WireProfile;
}

interface FamilyOptions {
  readonly request?: readonly string[] | null;
  readonly plans?: readonly string[];
  readonly usage?: readonly string[] | null;
  readonly shape?: FamilyShape;
  readonly many?: boolean;
  readonly listed?: boolean;
  readonly since?: WireProfile;
}

function family(name: string, options: FamilyOptions = {}): PlanFamily {
  const path = name.split(".");
  const many = options.many ?? false;
  return {
    name,
    requestPath: options.request === undefined ? path : options.request,
    plansPath: options.plans ?? path,
    usagePath: options.usage === undefined ? path : options.usage,
    shape: options.shape ?? "hosts",
    many,
    listed: options.listed ?? many,
    since: options.since ?? "2026",
  };
}

const NO_USAGE = { usage: null } as const;

/** In the order in which the documents list them. */
export const families: readonly PlanFamily[] = [
  family("plan_base", { since: "2021" }),
  family("plan_zoom_rooms", { since: "2021" }),
  family("plan_room_connector", { since: "2021", usage: ["plan_room_connector"] }),
  family("plan_large_meeting", { since: "2021", many: true }),
  family("plan_webinar", { since: "2021", many: true }),
  family("plan_recording", { since: "2021", shape: "code" }),
  family("plan_audio", { since: "2021", shape: "audio", ...NO_USAGE }),
  family("plan_phone.plan_base", { since: "2021", shape: "callout", ...NO_USAGE }),
  family("plan_phone.plan_calling", { since: "2021", many: true, ...NO_USAGE }),
  family("plan_phone.plan_number", { since: "2021", many: true, ...NO_USAGE }),
  family("plan_phone.plan_calling_addons", { many: true, ...NO_USAGE }),
  family("plan_zoom_events", { many: true }),
  // GET plans has no documented member for Sessions' own usage; the family is listed like Events.
  family("plan_zoom_sessions", { many: true, request: null }),
  family("plan_qss", { many: true, request: null, ...NO_USAGE }),
  family("plan_zoom_one", { many: true }),
  family("plan_zoom_one_premier", { many: true }),
  family("plan_zoom_one_edu_school_campus_plus", { many: true }),
  family("plan_zoom_one_edu_premier", { many: true }),
  family("plan_zoom_one_edu_student"),
  family("plan_sdk_cmr", NO_USAGE),
  family("plan_whiteboard"),
  family("plan_whiteboard_plus"),
  family("plan_zoom_iq"),
  family("plan_zwr", { usage: ["plan_zwr"] }),
  family("plan_ztransl"),
  family("plan_zsched"),
  family("plan_mesh", NO_USAGE),
  family("plan_workforce_management"),
  family("plan_audio_us_ca", NO_USAGE),
  family("plan_visitor_management"),
  family("plan_zoom_clips_plus"),
  family("plan_partner_premier_support", { shape: "type" }),
  family("plan_zva", { many: true, request: null }),
  // Usage shows a united plan with its name; no request member is documented.
  family("plan_united", { request: null }),
  // Carrier partners only: the engine refuses bundles, but a type must have a family.
  family("plan_bundle", { many: true, ...NO_USAGE }),
  // No response member is documented for these two; they are shown under their own names.
  family("plan_sip_trunk", { request: null, ...NO_USAGE }),
  family("plan_concurrent_meeting", { many: true, request: null, ...NO_USAGE }),
  // Requests name it plan_package_list, GET plans plan_package_lists: the publisher's spelling.
  family("plan_zcc.plan_package_list", {
    many: true,
    plans: ["plan_zcc", "plan_package_lists"],
    ...NO_USAGE,
  }),
  family("plan_zcc.plan_usage", { shape: "callout", ...NO_USAGE }),
  family("plan_zcc.plan_phone_number", { many: true, ...NO_USAGE }),
  family("plan_zcc.plan_recording", { shape: "type", ...NO_USAGE }),
  family("plan_zcc.plan_ai_expert_assist", NO_USAGE),
  family("plan_znode.plan_znode_base", { usage: ["plan_znode_base"] }),
  family("plan_znode.plan_zphybrid", { usage: ["plan_zphybrid"] }),
  family("plan_znode.plan_zmhybrid", { usage: ["plan_zmhybrid"] }),
  family("plan_znode.plan_mchybrid", { usage: ["plan_mchybrid"] }),
  family("plan_znode.plan_rchybrid", { usage: ["plan_rchybrid"] }),
  family("plan_znode.plan_cmrhybrid", { usage: ["plan_cmrhybrid"] }),
  family("plan_znode.plan_tchybrid", { usage: ["plan_tchybrid"] }),
];

const byName = new Map(families.map((one) => [one.name, one]));

/** The family of that name; throws for a name that the catalogue cannot have. */
export function findFamily(name: string): PlanFamily {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`There is no plan family ${name}.`);
  return found;
}

/** Families without hosts hold one licence, and their entries carry no number. */
export function hasHosts(one: PlanFamily): boolean {
  return one.shape === "hosts";
}
