import Type from "typebox";
import { badRequest, underOk } from "../errors/define.js";
import { accountNotFound, selfPayMode, specialCharacters } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { contactMembers, EMAIL_LENGTH } from "../schemas/contact.js";
import { accountPath } from "../schemas/path-params.js";

/** Neither generation lets employee_count be changed here, although 2026 shows it. */
const body = Type.Object(
  {
    ...contactMembers,
    email: Type.Optional(
      Type.String({
        maxLength: EMAIL_LENGTH,
        format: "email",
        description: "Email address of the billing contact.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** PATCH /accounts/{accountId}/billing. Facts: section 1.2. */
export const accountBillingUpdate = defineOperation({
  id: "accountBillingUpdate",
  id2026: "UpdateBillingInformation",
  tool: "account_billing_update",
  method: "PATCH",
  path: "/accounts/{accountId}/billing",
  group: "billing",
  title: "Update billing information",
  description:
    "Changes the billing contact of a sub account whose charges the master pays. Members that are not sent stay as they are.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:update:billing_information:master"],
  },
  label: { "2021": "Heavy", "2026": "Heavy" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "write",
  idempotent: true,
  params: accountPath,
  query: null,
  body: { "2021": body, "2026": body },
  bodyRequired: true,
  response: {
    // 2026 documents 200 with an empty definition, most likely the doing of a documentation tool.
    status: { "2021": 204, "2026": 204 },
    description: "The billing contact is changed.",
    body: { "2021": null, "2026": null },
  },
  errors: {
    accountNotFound,
    selfPayMode,
    subscribePlanFirst: underOk("Please subscribe a plan for this sub account first.", {
      source: ["OAD", "D26"],
    }),
    // With a full stop at the end, which the same messages of POST plans do not have.
    invalidCountry: badRequest(2100, "Invalid country parameter: {country}.", {
      source: ["OAD", "D26"],
    }),
    invalidState: badRequest(2100, "Invalid state parameter: {state}.", { source: ["OAD", "D26"] }),
    specialCharacters,
  },
  examples: {
    request: { email: "billing@example.com", phone_number: "+1 555 010 0200" },
    responses: [
      { name: "Changed", status: 204, body: null },
      {
        name: "Unknown country",
        status: 400,
        body: { code: 2100, message: "Invalid country parameter: XX." },
      },
    ],
  },
});
