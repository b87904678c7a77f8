import Type from "typebox";
import { accountTransferErrors } from "../errors/account-transfer.js";
import { badRequest, inferred, wireError } from "../errors/define.js";
import { mayNotAddSubAccounts, specialCharacters } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountOptionsRequest } from "../schemas/account-options.js";
import { EMAIL_LENGTH, NAME_LENGTH, TEXT_LENGTH } from "../schemas/contact.js";
import { noPathParams } from "../schemas/path-params.js";

const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 128;
const TRANSFER_CODE_LENGTH = 512;
const BOTH = { source: ["OAD", "D26"] } as const;

const members = {
  first_name: Type.String({ maxLength: NAME_LENGTH, description: "First name of the owner." }),
  last_name: Type.String({ maxLength: NAME_LENGTH, description: "Last name of the owner." }),
  email: Type.String({
    maxLength: EMAIL_LENGTH,
    format: "email",
    description: "Email address of the owner, not used by another account.",
  }),
  password: Type.String({
    minLength: MIN_PASSWORD_LENGTH,
    maxLength: MAX_PASSWORD_LENGTH,
    description: "Password of the owner, without repeated or consecutive characters.",
  }),
  account_name: Type.Optional(
    Type.String({
      maxLength: NAME_LENGTH,
      description: "Name of the account. Default: first and last name of the owner.",
    }),
  ),
};

const body2021 = Type.Object(
  { ...members, options: Type.Optional(accountOptionsRequest["2021"]) },
  { additionalProperties: false },
);
const body2026 = Type.Object(
  {
    ...members,
    options: Type.Optional(accountOptionsRequest["2026"]),
    sub_reseller_id: Type.Optional(
      Type.String({
        maxLength: TEXT_LENGTH,
        description: "The second-level master that the account is to belong to.",
      }),
    ),
    transfer_code: Type.Optional(
      Type.String({
        maxLength: TRANSFER_CODE_LENGTH,
        description: "Code with which an existing account is taken over.",
      }),
    ),
  },
  { additionalProperties: false },
);

const answer = Type.Object({
  id: Type.String({ description: "Id of the new account." }),
  owner_id: Type.String({ description: "Id of its owner." }),
  owner_email: Type.String({ description: "Email address of its owner." }),
  created_at: Type.String({ format: "date-time", description: "When it was created." }),
});

/** POST /accounts. Facts: section 6.3. */
export const accountCreate = defineOperation({
  id: "accountCreate",
  id2026: "accountCreate",
  tool: "account_create",
  method: "POST",
  path: "/accounts",
  group: "accounts",
  title: "Create a sub account",
  description:
    "Creates a sub account of the calling master: free, without plans, paid for by the master unless `options.pay_mode` says otherwise.",
  source: ["OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["account:master"],
    granular: ["account:write:sub_account:master"],
  },
  label: { "2021": "Light", "2026": "Light" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "write",
  idempotent: false,
  params: noPathParams,
  query: null,
  body: { "2021": body2021, "2026": body2026 },
  bodyRequired: true,
  response: {
    status: { "2021": 201, "2026": 201 },
    description: "The account is created; `Content-Location` names it.",
    body: { "2021": answer, "2026": answer },
  },
  errors: {
    /** Documented for POST plans; the flag is about adding accounts, so it is answered here as well. */
    mayNotAddSubAccounts: inferred(mayNotAddSubAccounts),
    invalidName: badRequest(
      300,
      "Your request could not be completed because the name contains an invalid word: {name}",
      BOTH,
    ),
    specialCharacters,
    emailDomainBlocked: badRequest(1107, "Email domain is blocked.", BOTH),
    passwordRepeated: badRequest(
      1111,
      "Password should not contain repeated characters such as 'aaaaaa'.",
      BOTH,
    ),
    passwordConsecutive: badRequest(
      1111,
      "Password should not contain consecutive characters such as 'abc','123'.",
      BOTH,
    ),
    emailUsed: wireError(1005, "Email {email} has already been used.", 409, BOTH),
    ...accountTransferErrors,
  },
  examples: {
    request: {
      first_name: "Ada",
      last_name: "Byron",
      email: "ada@example.com",
      password: "kT7-vQ2-mW9-xR4",
      account_name: "Example School",
      options: { pay_mode: "master", billing_auto_renew: true },
    },
    responses: [
      {
        name: "Created",
        status: 201,
        body: {
          id: "EJSCJqQaTmamt4aVbXyX3A",
          owner_id: "q4Jx2vKZTb6m1nRy8sWc0g",
          owner_email: "ada@example.com",
          created_at: "2026-01-15T09:30:00Z",
        },
      },
      {
        name: "The email address is taken",
        status: 409,
        body: { code: 1005, message: "Email ada@example.com has already been used." },
      },
    ],
  },
});
