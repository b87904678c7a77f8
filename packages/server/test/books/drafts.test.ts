/** Drafts: what a bill run proposes, visible on the wire, made anew or posted, and never money. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import { advance, balance, expectSound, newTenant, owed, type Tenant } from "./support/tenant.js";

const PRICE = 29.98;
const NEXT = "2026-04-10";

let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-03-10" });
});
afterAll(async () => {
  await expectSound(paymaster);
  await paymaster.stop();
});

async function draftRun(accountIds: string[], date = NEXT) {
  const body = { target_date: date, mode: "draft", account_ids: accountIds };
  const { status, body: run } = await paymaster.admin("POST", "/bill-runs", body);
  expect([status, run.status]).toEqual([201, "done"]);
  return run;
}

async function withDraft(): Promise<[Tenant, string, string]> {
  const tenant = await newTenant(paymaster);
  const sub = await tenant.customer();
  expect(await draftRun([sub])).toMatchObject({ invoices: 1, total: PRICE });
  const draft = (await tenant.invoices(sub)).find((one) => one.status === "Draft");
  return [tenant, sub, draft?.id ?? ""];
}

describe("a draft", () => {
  it("is on the wire with its amounts and an empty number, dated on the day of the run", async () => {
    const [tenant, sub, id] = await withDraft();
    expect(await tenant.invoices(sub)).toEqual([
      {
        id,
        invoice_number: "",
        status: "Draft",
        invoice_date: "2026-03-10",
        target_date: NEXT,
        due_date: "2026-04-09",
        tax_amount: 0,
        total_amount: PRICE,
        balance: PRICE,
      },
      expect.objectContaining({ invoice_number: "INV-00000001", status: "Posted" }),
    ]);
    const detail = await tenant.wire("GET", `/accounts/${sub}/billing/invoices/${id}`);
    expect(detail.body.invoice_items).toMatchObject([
      { start_date: NEXT, end_date: "2026-05-09", total_amount: PRICE },
    ]);
    const { body } = await paymaster.admin("GET", `/invoices/${id}/lines`);
    expect(body.lines).toMatchObject([{ amount: PRICE, reason: "recurring" }]);
  });

  it("is no money: nothing is owed, booked or numbered by it", async () => {
    const [tenant, sub] = await withDraft();
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: PRICE, open_invoices: 1 });
    expect(await owed(paymaster, sub)).toHaveLength(1);
    const plans = await tenant.wire<{ plan_base: object }>("GET", `/accounts/${sub}/plans`);
    expect(plans.body.plan_base).toMatchObject({ next_invoice_date: NEXT });
    await expectSound(paymaster);
  });

  it("is made anew by the next draft run and keeps its id", async () => {
    const [tenant, sub, id] = await withDraft();
    await tenant.wire("PUT", `/accounts/${sub}/plans/base`, {
      body: { type: "monthly", hosts: 5 },
    });
    await draftRun([sub]);
    const drafts = (await tenant.invoices(sub)).filter((one) => one.status === "Draft");
    expect(drafts.map((one) => [one.id, one.total_amount])).toEqual([[id, 74.95]]);
  });

  it("is taken back when there is nothing left to charge", async () => {
    const [tenant, sub] = await withDraft();
    const cancelled = await tenant.wire("PATCH", `/accounts/${sub}/plans/base/status`, {
      body: { action: "cancel", reason: 1 },
    });
    expect(cancelled.status).toBe(204);
    expect(await draftRun([sub])).toMatchObject({ invoices: 0, total: 0 });
    expect((await tenant.invoices(sub)).map((one) => one.status)).toEqual(["Posted"]);
  });

  it("is withdrawn by the operator, and stays on the wire as cancelled", async () => {
    const [tenant, sub, id] = await withDraft();
    const withdrawn = await paymaster.admin("POST", `/invoices/${id}/cancel`);
    expect([withdrawn.status, withdrawn.body]).toMatchObject([
      200,
      { id, status: "Canceled", invoice_number: "", balance: 0 },
    ]);
    expect((await tenant.invoices(sub)).map((one) => one.status).toSorted()).toEqual([
      "Canceled",
      "Posted",
    ]);
    await draftRun([sub]);
    const again = (await tenant.invoices(sub)).filter((one) => one.status === "Draft");
    expect(again.map((one) => one.id === id)).toEqual([false]);
  });

  it("is posted by the operator before its date, keeps its id and takes the next number", async () => {
    const [tenant, sub, id] = await withDraft();
    const posted = await paymaster.admin("POST", `/invoices/${id}/post`);
    expect([posted.status, posted.body]).toMatchObject([
      200,
      {
        id,
        status: "Posted",
        invoice_number: "INV-00000002",
        total_amount: PRICE,
        target_date: NEXT,
      },
    ]);
    const again = await paymaster.admin("POST", `/invoices/${id}/post`);
    expect([again.status, again.body]).toEqual([200, posted.body]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 59.96, open_invoices: 2 });
    const plans = await tenant.wire<{ plan_base: object }>("GET", `/accounts/${sub}/plans`);
    expect(plans.body.plan_base).toMatchObject({ next_invoice_date: "2026-05-10" });
    await expectSound(paymaster);
  });
});

describe("as time passes", () => {
  it("a later run posts what drafts propose, under their ids; what was posted early is not charged again", async () => {
    const [tenant, sub, id] = await withDraft();
    const [early, earlySub, earlyId] = await withDraft();
    await paymaster.admin("POST", `/invoices/${earlyId}/post`);
    await advance(paymaster, NEXT);
    expect((await tenant.invoices(sub)).map((one) => [one.id === id, one.status])).toEqual([
      [true, "Posted"],
      [false, "Posted"],
    ]);
    expect(await early.invoices(earlySub)).toHaveLength(2);
    await expectSound(paymaster);
  });
});
