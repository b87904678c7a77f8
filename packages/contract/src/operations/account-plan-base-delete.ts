import Type from "typebox";
import { badRequest, notFound, underOk } from "../errors/define.js";
import { bulkLicenses, cancelBundle, userNotFound } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import {
  cancelAction,
  cancellationComment,
  cancellationReason,
  closed,
} from "../schemas/plan-parts.js";

const BOTH = { source: ["OAD", "D26"] } as const;

const body = closed({
  action: cancelAction,
  reason: Type.Optional(cancellationReason),
  comment: Type.Optional(cancellationComment),
});

/** PATCH /accounts/{accountId}/plans/base/status. Facts: section 1.11. */
export const accountPlanBaseDelete = defineOperation({
  id: "accountPlanBaseDelete",
  id2026: "CancelABasePlan",
  tool: "account_plan_base_delete",
  method: "PATCH",
  path: "/accounts/{accountId}/plans/base/status",
  group: "billing",
  title: "Cancel a base plan",
  description:
    "Cancels the base plan of a sub account, after all its additional plans. It runs to the end of the paid period, without refund.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:update:cancel_plan:master"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "cancel",
  idempotent: true,
  params: accountPath,
  query: null,
  body: { "2021": body, "2026": body },
  bodyRequired: true,
  response: {
    // 2026 documents 200 with an empty definition, most likely the doing of a documentation tool.
    status: { "2021": 204, "2026": 204 },
    description: "The base plan is cancelled and runs to the end of its period.",
    body: { "2021": null, "2026": null },
  },
  errors: {
    // Two wordings that only this operation has.
    accountNotFound: notFound(
      2001,
      "This account does not exist or does not belong to this master account.",
      BOTH,
    ),
    selfPayMode: badRequest(2100, "This sub account is paid by self.", BOTH),
    userNotFound,
    bulkLicenses,
    vipOrTrial: underOk(
      "Free trial and VIP accounts can not cancel plans of a sub account. Contact the Zoom Support team for details.",
      BOTH,
    ),
    freePlan: underOk("Cannot cancel plan for a sub account which is under free plan.", BOTH),
    cancelAddonsFirst: underOk("You should first cancel all additional subscriptions.", BOTH),
    noMajorSubscription: underOk("You don’t have a major subscription yet.", {
      ...BOTH,
      unreachable: "An account without a base plan is on the free plan, which is said before.",
    }),
    noSubscription: underOk("You don't have a plan subscription for ({planCode}) yet.", {
      ...BOTH,
      unreachable: "The request names no plan; the one base plan is meant.",
    }),
    cancelBundle,
  },
  examples: {
    request: { action: "cancel", reason: 6, comment: "Closed until spring." },
    responses: [
      { name: "Cancelled", status: 204, body: null },
      {
        name: "Additional plans are still active",
        status: 200,
        profile: "2021",
        body: { code: 200, message: "You should first cancel all additional subscriptions." },
      },
    ],
  },
});
