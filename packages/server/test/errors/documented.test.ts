/** Every error of the contract that a client can meet, met: in both generations, with its exact words. */
import {
  commonErrors,
  operations,
  type TokenError,
  tokenErrors,
  WIRE_PROFILES,
  type WireError,
} from "@paymaster/contract";
import { REQUIRED_MEMBERS } from "@paymaster/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTACT } from "../support/server.js";
import * as accounts from "./account-scenarios.js";
import { commonScenarios } from "./common-scenarios.js";
import * as changes from "./plan-change-scenarios.js";
import * as purchases from "./plan-purchase-scenarios.js";
import { messageOf, type OperationScenarios, profilesOf, type Scenario } from "./scenario.js";
import { newPlans, PRO, Stage } from "./stage.js";
import { tokenScenarios } from "./token-scenarios.js";

const operationScenarios: OperationScenarios = {
  account_billing: accounts.accountBilling,
  account_billing_update: accounts.accountBillingUpdate,
  account_billing_invoices: accounts.accountBillingInvoices,
  get_account_billing_invoice: accounts.getAccountBillingInvoice,
  account_plans: accounts.accountPlans,
  account_plan_create: purchases.accountPlanCreate,
  account_plan_addon_create: purchases.accountPlanAddonCreate,
  account_plan_addon_update: changes.accountPlanAddonUpdate,
  account_plan_addon_cancel: changes.accountPlanAddonCancel,
  account_plan_base_update: changes.accountPlanBaseUpdate,
  account_plan_base_delete: changes.accountPlanBaseDelete,
  get_plan_usage: accounts.getPlanUsage,
  download_invoice_p_d_f: accounts.downloadInvoicePdf,
  accounts: {},
  account_create: accounts.accountCreate,
  account: accounts.account,
  account_disassociate: accounts.accountDisassociate,
  account_options_update: accounts.accountOptionsUpdate,
};

type Table<T> = Readonly<Record<string, T>>;

/** Errors of the wire with their scenarios, by where they are stated. */
const tables: Table<{ errors: Table<WireError>; scenarios: Table<Scenario> }> = {
  common: { errors: commonErrors, scenarios: commonScenarios as Table<Scenario> },
  ...Object.fromEntries(
    Object.values(operations).map(({ tool, errors }) => [
      tool,
      { errors, scenarios: operationScenarios[tool] as Table<Scenario> },
    ]),
  ),
};

const reachable = Object.entries(tables).flatMap(([where, { errors, scenarios }]) =>
  Object.entries(errors)
    .filter(([, error]) => error.unreachable === undefined)
    .map(([name, error]) => ({ where: `${where}.${name}`, error, scenario: scenarios[name] })),
);
const reachableTokenErrors = Object.entries(tokenErrors as Table<TokenError>)
  .filter(([, error]) => error.unreachable === undefined)
  .map(([name, error]) => ({
    where: `token.${name}`,
    error,
    scenario: (tokenScenarios as Table<Scenario>)[name],
  }));

describe("the scenarios", () => {
  it("meet every error that is not said to be out of reach, and no other", () => {
    const met = Object.entries(tables).flatMap(([where, { scenarios }]) =>
      Object.keys(scenarios).map((name) => `${where}.${name}`),
    );
    const metTokens = Object.keys(tokenScenarios).map((name) => `token.${name}`);
    const wanted = [...reachable, ...reachableTokenErrors].map(({ where }) => where);
    expect([...met, ...metTokens].sort()).toEqual(wanted.sort());
  });
});

describe.each(WIRE_PROFILES)("in the %s generation", (profile) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start(profile);
  });
  afterAll(() => stage.stop());

  const here = reachable.filter(({ error }) => profilesOf(error).includes(profile));
  it.each(here)("$where", async ({ error, scenario }) => {
    if (scenario === undefined) throw new Error("there is no scenario");
    const { answer, params, fields } = await scenario(stage);
    const { errors, ...body } = answer.body as { errors?: readonly { field: string }[] };
    expect({ status: answer.status, ...body }).toEqual({
      status: error.status[profile],
      code: error.code,
      message: messageOf(error, profile, params),
    });
    expect(errors?.map(({ field }) => field)).toEqual(fields);
  });

  it.each(reachableTokenErrors)("$where", async ({ error, scenario }) => {
    if (scenario === undefined) throw new Error("there is no scenario");
    const { answer } = await scenario(stage);
    const { status, reason, error: name } = error;
    expect([answer.status, answer.body]).toEqual([status, { reason, error: name }]);
  });

  it.each(REQUIRED_MEMBERS)("Invalid parameter: %s", async (member) => {
    const { [member]: _left, ...others } = CONTACT;
    const malformed = member === "email" ? "nobody" : member === "phone_number" ? "none" : "\t";
    const id = await stage.free();
    for (const contact of [
      others,
      { ...others, [member]: "" },
      { ...others, [member]: malformed },
    ]) {
      const answer = await stage.call("POST", `/accounts/${id}/plans`, newPlans(PRO, { contact }));
      expect([answer.status, answer.body]).toEqual([
        400,
        { code: 2100, message: `Invalid parameter: ${member}` },
      ]);
    }
  });

  it("leaves books that hold, whatever was refused", async () => {
    const invariants = await stage.operate<{ ok: boolean; checks: unknown[] }>(
      "GET",
      "/invariants",
    );
    expect(invariants).toMatchObject({ ok: true });
  });
});
