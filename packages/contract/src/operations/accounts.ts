import Type from "typebox";
import { defineOperation } from "../operation.js";
import { EMAIL_LENGTH, TEXT_LENGTH } from "../schemas/contact.js";
import { noPathParams } from "../schemas/path-params.js";

const NUMBER_DIGITS = 9;
const TOKEN_LENGTH = 512;

/** Text, as a query is; numbers out of range are refused by the server, which names the field. */
const query = Type.Object({
  page_size: Type.Optional(
    Type.String({
      maxLength: NUMBER_DIGITS,
      description: "Accounts on a page, 1 to 300. Default: 30.",
    }),
  ),
  page_number: Type.Optional(
    Type.String({
      maxLength: NUMBER_DIGITS,
      description: "Page, from 1 on. Deprecated: use `next_page_token`.",
    }),
  ),
  next_page_token: Type.Optional(
    Type.String({
      maxLength: TOKEN_LENGTH,
      description:
        "Token of the answer before, valid for 15 minutes and with the same other parameters.",
    }),
  ),
  sub_reseller_id: Type.Optional(
    Type.String({
      maxLength: TEXT_LENGTH,
      description: "Only accounts below this second-level master (2026).",
    }),
  ),
  phone_number: Type.Optional(
    Type.String({
      maxLength: TEXT_LENGTH,
      description: "Only accounts whose owner has this phone number (2026).",
    }),
  ),
  email: Type.Optional(
    Type.String({
      maxLength: EMAIL_LENGTH,
      description: "Only accounts whose owner has this email address (2026).",
    }),
  ),
});

const pagination = {
  next_page_token: Type.String({ description: "Token of the next page; empty on the last one." }),
  page_count: Type.Integer({ description: "Number of pages." }),
  page_number: Type.Integer({ description: "This page, from 1 on. Deprecated." }),
  page_size: Type.Integer({ description: "Accounts on a page." }),
  total_records: Type.Integer({ description: "Accounts on all pages." }),
};

const entry = {
  id: Type.String({ description: "Id of the account." }),
  account_name: Type.String({ description: "Name of the account." }),
  account_type: Type.String({ description: "Kind of its plan, e.g. `Free` or `Business`." }),
  created_at: Type.String({ format: "date-time", description: "When it was created." }),
  owner_email: Type.String({ description: "Email address of its owner." }),
  seats: Type.Integer({ description: "Licences of its base plan." }),
  subscription_start_time: Type.String({
    description: "Start of the subscription, date and time; empty if there is none.",
  }),
  subscription_end_time: Type.String({
    description: "End of the subscription's period, date and time; empty if there is none.",
  }),
};

/** GET /accounts. Facts: sections 6.2 and 6.3. */
export const accounts = defineOperation({
  id: "accounts",
  id2026: "accounts",
  tool: "accounts",
  method: "GET",
  path: "/accounts",
  group: "accounts",
  title: "List sub accounts",
  description: "The sub accounts of the calling master, page by page, oldest first.",
  source: ["OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["account:master", "account:read:master"],
    granular: ["account:read:list_sub_accounts:master"],
  },
  label: { "2021": "Medium", "2026": "Medium" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "read",
  idempotent: true,
  params: noPathParams,
  query,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 200, "2026": 200 },
    description: "A page of sub accounts.",
    body: {
      "2021": Type.Object({
        ...pagination,
        accounts: Type.Array(
          Type.Object({
            ...entry,
            account_number: Type.String({ description: "Number of the account." }),
          }),
        ),
      }),
      "2026": Type.Object({
        ...pagination,
        accounts: Type.Array(
          Type.Object({
            ...entry,
            account_number: Type.Integer({ description: "Number of the account." }),
            reseller: Type.Boolean({ description: "It is a second-level master." }),
            bulk_license: Type.Boolean({ description: "It has bulk licences." }),
          }),
        ),
      }),
    },
  },
  errors: {},
  examples: {
    responses: [
      {
        name: "One sub account",
        status: 200,
        profile: "2021",
        body: {
          next_page_token: "",
          page_count: 1,
          page_number: 1,
          page_size: 30,
          total_records: 1,
          accounts: [
            {
              id: "EJSCJqQaTmamt4aVbXyX3A",
              account_name: "Example School",
              account_number: "100000012",
              account_type: "Education",
              created_at: "2026-01-15T09:30:00Z",
              owner_email: "owner@example.com",
              seats: 20,
              subscription_start_time: "2026-01-15T00:00:00Z",
              subscription_end_time: "2027-01-15T00:00:00Z",
            },
          ],
        },
      },
      {
        name: "A sub account without a plan",
        status: 200,
        profile: "2026",
        body: {
          next_page_token: "",
          page_count: 1,
          page_number: 1,
          page_size: 30,
          total_records: 1,
          accounts: [
            {
              id: "EJSCJqQaTmamt4aVbXyX3A",
              account_name: "Example School",
              account_number: 100_000_012,
              account_type: "Free",
              created_at: "2026-01-15T09:30:00Z",
              owner_email: "owner@example.com",
              reseller: false,
              bulk_license: false,
              seats: 0,
              subscription_start_time: "",
              subscription_end_time: "",
            },
          ],
        },
      },
    ],
  },
});
