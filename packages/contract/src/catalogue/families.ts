/**
 * Plan families: where a plan of a family stands in the bodies of the wire, and what an entry of it
 * carries. Request and response schemas are built from this table, and requests are read and answers
 * written by it. Facts: sections 1.5, 1.6, 1.12 and 3.4 of the wire facts.
 */
import type { WireProfile } from "../operation.js";

/**
 * What one entry of a family carries in a request.
 * hosts: {type, hosts}. type: {type}. code: the plan code itself, as a string. audio: {type,
 * tollfree_countries, premium_countries, callout_countries, ddi_numbers}. callout: {type,
 * callout_countries}.
 */
export type FamilyShape = "hosts" | "type" | "code" | "audio" | "callout";

/** One place in a body. `list`: an array of entries; otherwise a single entry. */
export interface FamilyPlace {
  /** Members from the root of the body to the entry or the array. */
  readonly path: readonly [string] | readonly [string, string];
  readonly list: boolean;
  /** First generation that documents the member. */
  readonly since: WireProfile;
}

/** GET plans shows the entry with hosts, and with status and dates; some families lack one of them. */
export interface ShownPlace extends FamilyPlace {
  readonly hosts: boolean;
  /** `status`, `service_effective_date`, `next_invoice_date`. */
  readonly status: boolean;
}

/** GET plans/usage shows {type, hosts, usage} and, from 2026 and where `pending`, {pending}. */
export interface UsagePlace extends FamilyPlace {
  readonly pending: boolean;
}

export interface PlanFamily {
  /** Name of the family in the catalogue and on subscription items. */
  readonly name: FamilyName;
  readonly shape: FamilyShape;
  /** Entries carry a number of hosts; otherwise there is one licence. */
  readonly hasHosts: boolean;
  /** Several types of the family may be held at once. */
  readonly many: boolean;
  /** Place in a POST plans body; null: bought through POST addons only. */
  readonly request: FamilyPlace | null;
  /** Place in a GET plans answer. */
  readonly plans: ShownPlace;
  /** Place in a GET usage answer; null: usage does not show the family. */
  readonly usage: UsagePlace | null;
}

interface FamilySpec {
  readonly shape?: FamilyShape;
  readonly many?: boolean;
  /** First generation of the POST plans member; null: there is none. */
  readonly request?: WireProfile | null;
  /** First generation of the GET plans member. */
  readonly plans?: WireProfile;
  /** Path in GET plans, where it is not the name. */
  readonly plansPath?: readonly [string] | readonly [string, string];
  /** What GET plans shows: hosts, status and dates; both by default. */
  readonly shows?: "hosts" | "status" | "type";
  /** How usage shows it. */
  readonly usage?: "object" | "list";
  readonly usageSince?: WireProfile;
  readonly usagePath?: readonly [string];
  readonly pending?: false;
}

