/** Every change leaves a row in the audit log: who, what, before, after, and within which request. */
import { operationList } from "@paymaster/contract";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newOwner, newPlans, PRO, Stage } from "../errors/stage.js";
import { operationsOfOperator } from "../fuzz/operations.js";
import { type Answer, CONTACT } from "../support/server.js";

let stage: Stage;
let db: pg.Client;
beforeAll(async () => {
  stage = await Stage.start("2021");
  db = new pg.Client(stage.paymaster.databaseUrl);
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await stage.stop();
});

type Change = () => Promise<Answer<unknown>>;
const wire = (method: string, path: string, body?: unknown) => stage.call(method, path, body);
const operate = (method: string, path: string, body?: unknown) =>
  stage.paymaster.admin(method, path, body);
const ADDON = { type: "webinar500_monthly", hosts: 1 };

/** By tool name: each change of the wire, made so that it succeeds. */
const WIRE: Readonly<Record<string, Change>> = {
  account_create: () => wire("POST", "/accounts", newOwner()),
  account_disassociate: async () => wire("DELETE", `/accounts/${await stage.free()}`),
  account_options_update: async () =>
    wire("PATCH", `/accounts/${await stage.free()}/options`, { share_rc: true }),
  account_billing_update: async () =>
    wire("PATCH", `/accounts/${await stage.paid()}/billing`, { phone_number: "+1 206 555 0178" }),
  account_plan_create: async () =>
    wire("POST", `/accounts/${await stage.free()}/plans`, newPlans(PRO)),
  account_plan_addon_create: async () =>
    wire("POST", `/accounts/${await stage.paid()}/plans/addons`, ADDON),
  account_plan_addon_update: async () =>
    wire("PUT", `/accounts/${await stage.paid(PRO, [ADDON])}/plans/addons`, { ...ADDON, hosts: 2 }),
  account_plan_addon_cancel: async () =>
    wire("PATCH", `/accounts/${await stage.paid(PRO, [ADDON])}/plans/addons/status`, {
      action: "cancel",
      type: ADDON.type,
      reason: 1,
    }),
  account_plan_base_update: async () =>
    wire("PUT", `/accounts/${await stage.paid()}/plans/base`, { type: "monthly", hosts: 3 }),
  account_plan_base_delete: async () =>
    wire("PATCH", `/accounts/${await stage.paid()}/plans/base/status`, {
      action: "cancel",
      reason: 1,
    }),
};

async function invoiceOf(account: string): Promise<string> {
  const path = `/accounts/${account}/billing/invoices`;
  const { body } = await stage.call<{ invoices: { id: string }[] }>("GET", path);
  return body.invoices[0]?.id ?? "";
}

/** A draft of an account whose next period has come. */
async function draftOf(account: string): Promise<string> {
  const target = { target_date: "2026-03-31", mode: "draft", account_ids: [account] };
  const run = await stage.operate<{ id: string }>("POST", "/bill-runs", target);
  const { accounts } = await stage.operate<{ accounts: { invoice_id: string }[] }>(
    "GET",
    `/bill-runs/${run.id}/accounts`,
  );
  return accounts[0]?.invoice_id ?? "";
}

