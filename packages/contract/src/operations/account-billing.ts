import Type from "typebox";
import { accountNotFound, selfPayMode } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { employeeCounts } from "../reference-data/employee-counts.js";
import { accountPath } from "../schemas/path-params.js";

const members = {
  address: Type.String({ description: "Street and number of the billing address." }),
  apt: Type.Optional(Type.String({ description: "Apartment or suite." })),
  city: Type.String({ description: "City." }),
  country: Type.String({ description: "Two-letter id from the list of countries." }),
  email: Type.String({ description: "Email address of the billing contact." }),
  first_name: Type.String({ description: "First name of the billing contact." }),
  last_name: Type.String({ description: "Last name of the billing contact." }),
  phone_number: Type.String({ description: "Phone number of the billing contact." }),
  state: Type.String({ description: "State; an id of the list in the United States and Canada." }),
  zip: Type.String({ description: "Postal code." }),
};

/** GET /accounts/{accountId}/billing. Facts: section 1.1. */
export const accountBilling = defineOperation({
  id: "accountBilling",
  id2026: "GetBillingInformation",
  tool: "account_billing",
  method: "GET",
  path: "/accounts/{accountId}/billing",
  group: "billing",
  title: "Get billing information",
  description:
    "The billing contact of a sub account whose charges the master pays: name, address, email and phone number.",
  source: ["S1", "OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["billing:master"],
    granular: ["billing:read:billing_information:master"],
    granularForOwnAccount: ["billing:read:billing_information:admin"],
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
    description: "The billing contact.",
    body: {
      "2021": Type.Object(members),
      "2026": Type.Object({
        ...members,
        employee_count: Type.Enum(employeeCounts, {
          description: "Number of employees of the sub account's company.",
        }),
      }),
    },
  },
  errors: {
    accountNotFound,
    selfPayMode: { ...selfPayMode, message2026: "This subaccount is on self pay mode." },
  },
  examples: {
    responses: [
      {
        name: "Billing contact",
        status: 200,
        body: {
          address: "55 Almaden Boulevard",
          apt: "600",
          city: "San Jose",
          country: "US",
          email: "billing@example.com",
          first_name: "Ada",
          last_name: "Byron",
          phone_number: "+1 555 010 0200",
          state: "CA",
          zip: "95113",
          employee_count: "11-50",
        },
      },
      {
        name: "The sub account pays for itself",
        status: 400,
        body: { code: 2100, message: "This sub account is on self pay mode." },
      },
    ],
  },
});
