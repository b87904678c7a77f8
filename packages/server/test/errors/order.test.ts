/**
 * Where several errors apply at once, the first in the documented order answers: token, scope, rate limit,
 * body, account, pay mode, bulk licences, VIP and trial, state of the plan, catalogue and hosts, contact.
 */
import {
  commonErrors,
  type Operation,
  operationList,
  operations,
  type ToolName,
  WIRE_PROFILES,
  type WireError,
} from "@paymaster/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, CONTACT } from "../support/server.js";
import { NO_INVOICE, NOBODY, PRO, Stage } from "./stage.js";

type Body = Readonly<Record<string, unknown>>;

/** The name that an operation (or everybody) has for the error that was answered. */
function nameOf(operation: Operation, stage: Stage, { status, body }: Answer<unknown>): string {
  const answered = body as { code: number; message: string };
  const all: Readonly<Record<string, WireError>> = { ...commonErrors, ...operation.errors };
  const found = Object.entries(all).filter(([, error]) => {
    const template =
      stage.profile === "2026" ? (error.message2026 ?? error.message) : error.message;
    const literal = template.split(/\{\w+\}/).map((part) => part.replace(/[^\w ]/g, "\\$&"));
    return (
      error.status[stage.profile] === status &&
      error.code === answered.code &&
      new RegExp(`^${literal.join(".*")}$`, "s").test(answered.message)
    );
  });
  expect(found.map(([name]) => name)).toHaveLength(1);
  return found[0]?.[0] ?? "";
}

function pathOf(operation: Operation, account: string): string {
  return operation.path.replace("{accountId}", account).replace("{invoiceId}", NO_INVOICE);
}

/** A free sub account of a master of its own, with defects: what is wrong with it, in the checks' order. */
interface Defects {
  readonly selfPay?: boolean;
  readonly bulk?: boolean;
  readonly vip?: boolean;
  readonly paid?: boolean;
}

async function accountWith(stage: Stage, defects: Defects): Promise<{ id: string; token: string }> {
  const { id: masterId, token } = await stage.master();
  const options = defects.selfPay ? { options: { pay_mode: "sub" } } : {};
  const id = await stage.free(options, { token });
  if (defects.paid) {
    const body = { contact: CONTACT, plan_base: PRO };
    const bought = await stage.call("POST", `/accounts/${id}/plans`, body, { token });
    if (bought.status !== 201) throw new Error(JSON.stringify(bought.body));
  }
  if (defects.vip) await stage.operate("PATCH", `/accounts/${id}`, { vip: true });
  if (defects.bulk) await stage.operate("PATCH", `/accounts/${masterId}`, { bulk_licenses: true });
  return { id, token };
}

/** Requests that fit their schema and ask for a plan that does not exist, with hosts that nobody can buy. */
const HOPELESS: Readonly<Partial<Record<ToolName, Body>>> = {
  account_billing_update: { country: "XX" },
  account_plan_create: { contact: {}, plan_base: { type: "nothing", hosts: 0 } },
  account_plan_addon_create: { type: "nothing", hosts: 0 },
  account_plan_addon_update: { type: "nothing", hosts: 0 },
  account_plan_addon_cancel: { action: "cancel", type: "nothing" },
  account_plan_base_update: { type: "nothing", hosts: 0 },
  account_plan_base_delete: { action: "cancel" },
};

/** From the hopeless request on an account with every defect, one defect less at each rung. */
interface Rung {
  readonly has: Defects;
  readonly answers: string;
  readonly asks?: Body;
}

const ALL: Defects = { selfPay: true, bulk: true, vip: true };
const SELF_PAY: Rung = { has: ALL, answers: "selfPayMode" };
const BULK: Rung = { has: { bulk: true, vip: true }, answers: "bulkLicenses" };
const VIP: Rung = { has: { vip: true }, answers: "vipOrTrial" };

