import Type from "typebox";
import { accountNotFound } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountOptionsAnswer } from "../schemas/account-options.js";
import { accountPath } from "../schemas/path-params.js";

const accountTypes = [
  "Free",
  "Pro",
  "Enterprise",
  "API Partner",
  "Education",
  "Business",
  "Free Trial",
  "Bulk License",
  "Zoom Rooms",
  "Zoom Video SDK",
  "Zoom Phone",
] as const;

const members = {
  id: Type.String({ description: "Id of the account." }),
  owner_id: Type.String({ description: "Id of its owner." }),
  owner_email: Type.String({ description: "Email address of its owner." }),
  created_at: Type.String({ format: "date-time", description: "When it was created." }),
  vanity_url: Type.String({ description: "Vanity URL; empty if there is none." }),
};

/** GET /accounts/{accountId}. Facts: section 6.3. */
export const account = defineOperation({
  id: "account",
  id2026: "GetSubAccountDetails",
  tool: "account",
  method: "GET",
  path: "/accounts/{accountId}",
  group: "accounts",
  title: "Get a sub account",
  description: "One sub account with its options. `me` is the calling account.",
  source: ["OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["account:master"],
    granular: ["account:read:sub_account:master"],
    granularForOwnAccount: ["account:read:sub_account:admin"],
  },
  label: { "2021": "Light", "2026": "Light" },
  specialLimits: { "2021": [], "2026": [] },
  // Not documented in words; there is an `:admin` scope, which is about the caller's own account.
  acceptsMe: true,
  effect: "read",
  idempotent: true,
  params: accountPath,
  query: null,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 200, "2026": 200 },
    description: "The account.",
    body: {
      "2021": Type.Object({ ...members, options: accountOptionsAnswer["2021"] }),
      "2026": Type.Object({
        ...members,
        options: accountOptionsAnswer["2026"],
        account_name: Type.String({ description: "Name of the account." }),
        account_number: Type.Integer({ description: "Number of the account." }),
        account_type: Type.Enum(accountTypes, { description: "Kind of its plan." }),
        seats: Type.Integer({ description: "Licences of its base plan." }),
        subscription_start_time: Type.Optional(
          Type.String({ format: "date-time", description: "Start of the subscription, if any." }),
        ),
        subscription_end_time: Type.Optional(
          Type.String({ format: "date-time", description: "End of its period, if any." }),
        ),
        reseller: Type.Boolean({ description: "It is a second-level master." }),
      }),
    },
  },
  errors: { accountNotFound },
  examples: {
    responses: [
      {
        name: "Sub account",
        status: 200,
        body: {
          id: "EJSCJqQaTmamt4aVbXyX3A",
          owner_id: "q4Jx2vKZTb6m1nRy8sWc0g",
          owner_email: "owner@example.com",
          options: {
            share_rc: false,
            room_connector_list: [],
            share_mc: false,
            meeting_connector_list: [],
            pay_mode: "master",
            billing_auto_renew: true,
          },
          created_at: "2026-01-15T09:30:00Z",
          vanity_url: "",
          account_name: "Example School",
          account_number: 100_000_012,
          account_type: "Education",
          seats: 20,
          subscription_start_time: "2026-01-15T00:00:00Z",
          subscription_end_time: "2027-01-15T00:00:00Z",
          reseller: false,
        },
      },
      {
        name: "Unknown account",
        status: 404,
        body: { code: 2001, message: "Account does not exist: EJSCJqQaTmamt4aVbXyX3A." },
      },
    ],
  },
});
