/** What a plan demands of the account besides its hosts: the prose of the plan list as typed rules. */
export type PlanRule =
  /** An entry of one of the families must be held, too. */
  | { readonly kind: "needs_family"; readonly families: readonly string[] }
  /** The base plan must be a Video SDK plan. */
  | { readonly kind: "needs_video_sdk" }
  /** Hosts of all plans of this family together stay below the base plan's (or reach it at most). */
  | { readonly kind: "total_hosts"; readonly comparison: "<" | "<=" }
  /** Hosts of this plan alone reach the base plan's at most. */
  | { readonly kind: "own_hosts" }
  /** A plan whose code starts with `prefix` must be held (`needed`), or must not be (`excluded`). */
  | { readonly kind: "contact_center"; readonly concurrent: "excluded" | "needed" }
  /** An unlimited Events or Sessions plan must be held: it is what the additional hosts belong to. */
  | { readonly kind: "needs_unlimited"; readonly prefix: "ze_" | "zs_" }
  /** Sold only after the vendor's support enabled it. */
  | { readonly kind: "enablement" }
  /** A remark without effect on a purchase: hosts count engagements. */
  | { readonly kind: "engagements" };

const CALLING_OR_NUMBER = ["plan_phone.plan_calling", "plan_phone.plan_number"] as const;

const RULES: Readonly<Record<string, PlanRule>> = {
  "needs plan_phone.plan_base": { kind: "needs_family", families: ["plan_phone.plan_base"] },
  "needs plan_znode.plan_znode_base": {
    kind: "needs_family",
    families: ["plan_znode.plan_znode_base"],
  },
  "needs a plan_zcc package": { kind: "needs_family", families: ["plan_zcc.plan_package_list"] },
  "needs a phone calling/number plan": { kind: "needs_family", families: CALLING_OR_NUMBER },
  "needs a Video SDK base plan": { kind: "needs_video_sdk" },
  "total large-meeting hosts < total meeting hosts": { kind: "total_hosts", comparison: "<" },
  // The documents say "in total" of large meetings only; webinars and events are read the same way,
  // the stricter reading, since their hosts are licences of the same meeting hosts. Inferred.
  "webinar hosts <= total meeting hosts": { kind: "total_hosts", comparison: "<=" },
  "event hosts <= total meeting hosts": { kind: "total_hosts", comparison: "<=" },
  "hosts <= base plan hosts": { kind: "own_hosts" },
  "needs a Contact Center basic plan; not together with a concurrent plan": {
    kind: "contact_center",
    concurrent: "excluded",
  },
  "needs a Contact Center basic plan and a concurrent plan": {
    kind: "contact_center",
    concurrent: "needed",
  },
  "needs enablement by Zoom support": { kind: "enablement" },
  "hosts = number of engagements": { kind: "engagements" },
};

const NEEDS_PHONE: PlanRule = { kind: "needs_family", families: ["plan_phone.plan_base"] };
const NEEDS_ZNODE: PlanRule = { kind: "needs_family", families: ["plan_znode.plan_znode_base"] };

/**
 * Rules that section 3.2 of the wire facts states for a whole group of plans, and that the plan list does
 * not repeat in every row of it.
 */
export function groupRules(type: string, family: string): PlanRule[] {
  const rules: PlanRule[] = [];
  if (/^plan_phone\.plan_(calling|number)$/.test(family)) rules.push(NEEDS_PHONE);
  if (type.startsWith("zo_edu_ent_prem_")) rules.push(NEEDS_PHONE);
  if (family.startsWith("plan_znode.") && family !== "plan_znode.plan_znode_base") {
    rules.push(NEEDS_ZNODE);
  }
  if (/^(zvsdkcr_|vsdk_cmr_)/.test(type)) rules.push({ kind: "needs_video_sdk" });
  const additional = /^(ze_|zs_)(ah|ace)_/.exec(type)?.[1];
  if (additional === "ze_" || additional === "zs_") {
    rules.push({ kind: "needs_unlimited", prefix: additional });
  }
  return rules;
}

/** Throws for prose that has no typed rule: a new catalogue must not lose a rule silently. */
export function readRule(prose: string): PlanRule {
  const rule = RULES[prose];
  if (rule === undefined) throw new Error(`The catalogue has an unknown rule: ${prose}`);
  return rule;
}

/** Kinds of base plans: a base plan changes only into another of its kind. */
export type BaseClass =
  | "business"
  | "education"
  | "commercial"
  | "video_sdk"
  | "rooms"
  | "workspace_reservation";

/**
 * The kind of a base plan by its code. Business and education have a minimum of their own with an error
 * of their own; business and other commercial plans change into each other.
 */
export function baseClassOf(type: string): BaseClass {
  if (/^(business_|plan_business_)/.test(type)) return "business";
  if (/^(edu20|plan_edu_|zo_edu_)/.test(type)) return "education";
  if (type.startsWith("vsdk_")) return "video_sdk";
  if (type.startsWith("zroom_") || type.startsWith("plan_zoomroom_")) return "rooms";
  if (type.startsWith("zwr_")) return "workspace_reservation";
  return "commercial";
}
