import { notFound } from "../errors/define.js";
import { accountNotFound } from "../errors/shared.js";
import { defineOperation } from "../operation.js";
import { accountPath } from "../schemas/path-params.js";

/** DELETE /accounts/{accountId}. Facts: section 6.3. */
export const accountDisassociate = defineOperation({
  id: "accountDisassociate",
  id2026: "DisassociateASubAccount",
  tool: "account_disassociate",
  method: "DELETE",
  path: "/accounts/{accountId}",
  group: "accounts",
  title: "Disassociate a sub account",
  description:
    "Ends the relation of a sub account without a paid plan to its master. The master cannot reach the account any more.",
  source: ["OAD", "D26"],
  confidence: "documented",
  scopes: {
    classic: ["account:master", "account:write:master"],
    granular: ["account:delete:sub_account:master"],
  },
  label: { "2021": "Light", "2026": "Light" },
  specialLimits: { "2021": [], "2026": [] },
  acceptsMe: false,
  effect: "cancel",
  idempotent: true,
  params: accountPath,
  query: null,
  body: { "2021": null, "2026": null },
  response: {
    status: { "2021": 204, "2026": 204 },
    description: "The account has no master any more.",
    body: { "2021": null, "2026": null },
  },
  errors: {
    accountNotFound,
    paidAccount: notFound(2000, "You cannot disassociate a paid account.", {
      source: ["OAD", "D26"],
    }),
  },
  examples: {
    responses: [
      { name: "Disassociated", status: 204, body: null },
      {
        name: "The account has a paid plan",
        status: 404,
        body: { code: 2000, message: "You cannot disassociate a paid account." },
      },
    ],
  },
});
