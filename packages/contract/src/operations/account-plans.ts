import { accountNotFound, selfPayMode } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import { plansAnswerBody } from "../schemas/plan-answer.js";

const businessPlans = {
  plan_base: {
    type: "business_monthly",
    hosts: 12,
    status: "active",
    service_effective_date: "2021-08-06",
    next_invoice_date: "2021-11-06",
  },
  plan_webinar: [
    {
      type: "webinar500_monthly",
      hosts: 2,
      status: "active",
      service_effective_date: "2021-09-14",
      next_invoice_date: "2021-11-06",
    },
  ],
  plan_recording: "cmr_monthly_commitment_40",
  plan_recording_service_effective_date: "2021-08-06",
  plan_recording_next_invoice_date: "2021-11-06",
} as const;

/** GET /accounts/{accountId}/plans. Facts: section 1.5. */
export const accountPlans = defineOperation({
  id: "accountPlans",
  id2026: "GetAccountPlanInformation",
  tool: "account_plans",
  method: "GET",
  path: "/accounts/{accountId}/plans",
  group: "billing",
  title: "Get plan information",
  description:
    "The plans of a sub account whose charges the master pays: type, hosts, status, and the dates of service and of the next invoice.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:read:plan_information:master"],
    granularForOwnAccount: ["billing:read:plan_information:admin"],
  },
  label: { "2021": "Medium", "2026": "Medium" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: true,
  effect: "read",
  idempotent: true,
  params: accountPath,
  query: null,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 200, "2026": 200 },
    description: "The plans; a family of which nothing is held is absent.",
    body: plansAnswerBody,
  },
  errors: {
    // 2026 documents no error of this operation but those that all have.
    accountNotFound: { ...accountNotFound, source: ["OAD"], documentedIn: ["2021"] },
    selfPayMode: { ...selfPayMode, source: ["OAD"], documentedIn: ["2021"] },
  },
  examples: {
    responses: [
      {
        name: "Business plan with webinars and cloud recording",
        status: 200,
        profile: "2021",
        body: { ...businessPlans, plan_recording_status: "Active" },
      },
      {
        name: "Business plan with webinars and cloud recording",
        status: 200,
        profile: "2026",
        body: { ...businessPlans, plan_recording_status: "active" },
      },
      {
        name: "The sub account pays for itself",
        status: 400,
        body: { code: 2100, message: "This sub account is on self pay mode." },
      },
    ],
  },
});
