import { badRequest, inferred } from "../errors/define.js";
import { accountNotFound } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";
import { usageAnswerBody } from "../schemas/plan-usage.js";

/** GET /accounts/{accountId}/plans/usage. Facts: section 1.12; the first example is that of S0. */
export const getPlanUsage = defineOperation({
  id: "getPlanUsage",
  id2026: "GetPlanUsage",
  tool: "get_plan_usage",
  method: "GET",
  path: "/accounts/{accountId}/plans/usage",
  group: "billing",
  title: "Get plan usage",
  description:
    "How many licences of each plan a sub account, a master account or a regular account has and uses, and its recording storage.",
  source: ["S0", "S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master", "account:master"],
    classicForOwnAccount: ["account:read:admin"],
    granular: ["billing:read:plan_usage:master"],
    granularForOwnAccount: ["billing:read:plan_usage:admin"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: true,
  effect: "read",
  idempotent: true,
  params: accountPath,
  query: null,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 200, "2026": 200 },
    description: "Plan usage; a family of which nothing is held is absent.",
    body: usageAnswerBody,
  },
  errors: {
    accountNotFound: inferred(accountNotFound),
    paidAccountOnly: badRequest(200, "Only available for paid account.", {
      source: ["S0", "OAD", "D26"],
    }),
  },
  examples: {
    responses: [
      {
        name: "Plan usage",
        status: 200,
        body: {
          plan_base: { type: "monthly", hosts: 2, usage: 1 },
          plan_zoom_rooms: { type: "zroom_monthly", hosts: 1, usage: 0 },
          plan_webinar: [{ type: "webinar1000", hosts: 1, usage: 1 }],
          plan_zoom_events: [{ type: "zoomevents500_monthly", hosts: 1, usage: 1 }],
          plan_large_meeting: [{ type: "large500_monthly", hosts: 1, usage: 1 }],
          plan_recording: {
            free_storage: "3 GB",
            free_storage_usage: "0",
            plan_storage: "0",
            plan_storage_usage: "0",
            plan_storage_exceed: "0",
          },
        },
      },
      {
        name: "The account is free",
        status: 400,
        body: { code: 200, message: "Only available for paid account." },
      },
    ],
  },
});