const LADDERS: Readonly<Partial<Record<ToolName, readonly Rung[]>>> = {
  account_billing: [SELF_PAY],
  account_billing_update: [SELF_PAY, { has: {}, answers: "subscribePlanFirst" }],
  account_plans: [SELF_PAY],
  account_plan_create: [
    SELF_PAY,
    BULK,
    { has: { vip: true, paid: true }, answers: "notFreePlan" },
    { has: {}, answers: "invalidBasePlan" },
    {
      has: {},
      asks: { contact: {}, plan_base: { type: "monthly", hosts: 0 }, plan_recording: "nothing" },
      answers: "invalidHostNumber",
    },
    {
      has: {},
      asks: { contact: {}, plan_base: PRO, plan_recording: "nothing" },
      answers: "invalidRecordingPlan",
    },
    {
      has: {},
      asks: { contact: { ...CONTACT, zip: "", country: "XX" }, plan_base: PRO },
      answers: "invalidContactMember",
    },
    {
      has: {},
      asks: { contact: { ...CONTACT, country: "XX", state: "ZZ" }, plan_base: PRO },
      answers: "invalidCountry",
    },
  ],
  account_plan_addon_create: [
    SELF_PAY,
    BULK,
    { has: { vip: true }, answers: "freePlan" },
    { has: { paid: true }, answers: "invalidAddonType" },
  ],
  account_plan_addon_update: [
    SELF_PAY,
    BULK,
    VIP,
    { has: {}, answers: "freePlan" },
    { has: { paid: true }, answers: "invalidAddonType" },
    {
      has: { paid: true },
      asks: { type: "webinar500_monthly", hosts: 0 },
      answers: "noSubscription",
    },
  ],
  account_plan_addon_cancel: [
    SELF_PAY,
    BULK,
    VIP,
    { has: {}, answers: "freePlan" },
    { has: {}, asks: { action: "cancel" }, answers: "freePlan" },
    { has: { paid: true }, asks: { action: "cancel" }, answers: "planTypeRequired" },
    { has: { paid: true }, answers: "noSubscription" },
  ],
  account_plan_base_update: [
    SELF_PAY,
    BULK,
    VIP,
    { has: {}, answers: "noSubscription" },
    { has: { paid: true }, answers: "planTypesDoNotMatch" },
    { has: { paid: true }, asks: { type: "monthly", hosts: 0 }, answers: "invalidHostNumber" },
  ],
  account_plan_base_delete: [SELF_PAY, BULK, VIP, { has: {}, answers: "freePlan" }],
};