/** By route: each change of the operator's. */
const OPERATOR: Readonly<Record<string, Change>> = {
  "POST /accounts": () => operate("POST", "/accounts", { kind: "regular", account_name: "Quay" }),
  "PATCH /accounts/{accountId}": async () =>
    operate("PATCH", `/accounts/${await stage.free()}`, { payment_term_days: 14 }),
  "PUT /accounts/{accountId}/usage": async () =>
    operate("PUT", `/accounts/${await stage.paid()}/usage`, { hosts: { monthly: 1 } }),
  "POST /accounts/{accountId}/payments": async () =>
    operate("POST", `/accounts/${stage.paymaster.credentials.account_id}/payments`, {
      amount: 10,
      currency: "USD",
      reference: "audited",
    }),
  "POST /api-keys": async () =>
    operate("POST", "/api-keys", { account_id: await stage.free(), scopes: ["billing:master"] }),
  "DELETE /api-keys/{keyId}": async () => {
    const wish = { account_id: await stage.free(), scopes: ["billing:master"] };
    const { id } = await stage.operate("POST", "/api-keys", wish);
    return operate("DELETE", `/api-keys/${id}`);
  },
  "POST /bill-runs": () =>
    operate("POST", "/bill-runs", { target_date: "2026-01-31", mode: "post" }),
  "POST /bill-runs/{billRunId}/cancel": async () => {
    // The server ends a run without accounts at its next tick, which may come first.
    for (let attempt = 1; ; attempt += 1) {
      const id = `left-alone-${attempt}`;
      await db.query(
        `insert into bill_runs (id, mode, target_date, run_date, started_by, status, created_at)
          values ($1, 'preview', '2026-01-31', '2026-01-31', 'test', 'running', now())`,
        [id],
      );
      const answer = await operate("POST", `/bill-runs/${id}/cancel`, {});
      if (answer.status !== 409 || attempt === 3) return answer;
    }
  },
  "POST /invoices/{invoiceId}/cancel": async () =>
    operate("POST", `/invoices/${await invoiceOf(await stage.paid())}/cancel`, {}),
  "POST /invoices/{invoiceId}/post": async () => {
    const draft = await draftOf(await stage.paid());
    return operate("POST", `/invoices/${draft}/post`, {});
  },
  "PUT /clock": () => operate("PUT", "/clock", { ticking: false }),
  "POST /clock/advance": () => operate("POST", "/clock/advance", { hours: 1 }),
};

interface Row {
  readonly actor: string;
  readonly event: string;
  readonly before: unknown;
  readonly after: unknown;
}

async function rowsOf(answer: Answer<unknown>): Promise<Row[]> {
  const { rows } = await db.query(
    "select actor, event, before, after from audit_log where tracking_id = $1 order by id",
    [answer.headers.get("x-zm-trackingid")],
  );
  return rows;
}

async function expectAudited(answer: Answer<unknown>, actor: RegExp): Promise<void> {
  expect([answer.status < 300, answer.body]).toEqual([true, answer.body]);
  const rows = await rowsOf(answer);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(row.actor).toMatch(actor);
    expect(row.event).toMatch(/^[a-z_]+$/);
    expect(row.before === null && row.after === null).toBe(false);
    expect(row.before).not.toEqual(row.after);
  }
}

it("names every change that there is", async () => {
  const changes = operationList.filter(({ effect }) => effect !== "read");
  expect(Object.keys(WIRE).sort()).toEqual(changes.map(({ tool }) => tool).sort());
  const routes = (await operationsOfOperator())
    .filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path.replace("/admin/v1", "")}`);
  expect(Object.keys(OPERATOR).sort()).toEqual(routes.sort());
});

it.each(Object.entries(WIRE))("%s", async (_tool, change) => {
  await expectAudited(await change(), /^key:/);
});

it.each(Object.entries(OPERATOR))("%s", async (_route, change) => {
  await expectAudited(await change(), /^operator$/);
});

it("a preview and a refusal leave no row", async () => {
  const id = await stage.paid();
  const body = { type: "monthly", hosts: 3 };
  const path = `/accounts/${id}/plans/base`;
  const preview = await stage.call("PUT", path, body, { headers: { prefer: "preview" } });
  const refused = await stage.call("PUT", path, { type: "monthly", hosts: 99_999 });
  expect([preview.status, refused.status >= 300]).toEqual([200, true]);
  expect(await rowsOf(preview)).toEqual([]);
  expect(await rowsOf(refused)).toEqual([]);
});

it("who an account belongs to shows only to its operator, with the contact as it was", async () => {
  const id = await stage.paid();
  const { body } = await stage.paymaster.admin<{ entries: Record<string, unknown>[] }>(
    "GET",
    `/audit?account_id=${id}`,
  );
  expect(body.entries.map(({ event }) => event)).toContain("account_created");
  const changed = await wire("PATCH", `/accounts/${id}/billing`, { city: "Tacoma" });
  expect(await rowsOf(changed)).toMatchObject([
    { event: "contact_changed", before: { city: CONTACT.city }, after: { city: "Tacoma" } },
  ]);
});

it("what concerns no account is found under the service's own id", async () => {
  await stage.operate("POST", "/clock/advance", { hours: 1 });
  const { entries } = await stage.operate<{ entries: { event: string }[] }>(
    "GET",
    "/audit?account_id=service&order=newest",
  );
  expect(entries.map(({ event }) => event)).toContain("clock_moved");
});
