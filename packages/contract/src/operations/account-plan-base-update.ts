import { badRequest, underMultipleChoices, underOk } from "../errors/define.js";
import { inferredHostErrors } from "../errors/hosts.js";
import {
  accountNotFound,
  bulkLicenses,
  NO_BUNDLES,
  selfPayMode,
  userNotFound,
} from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import { baseChangeBody } from "../schemas/plan-addon-request.js";

const BOTH = { source: ["OAD", "D26"] } as const;

/** PUT /accounts/{accountId}/plans/base. Facts: section 1.10. */
export const accountPlanBaseUpdate = defineOperation({
  id: "accountPlanBaseUpdate",
  id2026: "UpdateABasePlan",
  tool: "account_plan_base_update",
  method: "PUT",
  path: "/accounts/{accountId}/plans/base",
  group: "billing",
  title: "Update a base plan",
  description:
    "Sets the type and the hosts of a sub account's base plan. More takes effect at once, less at the end of the paid period.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:update:plan:master"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "write",
  idempotent: true,
  params: accountPath,
  query: null,
  body: baseChangeBody,
  bodyRequired: true,
  response: {
    status: { "2021": 204, "2026": 204 },
    description: "The base plan is changed, or will be at the end of its period.",
    body: { "2021": null, "2026": null },
  },
  errors: {
    accountNotFound,
    userNotFound,
    selfPayMode,
    bulkLicenses,
    // 2026 dropped the next five from its documents; the engine still has to say something.
    vipOrTrial: underOk("Free trial and VIP account can't update sub plan.", {
      documentedIn: ["2021"],
    }),
    noSubscription: underOk("You do not have a subscription yet.", { documentedIn: ["2021"] }),
    planTypesDoNotMatch: underMultipleChoices(
      "Plan types do not match, oldPlanType: {oldPlanType} newPlanType: {newPlanType}.",
    ),
    insufficientBusinessHosts: underMultipleChoices(
      "Insufficient number of hosts for business plan type.",
    ),
    insufficientEducationHosts: underMultipleChoices(
      "Insufficient number of hosts for education plan type.",
    ),
    paidUsers: badRequest(
      2100,
      "The account currently has {0} paid users, you should change the user type to basic and reduce the number of paid users before performing this action.",
      {
        ...BOTH,
        message2026:
          'The account currently has "{0}" paid users. Change the user type to Basic and reduce the number of paid users before performing this action.',
      },
    ),
    notUnderTrial: badRequest(2100, "This account is not under a free trial plan.", {
      ...BOTH,
      unreachable:
        "No request of this operation is about a trial: one that is under way is refused.",
    }),
    bundleSubscribed: badRequest(
      2100,
      "Cannot makes updates when account is subscribed to a bundle plan.",
      { ...BOTH, unreachable: NO_BUNDLES },
    ),
    ...inferredHostErrors,
  },
  examples: {
    request: { type: "business_monthly", hosts: 20 },
    responses: [
      { name: "Changed", status: 204, body: null },
      {
        name: "Too few hosts",
        status: 300,
        profile: "2021",
        body: { code: 300, message: "Insufficient number of hosts for business plan type." },
      },
    ],
  },
});