describe.each(WIRE_PROFILES)("in the %s generation", (profile) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start(profile);
  });
  afterAll(() => stage.stop());

  const withAccount = operationList.filter(({ path }) => path.includes("{accountId}"));
  const withBody = operationList.filter(({ body }) => body[profile] !== null);

  it.each(operationList)("$tool: the token before everything", async (operation) => {
    const answer = await stage.call(
      operation.method,
      pathOf(operation, NOBODY),
      bodyFor(operation),
      {
        token: "pmk_none",
        headers: { "idempotency-key": "" },
      },
    );
    expect(nameOf(operation, stage, answer)).toBe("invalidToken");
  });

  it.each(operationList)("$tool: the scope before body and account", async (operation) => {
    const others = operationList
      .flatMap(({ scopes }) => scopes.granular)
      .filter((scope) => !operation.scopes.granular.includes(scope));
    const token = await stage.key([...new Set(others)]);
    const answer = await stage.call(
      operation.method,
      pathOf(operation, NOBODY),
      bodyFor(operation),
      {
        token,
      },
    );
    expect(nameOf(operation, stage, answer)).toBe("missingScopes");
    const { classic, granular } = operation.scopes;
    for (const scope of [...classic, ...granular]) {
      expect((answer.body as { message: string }).message).toContain(scope);
    }
  });

  function bodyFor(operation: Operation): unknown {
    return operation.body[profile] === null ? undefined : '{"nothing": ';
  }

  it.each(withBody)("$tool: the body before the account", async (operation) => {
    const path = pathOf(operation, NOBODY);
    const send = (body: unknown) => stage.call(operation.method, path, body);
    expect(nameOf(operation, stage, await send("{"))).toBe("invalidJson");
    expect(nameOf(operation, stage, await send({ nothing: 1 }))).toBe("validationFailed");
  });

  it("account_billing_invoices: the range before the account", async () => {
    const operation = operations.account_billing_invoices;
    const answer = await stage.call("GET", `/accounts/${NOBODY}/billing/invoices?from=yesterday`);
    expect(nameOf(operation, stage, answer)).toBe("validationFailed");
  });

  it.each(withAccount)("$tool: the account before what is asked of it", async (operation) => {
    const body = HOPELESS[operation.tool as ToolName] ?? FITTING[operation.tool];
    const answer = await stage.call(operation.method, pathOf(operation, NOBODY), body);
    expect(nameOf(operation, stage, answer)).toBe("accountNotFound");
  });

  const rungs = Object.entries(LADDERS).flatMap(([tool, ladder]) =>
    ladder.map((rung) => ({
      operation: operations[tool as ToolName] as Operation,
      rung,
      what: `${tool}: ${rung.answers} of ${Object.keys(rung.has).join(", ") || "a free account"}`,
    })),
  );
  it.each(rungs)("$what", async ({ operation, rung }) => {
    const { id, token } = await accountWith(stage, rung.has);
    const body = rung.asks ?? HOPELESS[operation.tool as ToolName];
    const answer = await stage.call(operation.method, pathOf(operation, id), body, { token });
    expect(nameOf(operation, stage, answer)).toBe(rung.answers);
  });

  it("the same request gets the same answer, asked again or previewed", async () => {
    const { id, token } = await accountWith(stage, { paid: true });
    const ask = (headers = {}) =>
      stage.call(
        "PUT",
        `/accounts/${id}/plans/base`,
        { type: "edu20", hosts: 0 },
        { token, headers },
      );
    const [first, second, preview] = [await ask(), await ask(), await ask({ prefer: "preview" })];
    expect(nameOf(operations.account_plan_base_update, stage, first)).toBe("planTypesDoNotMatch");
    expect([second.body, preview.body]).toEqual([first.body, first.body]);
    expect([second.status, preview.status]).toEqual([first.status, first.status]);
  });
});

/** Bodies that fit, of operations that have no hopeless one. */
const FITTING: Readonly<Record<string, Body>> = {
  account_options_update: { pay_mode: "sub" },
};

/** Calls in a second that the lowest tier allows under the label Light. */
const LIGHT_A_SECOND = 4;

describe.each(WIRE_PROFILES)("with quotas, in the %s generation", (profile) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start(profile, { rateLimits: true });
    await stage.operate("PUT", "/clock", { ticking: false });
  });
  afterAll(() => stage.stop());

  it("the scope before the rate limit, and the rate limit before body and account", async () => {
    const { id, token } = await stage.master();
    await stage.operate("PATCH", `/accounts/${id}`, { tier: "free" });
    const operation = operations.account_options_update;
    const path = pathOf(operation, NOBODY);
    const others = await stage.key(["billing:master"], id);
    const names: string[] = [];
    const ask = async (asking: string, body: unknown) => {
      const answer = await stage.call("PATCH", path, body, { token: asking });
      names.push(nameOf(operation, stage, answer));
    };
    for (let call = 0; call <= LIGHT_A_SECOND; call += 1) await ask(others, "{");
    for (let call = 0; call < LIGHT_A_SECOND; call += 1) await ask(token, "{");
    await ask(token, "{");
    await ask(token, { pay_mode: "sub" });
    await ask(others, "{");
    expect(names).toEqual([
      ...Array.from({ length: LIGHT_A_SECOND + 1 }, () => "missingScopes"),
      ...Array.from({ length: LIGHT_A_SECOND }, () => "invalidJson"),
      "perSecondLimit",
      "perSecondLimit",
      "missingScopes",
    ]);
  });

  it("the quota of an account that does not exist is used up like that of one that does", async () => {
    const { token } = await stage.master();
    const operation = operations.account_billing_invoices;
    const ask = () => stage.call("GET", pathOf(operation, NOBODY), undefined, { token });
    const answers = [await ask(), await ask()];
    expect(answers.map((answer) => nameOf(operation, stage, answer))).toEqual([
      "accountNotFound",
      "perSecondLimit",
    ]);
  });
});
