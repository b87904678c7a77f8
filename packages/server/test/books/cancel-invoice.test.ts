/** Cancelling invoices: what comes back, what falls due again, and when it is refused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import {
  advance,
  balance,
  expectSound,
  newTenant,
  type OperatorInvoice,
  owed,
  pay,
} from "./support/tenant.js";

const PRICE = 29.98;
let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-03-10" });
});
afterAll(async () => {
  await expectSound(paymaster);
  await paymaster.stop();
});

async function newest(accountId: string): Promise<OperatorInvoice> {
  const [invoice] = await owed(paymaster, accountId);
  if (invoice === undefined) throw new Error("no invoice");
  return invoice;
}

const cancel = (id: string) => paymaster.admin("POST", `/invoices/${id}/cancel`);

async function bill(accountIds: string[], date: string, mode = "post") {
  const body = { target_date: date, mode, account_ids: accountIds };
  const { status, body: run } = await paymaster.admin("POST", "/bill-runs", body);
  expect([status, run.status]).toEqual([201, "done"]);
  return run;
}

async function lines(id: string) {
  const { body } = await paymaster.admin<{ lines: object[] }>("GET", `/invoices/${id}/lines`);
  return body.lines;
}

describe("a posted invoice with nothing paid", () => {
  it("is cancelled: balance 0, the number stays used, and its periods are billed again at the same amounts", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    const before = await newest(sub);
    const cancelled = await cancel(before.id);
    expect([cancelled.status, cancelled.body]).toMatchObject([
      200,
      { status: "Canceled", balance: 0, total_amount: PRICE, invoice_number: "INV-00000001" },
    ]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 0, credit: 0 });
    expect(await bill([sub], "2026-03-10")).toMatchObject({ invoices: 1, total: PRICE });
    const after = await newest(sub);
    expect(after).toMatchObject({
      status: "Posted",
      balance: PRICE,
      invoice_number: "INV-00000002",
    });
    expect(await lines(after.id)).toEqual(await lines(before.id));
    const wire = await tenant.invoices(sub);
    expect(wire.map((one) => [one.invoice_number, one.status, one.balance])).toEqual([
      ["INV-00000002", "Posted", PRICE],
      ["INV-00000001", "Canceled", 0],
    ]);
    await expectSound(paymaster);
  });

  it("is cancelled once: again answers the same", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    const { id } = await newest(sub);
    const answers = await Promise.all([cancel(id), cancel(id), cancel(id)]);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [200, answers[0]?.body]),
    );
    expect(await bill([sub], "2026-03-10")).toMatchObject({ invoices: 1, total: PRICE });
    expect(await bill([sub], "2026-03-10")).toMatchObject({ invoices: 0, total: 0 });
  });

  it("may be cancelled, billed and cancelled again: nothing is charged twice or lost", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    for (let round = 0; round < 3; round += 1) {
      await cancel((await newest(sub)).id);
      expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 0 });
      await bill([sub], "2026-03-10");
      expect(await balance(paymaster, tenant.id)).toMatchObject({ open: PRICE });
    }
    await expectSound(paymaster);
  });

  it("does not move the next invoice date, and what falls due meanwhile comes with it", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    await cancel((await newest(sub)).id);
    const plans = await tenant.wire<{ plan_base: { next_invoice_date: string } }>(
      "GET",
      `/accounts/${sub}/plans`,
    );
    expect(plans.body.plan_base.next_invoice_date).toBe("2026-04-10");
    const preview = await bill([sub], "2026-04-10", "preview");
    expect(preview).toMatchObject({ invoices: 1, total: 59.96 });
  });

  it("that took credit gives it back", async () => {
    const tenant = await newTenant(paymaster);
    await pay(paymaster, tenant.id, 20);
    const sub = await tenant.customer();
    expect(await newest(sub)).toMatchObject({ balance: 9.98 });
    expect(await balance(paymaster, tenant.id)).toMatchObject({ credit: 0 });
    expect((await cancel((await newest(sub)).id)).status).toBe(200);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 0, credit: 20 });
    await bill([sub], "2026-03-10");
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 9.98, credit: 0 });
    await expectSound(paymaster);
  });
});

describe("a posted invoice that was paid", () => {
  it.each([
    ["in part", 1],
    ["in full", PRICE],
  ])("%s cannot be cancelled", async (_how, amount) => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    await pay(paymaster, tenant.id, amount);
    const { id } = await newest(sub);
    const refused = await cancel(id);
    expect([refused.status, refused.body]).toEqual([
      409,
      { code: 409, message: "An invoice that was paid, even in part, cannot be cancelled." },
    ]);
    expect(await newest(sub)).toMatchObject({ status: "Posted" });
    await expectSound(paymaster);
  });
});

describe("an invoice that gave credit", () => {
  it("negative in total, it becomes credit of the payer; cancelled, the credit is taken back", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer({ type: "business_monthly", hosts: 20 });
    await pay(paymaster, tenant.id, 399.8);
    // Upward to a year of fewer hosts: what is unused of the month outweighs the first year of one host.
    const changed = await tenant.wire("PUT", `/accounts/${sub}/plans/base`, {
      body: { type: "yearly", hosts: 1 },
    });
    expect(changed.status).toBe(204);
    const negative = await newest(sub);
    expect(negative).toMatchObject({ status: "Posted", balance: 0 });
    expect(negative.total_amount).toBeLessThan(0);
    expect(await balance(paymaster, tenant.id)).toMatchObject({
      open: 0,
      credit: -negative.total_amount,
    });
    await expectSound(paymaster);
    const cancelled = await cancel(negative.id);
    expect(cancelled.status).toBe(200);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 0, credit: 0 });
    await bill([sub], "2026-03-10");
    expect(await balance(paymaster, tenant.id)).toMatchObject({ credit: -negative.total_amount });
    await expectSound(paymaster);
  });

  it("cannot be cancelled once its credit is used", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer({ type: "business_monthly", hosts: 20 });
    await pay(paymaster, tenant.id, 399.8);
    await tenant.wire("PUT", `/accounts/${sub}/plans/base`, { body: { type: "yearly", hosts: 1 } });
    const negative = await newest(sub);
    const credit = -negative.total_amount;
    // Oldest open invoices first; there are none, so the next ones take it.
    const next = await tenant.customer({ type: "monthly", hosts: 9 });
    expect(await newest(next)).toMatchObject({ balance: 0 });
    expect((await balance(paymaster, tenant.id)).credit).toBeLessThan(credit);
    const refused = await cancel(negative.id);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 409 }]);
    await expectSound(paymaster);
  });
});

describe("invoices that cannot be cancelled or posted", () => {
  it("an unknown one does not exist", async () => {
    for (const action of ["cancel", "post"]) {
      const answer = await paymaster.admin("POST", `/invoices/${"0".repeat(32)}/${action}`);
      expect([answer.status, answer.body.code]).toEqual([404, 2001]);
    }
  });

  it("a cancelled one is not posted again", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    const { id } = await newest(sub);
    await cancel(id);
    expect((await paymaster.admin("POST", `/invoices/${id}/post`)).status).toBe(409);
  });
});

describe("as time passes", () => {
  it("the daily run bills a cancelled period again by itself", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    await cancel((await newest(sub)).id);
    await advance(paymaster, "2026-03-11");
    expect((await owed(paymaster, sub)).map((one) => [one.status, one.invoice_date])).toEqual([
      ["Posted", expect.stringMatching(/^2026-03-1[01]$/)],
      ["Canceled", "2026-03-10"],
    ]);
    await expectSound(paymaster);
  });
});
