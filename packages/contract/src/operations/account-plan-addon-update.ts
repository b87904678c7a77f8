import { badRequest, notFound, underMultipleChoices, underOk } from "../errors/define.js";
import { inferredHostErrors } from "../errors/hosts.js";
import { accountNotFound, bulkLicenses, selfPayMode } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import { addonChangeBody } from "../schemas/plan-addon-request.js";

const BOTH = { source: ["OAD", "D26"] } as const;
/** 2026 dropped these from its documents; the engine still has to say something. */
const ONLY_2021 = { documentedIn: ["2021"] } as const;

/** PUT /accounts/{accountId}/plans/addons. Facts: section 1.8. */
export const accountPlanAddonUpdate = defineOperation({
  id: "accountPlanAddonUpdate",
  id2026: "UpdateAnAccount'sAdditionalPlan",
  tool: "account_plan_addon_update",
  method: "PUT",
  path: "/accounts/{accountId}/plans/addons",
  group: "billing",
  title: "Update an additional plan",
  description:
    "Sets the type and the hosts of an additional plan of a sub account. More takes effect at once, less at the end of the paid period.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:update:additional_plans:master"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "write",
  idempotent: true,
  params: accountPath,
  query: null,
  body: addonChangeBody,
  bodyRequired: true,
  response: {
    // 2026 documents 200 with an empty definition, most likely the doing of a documentation tool.
    status: { "2021": 204, "2026": 204 },
    description: "The additional plan is changed, or will be at the end of its period.",
    body: { "2021": null, "2026": null },
  },
  errors: {
    accountNotFound,
    selfPayMode,
    bulkLicenses,
    vipOrTrial: underOk("Free trial and VIP accounts can't update sub plans.", ONLY_2021),
    freePlan: badRequest(
      2100,
      "Cannot update Additional plan for a sub account under free plan.",
      BOTH,
    ),
    noSubscription: underOk("You don’t have subscription for ({oldPlanCode}) yet.", ONLY_2021),
    planTypesDoNotMatch: underMultipleChoices(
      "Plan types do not match, oldPlanType: {oldPlanType} newPlanType: {newPlanType}.",
    ),
    invalidAddonType: badRequest(2100, "Invalid Additional Plan Type: {newPlanCode}.", BOTH),
    invalidPlanType: badRequest(2100, "Invalid plan type.", {
      ...BOTH,
      unreachable: "A type that is no additional plan gets the error that names it.",
    }),
    cannotBuyProduct: badRequest(2100, "Account can’t buy this product.", BOTH),
    audioPayAsYouGo: badRequest(
      2100,
      "Can not subscribe/update additional Audio Conferencing Pay As You Go Plan for a sub account whose base plan is not Business/Education plan.",
      BOTH,
    ),
    changeFailed: badRequest(3261, "Failed to change sub plan of account:{accountId}.", BOTH),
    mustSubscribeFirst: badRequest(3261, "Must subscribe to a major plan first.", {
      ...BOTH,
      unreachable: "An account without a base plan is on the free plan, which is said before.",
    }),
    webinar100NotSupported: badRequest(
      3261,
      'The "Webinar100" plan is not supported. You cannot increase hosts for the "{planCode}" plan.',
      { source: ["D26"], documentedIn: ["2026"], reachableIn: ["2026"] },
    ),
    noZuoraSubscription: notFound(
      3200,
      "Cannot find Zuora subscription for account:{subAccountId}.",
      { ...BOTH, unreachable: "Subscriptions are kept by Paymaster itself, beside the account." },
    ),
    ...inferredHostErrors,
  },
  examples: {
    request: { type: "webinar500_monthly", hosts: 3 },
    responses: [
      { name: "Changed", status: 204, body: null },
      {
        name: "Not an additional plan",
        status: 400,
        body: { code: 2100, message: "Invalid Additional Plan Type: webinar7_monthly." },
      },
    ],
  },
});
