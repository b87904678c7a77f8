/** Plan types that the workload buys: every interval, family shape and host rule is among them. */
import { findPlan, type Plan, type WireProfile } from "@paymaster/contract";

export const COMMON_BASES = [
  "monthly",
  "yearly",
  "plan_pro_two_years",
  "plan_pro_three_years",
  "business_monthly",
  "business_yearly",
  "plan_business_two_years",
  "edu20",
  "zo_edu_sch_cmp_monthly",
] as const;

/** Also those that are add-ons as well, that need another plan, that are billed by use, or not sold. */
export const BASES = [
  ...COMMON_BASES,
  "zobp_pro_global_select_quarterly",
  "zobp_usca_yearly_unlimited",
  "zwr_monthly",
  "zroom_monthly",
  "zroom_yearly",
  "vsdk_payongo",
  "vsdk_monthly_prepay_usage",
  "vsdk_yearly_prepay_usage",
  "monthly25",
] as const;

export const ADDONS = [
  "webinar500_monthly",
  "webinar1000_monthly",
  "webinar500_yearly",
  "large500_monthly",
  "large1000_yearly",
  "roomconnector_monthly",
  "roomconnector_yearly",
  "zroom_monthly",
  "zroom_yearly",
  "zwr_monthly",
  "zwr_quarterly",
  "zwr_yearly",
  "zwr_two_year",
  "zwb_plus_quarterly",
  "quality_stream1_monthly",
  "zsched_quarterly",
  "cmr_monthly_commitment_40",
  "cmr_100GB_yearly",
  "cmr_30GB_two_years",
  "tollfree_payongo",
  "tollfree_monthly_commitment_100",
  "tollfree_monthly_commitment_250",
  "phone_payongo",
  "phone_monthly_prepay_usage",
  "phone_one_year_prepay_usage",
  "phone_calling_usca_monthly_metered",
  "phone_calling_usca_one_year_unlimited",
  "phone_number_usca_monthly",
  "phone_number_premium_one_year",
  "zp_power_pack_monthly",
  "zccp_monthly",
  "zccp_quarterly",
  "zm_contact_center_premium_yearly",
  "zcc_con_pkg_monthly",
  "zcc_pay_as_you_go",
  "zcc_monthly_usage_prepay_quarterly",
  "vspn_usca_monthly",
  "tollfree_phonenumber_usca_yearly",
  "zcc_cs_30gb",
  "ai_expert_assist_monthly",
  "ai_expert_assist_concurrent_yearly",
  "phone_free_trial",
  "vsdk_cmr_monthly_100",
  "zs_100_unlimited_monthly",
  "zs_ah_monthly",
  "zoomevents500_yearly",
  "zva_payongo",
  "concurrent_basic_monthly",
  "siptrunk_yearly",
  "zoomaudio_unlimit_usca_monthly",
  "pro_zpp_monthly",
  "partner_premier_support_monthly",
  "zm_clips_plus_monthly",
  "znode_monthly",
  "zm_hybrid_quarterly",
  "zm_node_hybrid_rec_monthly",
] as const;

/** Plans that are sold in parts, by the first part of their families' names. */
export const GROUPS = ["plan_phone", "plan_zcc", "plan_znode"] as const;

/** Groups that the generation sells in parts. */
export function groupsOf(profile: WireProfile): readonly string[] {
  return profile === "2021" ? ["plan_phone"] : GROUPS;
}

export function plan(type: string): Plan {
  const found = findPlan(type);
  if (found === undefined) throw new Error(`there is no plan ${type}`);
  return found;
}
