/** Plan types that the workload buys: every interval, family shape and host rule is among them. */
import { findPlan, type Plan } from "@paymaster/contract";

export const BASES = [
  "monthly",
  "yearly",
  "plan_pro_two_years",
  "plan_pro_three_years",
  "business_monthly",
  "business_yearly",
  "plan_business_two_years",
  "edu20",
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
] as const;

export function plan(type: string): Plan {
  const found = findPlan(type);
  if (found === undefined) throw new Error(`there is no plan ${type}`);
  return found;
}