/** In the order of the published documents. What is not given follows the rules of `toFamily`. */
const specs = {
  plan_base: { request: "2021", plans: "2021", usage: "object", usageSince: "2021" },
  plan_zoom_rooms: {
    request: "2021",
    plans: "2021",
    usage: "object",
    usageSince: "2021",
    pending: false,
  },
  plan_room_connector: { request: "2021", plans: "2021", usage: "list", pending: false },
  plan_large_meeting: {
    many: true,
    request: "2021",
    plans: "2021",
    usage: "list",
    usageSince: "2021",
  },
  plan_webinar: { many: true, request: "2021", plans: "2021", usage: "list", usageSince: "2021" },
  /** Usage shows storage instead, with members of its own. */
  plan_recording: { shape: "code", request: "2021", plans: "2021" },
  plan_audio: { shape: "audio", request: "2021", plans: "2021" },
  "plan_phone.plan_base": { shape: "callout", request: "2021", plans: "2021" },
  "plan_phone.plan_calling": { many: true, request: "2021", plans: "2021" },
  "plan_phone.plan_number": { many: true, request: "2021", plans: "2021" },
  /** GET plans documents no member for these; they are shown beside the calling plans. */
  "plan_phone.plan_calling_addons": { many: true },
  /** Usage has it since 2021: seed 000 shows it. */
  plan_zoom_events: { many: true, usage: "list", usageSince: "2021" },
  plan_zoom_sessions: { many: true, request: null },
  plan_qss: { many: true, request: null },
  plan_zoom_one: { many: true, usage: "list" },
  plan_zoom_one_premier: { many: true, usage: "list" },
  plan_zoom_one_edu_school_campus_plus: { many: true, usage: "list" },
  plan_zoom_one_edu_premier: { many: true, usage: "list" },
  plan_zoom_one_edu_student: { usage: "object" },
  plan_sdk_cmr: { shows: "type" },
  plan_whiteboard: { usage: "object" },
  plan_whiteboard_plus: { usage: "object" },
  plan_zoom_iq: { shows: "hosts", usage: "object" },
  plan_zwr: { usage: "list" },
  plan_ztransl: { shows: "hosts", usage: "object" },
  plan_zsched: { usage: "object" },
  plan_mesh: {},
  plan_workforce_management: { usage: "object" },
  plan_audio_us_ca: {},
  plan_visitor_management: { usage: "object" },
  plan_zoom_clips_plus: { shows: "status", usage: "object" },
  plan_partner_premier_support: { shape: "type", usage: "object" },
  /** No GET plans member is documented before April 2026 (plan_zva_voice, plan_zva_chat). */
  plan_zva: { many: true, request: null, usage: "list" },
  /** Usage also names it; no request or GET plans member is documented. */
  plan_united: { request: null, usage: "object" },
  /** Carrier partners only, and refused here; a list in the request, one entry in the answer. */
  plan_bundle: { many: true },
  /** No response member is documented for these two; they are shown under their own names. */
  plan_sip_trunk: { request: null },
  plan_concurrent_meeting: { many: true, request: null },
  /** Requests say plan_package_list, GET plans says plan_package_lists: the publisher's spelling. */
  "plan_zcc.plan_package_list": { many: true, plansPath: ["plan_zcc", "plan_package_lists"] },
  "plan_zcc.plan_usage": { shape: "callout" },
  "plan_zcc.plan_phone_number": { many: true },
  "plan_zcc.plan_recording": { shape: "type" },
  "plan_zcc.plan_ai_expert_assist": { shows: "status" },
  "plan_znode.plan_znode_base": { usage: "object", usagePath: ["plan_znode_base"] },
  "plan_znode.plan_zphybrid": { usage: "object", usagePath: ["plan_zphybrid"] },
  "plan_znode.plan_zmhybrid": { usage: "object", usagePath: ["plan_zmhybrid"] },
  "plan_znode.plan_mchybrid": { usage: "object", usagePath: ["plan_mchybrid"] },
  "plan_znode.plan_rchybrid": { usage: "object", usagePath: ["plan_rchybrid"] },
  "plan_znode.plan_cmrhybrid": { usage: "object", usagePath: ["plan_cmrhybrid"] },
  "plan_znode.plan_tchybrid": { usage: "object", usagePath: ["plan_tchybrid"] },
} as const satisfies Readonly<Record<string, FamilySpec>>;

export type FamilySpecs = typeof specs;
export type FamilyName = keyof FamilySpecs;

function toFamily(name: FamilyName, spec: FamilySpec): PlanFamily {
  const path = splitPath(name);
  const { shape = "hosts", many = false, shows } = spec;
  const hasHosts = shape === "hosts";
  return Object.freeze({
    name,
    shape,
    hasHosts,
    many,
    request: spec.request === null ? null : { path, list: many, since: spec.request ?? "2026" },
    plans: {
      path: spec.plansPath ?? path,
      list: many,
      since: spec.plans ?? "2026",
      hosts: hasHosts && shows !== "status" && shows !== "type",
      status: shows !== "hosts" && shows !== "type",
    },
    usage:
      spec.usage === undefined
        ? null
        : {
            path: spec.usagePath ?? path,
            list: spec.usage === "list",
            since: spec.usageSince ?? "2026",
            pending: spec.pending ?? true,
          },
  });
}

function splitPath(name: string): readonly [string] | readonly [string, string] {
  const [first = name, second] = name.split(".");
  return second === undefined ? [first] : [first, second];
}

export const families: readonly PlanFamily[] = Object.freeze(
  (Object.keys(specs) as FamilyName[]).map((name) => toFamily(name, specs[name])),
);

const byName: ReadonlyMap<string, PlanFamily> = new Map(families.map((one) => [one.name, one]));

/** @throws Error for a name that the catalogue cannot have */
export function findFamily(name: string): PlanFamily {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`There is no plan family ${name}.`);
  return found;
}

export function isFamilyName(name: string): name is FamilyName {
  return byName.has(name);
}

/** Groups of families that are bought in parts, and the member that holds them in the body of POST addons. */
export const addonDetails = {
  "2021": { plan_phone: "plan_details" },
  "2026": {
    plan_phone: "plan_details",
    plan_zcc: "plan_zcc_details",
    plan_znode: "plan_znode_details",
  },
} as const satisfies Readonly<Record<WireProfile, Readonly<Record<string, string>>>>;
