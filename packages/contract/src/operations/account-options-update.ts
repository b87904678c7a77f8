import { badRequest, wireError } from "../errors/define.js";
import { accountNotFound } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountOptionsRequest } from "../schemas/account-options.js";
import { accountPath } from "../schemas/path-params.js";

/** PATCH /accounts/{accountId}/options. Facts: section 6.3. */
export const accountOptionsUpdate = defineOperation({
  id: "accountOptionsUpdate",
  id2026: "UpdateOptions",
  tool: "account_options_update",
  method: "PATCH",
  path: "/accounts/{accountId}/options",
  group: "accounts",
  title: "Update options of a sub account",
  description:
    "Changes who pays for a sub account, whether its plans renew, and what it shares with its master. Options that are not sent stay as they are.",
  source: ["OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["account:master"],
    granular: ["account:update:options:master"],
  },
  label: { "2021": "Light", "2026": "Light" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "write",
  idempotent: true,
  params: accountPath,
  query: null,
  body: accountOptionsRequest,
  bodyRequired: true,
  response: {
    // 2026 lists no success at all.
    status: { "2021": 204, "2026": 204 },
    description: "The options are changed.",
    body: { "2021": null, "2026": null },
  },
  errors: {
    accountNotFound,
    /** The one business error that travels under HTTP 200 in 2026 as well. */
    payModeHasPlan: wireError(
      200,
      "The pay mode cannot be updated for a sub account which already has an existing plan.",
      200,
      { source: ["OAD", "D26"] },
    ),
    collectionMethod: badRequest(
      2100,
      "The collection method cannot be changed after the purchase is complete.",
      { source: ["OAD", "D26"] },
    ),
    meetingConnectorsNotFound: badRequest(
      2115,
      "Some meeting connectors you provided cannot be found.",
      {
        source: ["D26"],
        documentedIn: ["2026"],
        unreachable:
          "Connectors are kept as they are sent: there are none here to look them up in.",
      },
    ),
  },
  examples: {
    request: { billing_auto_renew: false },
    responses: [
      { name: "Changed", status: 204, body: null },
      {
        name: "The sub account has a plan",
        status: 200,
        body: {
          code: 200,
          message:
            "The pay mode cannot be updated for a sub account which already has an existing plan.",
        },
      },
    ],
  },
});
