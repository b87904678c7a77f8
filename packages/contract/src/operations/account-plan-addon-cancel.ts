import Type from "typebox";
import { underMultipleChoices, underOk } from "../errors/define.js";
import {
  accountNotFound,
  bulkLicenses,
  cancelBundle,
  selfPayMode,
  userNotFound,
} from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import {
  cancelAction,
  cancellationComment,
  cancellationReason,
  closed,
  planType,
} from "../schemas/plan-parts.js";

const BOTH = { source: ["OAD", "D26"] } as const;

/** Nothing is required: a missing type has an error of its own. */
const body = closed({
  action: Type.Optional(cancelAction),
  type: Type.Optional({
    ...planType,
    description: "Code of the plan; `plan_phone` or `phone_type` for the whole phone plan.",
  }),
  reason: Type.Optional(cancellationReason),
  comment: Type.Optional(cancellationComment),
});

/** PATCH /accounts/{accountId}/plans/addons/status. Facts: section 1.9. */
export const accountPlanAddonCancel = defineOperation({
  id: "accountPlanAddonCancel",
  id2026: "CancelAdditionalPlans",
  tool: "account_plan_addon_cancel",
  method: "PATCH",
  path: "/accounts/{accountId}/plans/addons/status",
  group: "billing",
  title: "Cancel an additional plan",
  description:
    "Cancels an additional plan of a sub account. It runs to the end of the paid period, without refund.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:update:cancel_additional_plans:master"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "cancel",
  idempotent: true,
  params: accountPath,
  query: null,
  body: { "2021": body, "2026": body },
  bodyRequired: false,
  response: {
    // 2026 documents 200 with an empty definition, most likely the doing of a documentation tool.
    status: { "2021": 204, "2026": 204 },
    description: "The additional plan is cancelled and runs to the end of its period.",
    body: { "2021": null, "2026": null },
  },
  errors: {
    accountNotFound,
    userNotFound,
    selfPayMode,
    bulkLicenses,
    vipOrTrial: underOk(
      "Free trial and VIP accounts can not cancel plans of a sub account. Contact the Zoom Support team for details.",
      {
        ...BOTH,
        message2026:
          "Free trial and VIP accounts cannot cancel sub account add-on plans. Contact the Zoom Support team for details.",
      },
    ),
    freePlan: underOk("You cannot cancel plan for a sub account that is under a free plan.", {
      ...BOTH,
      message2026: "You cannot cancel an add-on plan for a sub account that is under a Free plan.",
    }),
    planTypeRequired: underMultipleChoices("Plan type is required."),
    noPhoneSubscription: underOk(
      "You cannot perform this action because you do not have a Zoom Phone subscription for this account.",
      BOTH,
    ),
    // Two full stops in the 2021 generation.
    noSubscription: underOk("You don't have a plan subscription for ({planCode}) yet..", {
      ...BOTH,
      message2026: 'You do not have a "{planCode}" plan subscription.',
    }),
    cancelBundle,
  },
  examples: {
    request: {
      action: "cancel",
      type: "webinar500_monthly",
      reason: 6,
      comment: "The season is over.",
    },
    responses: [
      { name: "Cancelled", status: 204, body: null },
      {
        name: "The sub account is free",
        status: 200,
        profile: "2021",
        body: {
          code: 200,
          message: "You cannot cancel plan for a sub account that is under a free plan.",
        },
      },
    ],
  },
});
