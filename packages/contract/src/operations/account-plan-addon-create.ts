import { badRequest, inferred } from "../errors/define.js";
import { inferredHostErrors } from "../errors/hosts.js";
import { accountNotFound, bulkLicenses, selfPayMode, userNotFound } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import { addonRequestBody } from "../schemas/plan-addon-request.js";
import { addonCreatedBody } from "../schemas/plan-answer.js";
import { accountPlanAddonUpdate } from "./account-plan-addon-update.js";
import { accountPlanCreate } from "./account-plan-create.js";

const BOTH = { source: ["OAD", "D26"] } as const;
const { audioOptionMissing, cannotBuyPlan } = accountPlanCreate.errors;
const { audioPayAsYouGo, freePlan, invalidAddonType } = accountPlanAddonUpdate.errors;

/** POST /accounts/{accountId}/plans/addons. Facts: section 1.7. */
export const accountPlanAddonCreate = defineOperation({
  id: "accountPlanAddonCreate",
  id2026: "SubscribeAccountToAnAdditionalPlan",
  tool: "account_plan_addon_create",
  method: "POST",
  path: "/accounts/{accountId}/plans/addons",
  group: "billing",
  title: "Subscribe an additional plan",
  description:
    "Subscribes a paid sub account to an additional plan, from today. A phone plan is given by its parts in plan_details.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:write:subscribe_additional_plans:master"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "write",
  idempotent: false,
  params: accountPath,
  query: null,
  body: addonRequestBody,
  bodyRequired: true,
  response: {
    status: { "2021": 201, "2026": 201 },
    description: "Subscribed. 2026 answers with the additional plan where POST plans has it.",
    body: addonCreatedBody,
  },
  errors: {
    accountNotFound,
    userNotFound,
    selfPayMode,
    bulkLicenses,
    freePlan,
    zoomRoomsBase: badRequest(
      2100,
      "Additional Zoom Rooms plan cannot be added to a sub account that already has a Zoom Rooms base plan.",
      // Zoom Rooms plans were base plans until 2021: afterwards nobody gets one as such.
      { ...BOTH, reachableIn: ["2021"] },
    ),
    alreadyHasAddon: badRequest(
      2100,
      "This sub account already has the additional plan: {planCode}.",
      BOTH,
    ),
    // Documented for changes of an add-on, or for add-ons bought together with a base plan.
    invalidAddonType: inferred(invalidAddonType),
    audioOptionMissing: inferred(audioOptionMissing),
    audioPayAsYouGo: inferred(audioPayAsYouGo),
    cannotBuyPlan: inferred(cannotBuyPlan),
    ...inferredHostErrors,
  },
  examples: {
    request: { type: "webinar500_monthly", hosts: 2 },
    responses: [
      { name: "Subscribed", status: 201, profile: "2021", body: null },
      {
        name: "Subscribed, with what was added",
        status: 201,
        profile: "2026",
        body: { plan_webinar: [{ type: "webinar500_monthly", hosts: 2 }] },
      },
      {
        name: "The sub account has the plan already",
        status: 400,
        body: {
          code: 2100,
          message: "This sub account already has the additional plan: webinar500_monthly.",
        },
      },
    ],
  },
});
