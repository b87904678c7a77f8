/**
 * The shipped price book. Fifteen prices were published by somebody (see the catalogue); all others are
 * assumed, so that every plan can be bought in a test. They are not the vendor's prices.
 */
import { type Plan, plans } from "../catalogue/plan.js";
import type { Price, PriceBook } from "./price-book.js";

/** Before any day that a test clock may be set to. */
export const SHIPPED_VALID_FROM = "0001-01-01";

/** Assumed price of one month for one unit, in minor units, by family; the first match by code wins. */
const MONTHLY_BY_CODE: readonly (readonly [pattern: RegExp, minor: number])[] = [
  [/^(monthly|yearly)(25|50)$/, 14_99],
  [/^zoep_/, 30_00],
  [/^zoe_prem_/, 32_00],
  [/^zoe_/, 24_00],
  [/^zobp_/, 22_49],
  [/^zm_one_ent_/, 21_99],
  [/^zo_edu_ent_/, 12_00],
  [/^zo_edu_/, 9_00],
  [/^vsdk_cmr_monthly_(\d+)/, 100_00],
  [/^vsdk_/, 100_00],
  [/^zvsdkcr_/, 120_00],
  [/_(30gb)/i, 10_00],
  [/_(100gb)/i, 40_00],
  [/_(200gb)/i, 60_00],
  [/_(500gb)/i, 100_00],
  [/_(1tb)/i, 180_00],
  [/_(3tb)/i, 500_00],
  [/_(5tb)/i, 800_00],
  [/^webinar(\d+)_/, 40_00],
  [/^large(\d+)_/, 50_00],
  [/^(zoomevents|ze_|zs_)/, 89_00],
];

const MONTHLY_BY_FAMILY: Readonly<Record<string, number>> = {
  plan_base: 14_99,
  plan_zoom_one: 22_49,
  plan_zoom_one_premier: 32_00,
  plan_zoom_one_edu_school_campus_plus: 11_00,
  plan_zoom_one_edu_premier: 14_00,
  plan_zoom_one_edu_student: 6_00,
  plan_zwr: 5_00,
  plan_zoom_rooms: 49_00,
  plan_qss: 10_00,
  plan_whiteboard: 2_49,
  plan_whiteboard_plus: 4_99,
  plan_zoom_iq: 79_00,
  plan_ztransl: 5_00,
  plan_room_connector: 49_00,
  plan_large_meeting: 50_00,
  plan_webinar: 79_00,
  plan_zoom_events: 89_00,
  plan_zoom_sessions: 99_00,
  plan_recording: 40_00,
  plan_sdk_cmr: 100_00,
  plan_audio: 100_00,
  plan_audio_us_ca: 12_00,
  plan_sip_trunk: 25_00,
  plan_concurrent_meeting: 30_00,
  plan_zva: 50_00,
  plan_mesh: 20_00,
  plan_zsched: 5_99,
  plan_workforce_management: 25_00,
  plan_visitor_management: 35_00,
  plan_partner_premier_support: 250_00,
  plan_united: 24_99,
  plan_bundle: 300_00,
  plan_zoom_clips_plus: 6_00,
  "plan_phone.plan_base": 10_00,
  "plan_phone.plan_calling": 15_00,
  "plan_phone.plan_number": 5_00,
  "plan_phone.plan_calling_addons": 25_00,
  "plan_zcc.plan_package_list": 69_00,
  "plan_zcc.plan_usage": 20_00,
  "plan_zcc.plan_phone_number": 5_00,
  "plan_zcc.plan_recording": 10_00,
  "plan_zcc.plan_ai_expert_assist": 40_00,
  "plan_znode.plan_znode_base": 100_00,
  "plan_znode.plan_zphybrid": 3_00,
  "plan_znode.plan_zmhybrid": 3_00,
  "plan_znode.plan_mchybrid": 5_00,
  "plan_znode.plan_rchybrid": 5_00,
  "plan_znode.plan_cmrhybrid": 4_00,
  "plan_znode.plan_tchybrid": 3_00,
};

/** How many months' price a period costs: longer terms are cheaper, as the published ones are. */
const MONTHS_CHARGED = {
  monthly: 1,
  quarterly: 3,
  yearly: 10,
  two_years: 20,
  three_years: 30,
  usage: 0,
  trial: 0,
} as const satisfies Record<Plan["interval"], number>;

/** 1.50 USD for a GB and month, from a third party's page [wire facts 3.4]. */
const STORAGE_OVERAGE_MINOR = 1_50;

function assumedMinor(plan: Plan): number {
  const byCode = MONTHLY_BY_CODE.find(([pattern]) => pattern.test(plan.type))?.[1];
  const monthly = byCode ?? MONTHLY_BY_FAMILY[plan.families[0] ?? ""];
  if (monthly === undefined) throw new Error(`No assumed price for ${plan.type}.`);
  return monthly * MONTHS_CHARGED[plan.interval];
}

function shippedPrice(plan: Plan): Price {
  const listed = plan.listPriceUsd;
  return {
    unitPriceMinor: listed === null ? assumedMinor(plan) : Math.round(listed * 100),
    status: plan.priceStatus ?? "assumed",
    validFrom: SHIPPED_VALID_FROM,
    validUntil: null,
  };
}

export const shippedPriceBook: PriceBook = {
  currency: "USD",
  prices: new Map(plans.map((plan) => [plan.type, [shippedPrice(plan)]])),
  storageOverage: [
    {
      unitPriceMinor: STORAGE_OVERAGE_MINOR,
      status: "assumed",
      validFrom: SHIPPED_VALID_FROM,
      validUntil: null,
    },
  ],
};
