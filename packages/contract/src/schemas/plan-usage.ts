/** Answer of GET usage: licences bought and in use, and recording storage. */
import Type, { type TSchema, type TUnsafe } from "typebox";
import { families, type PlanFamily, type UsagePlace } from "../catalogue/families.js";
import type { WireProfile } from "../operation.js";
import { open, type Placed, placeMembers } from "./plan-parts.js";

export interface RoomUsage {
  type: string;
  /** Licences bought. */
  hosts: number;
  /** Licences in use. */
  usage: number;
}

export interface PlanUsage extends RoomUsage {
  /** 2026: licences given to people who have not accepted yet. */
  pending?: number;
}

/** Amounts of storage are strings: `3 GB`, or `0`. */
export interface RecordingUsage {
  type?: string;
  free_storage: string;
  free_storage_usage: string;
  plan_storage: string;
  plan_storage_usage: string;
  plan_storage_exceed: string;
  /** 2026, `YYYY-MM-DD` */
  max_exceed_date?: string;
}

/** A family of which nothing is held is absent. */
export interface UsageAnswer {
  plan_base?: PlanUsage & { active_hosts?: number };
  plan_zoom_rooms?: RoomUsage;
  plan_room_connector?: RoomUsage[];
  plan_large_meeting?: PlanUsage[];
  plan_webinar?: PlanUsage[];
  plan_recording?: RecordingUsage;
  plan_zoom_events?: PlanUsage[];
  plan_zoom_one?: PlanUsage[];
  plan_zoom_one_premier?: PlanUsage[];
  plan_zoom_one_edu_school_campus_plus?: PlanUsage[];
  plan_zoom_one_edu_premier?: PlanUsage[];
  plan_zoom_one_edu_student?: PlanUsage;
  plan_whiteboard?: PlanUsage;
  plan_whiteboard_plus?: PlanUsage;
  plan_zoom_iq?: PlanUsage;
  plan_zwr?: PlanUsage[];
  plan_ztransl?: PlanUsage;
  plan_zsched?: PlanUsage;
  plan_workforce_management?: PlanUsage;
  plan_visitor_management?: PlanUsage;
  plan_zoom_clips_plus?: PlanUsage;
  plan_partner_premier_support?: PlanUsage;
  plan_zva?: PlanUsage[];
  plan_united?: PlanUsage & { name?: string };
  plan_znode_base?: PlanUsage;
  plan_zphybrid?: PlanUsage;
  plan_zmhybrid?: PlanUsage;
  plan_mchybrid?: PlanUsage;
  plan_rchybrid?: PlanUsage;
  plan_cmrhybrid?: PlanUsage;
  plan_tchybrid?: PlanUsage;
}

const storage = Type.String({ description: "E.g. `3 GB`, or `0`." });

const entryMembers = {
  type: Type.String({ description: "Code of the plan." }),
  hosts: Type.Integer({ description: "Licences bought." }),
  usage: Type.Integer({ description: "Licences in use." }),
};
const pending = Type.Optional(Type.Integer({ description: "Licences not accepted yet." }));

function usageEntry(name: PlanFamily["name"], place: UsagePlace, profile: WireProfile): TSchema {
  const in2026 = profile === "2026";
  const entry = open({
    ...(name === "plan_united" ? { name: Type.Optional(Type.String()) } : {}),
    ...entryMembers,
    ...(in2026 && place.pending ? { pending } : {}),
    ...(in2026 && name === "plan_base" ? { active_hosts: Type.Optional(Type.Integer()) } : {}),
  });
  return place.list ? Type.Array(entry) : entry;
}

function recordingUsage(profile: WireProfile): TSchema {
  const members: Record<string, TSchema> = {
    type: Type.Optional(Type.String()),
    free_storage: storage,
    free_storage_usage: storage,
    plan_storage: storage,
    plan_storage_usage: storage,
    plan_storage_exceed: storage,
  };
  if (profile === "2026") members.max_exceed_date = Type.Optional(Type.String());
  return open(members);
}

function usageAnswer(profile: WireProfile): TUnsafe<UsageAnswer> {
  const placed: Placed[] = [{ path: ["plan_recording"], schema: recordingUsage(profile) }];
  for (const { name, usage } of families) {
    if (usage === null) continue;
    placed.push({ path: usage.path, schema: usageEntry(name, usage, profile) });
  }
  return Type.Unsafe<UsageAnswer>(placeMembers(placed, open));
}

export const usageAnswerBody = {
  "2021": usageAnswer("2021"),
  "2026": usageAnswer("2026"),
} as const;
