/** Payments, as the operator records them: what they settle, what they leave over. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import {
  balance,
  expectSound,
  newTenant,
  owed,
  pay,
  type Tenant,
  tenantOf,
} from "./support/tenant.js";

/** Two hosts of Pro, monthly. */
const PRICE = 29.98;

let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-03-10" });
});
afterAll(async () => {
  await expectSound(paymaster);
  await paymaster.stop();
});

async function withTwoCustomers(): Promise<[Tenant, string, string]> {
  const tenant = await newTenant(paymaster);
  return [tenant, await tenant.customer(), await tenant.customer()];
}

async function open(accountId: string): Promise<number[]> {
  return (await owed(paymaster, accountId)).map((invoice) => invoice.balance).toReversed();
}

describe("a payment to the payer", () => {
  it("settles the oldest due date first, then the next, and leaves the rest open", async () => {
    const [tenant] = await withTwoCustomers();
    await tenant.customer();
    const paid = await pay(paymaster, tenant.id, 40);
    expect(paid.status).toBe(201);
    const [first, second] = (await owed(paymaster, tenant.id)).toReversed();
    expect(paid.body).toEqual({
      id: expect.any(String),
      applied: [
        { invoice_id: first?.id, amount: PRICE },
        { invoice_id: second?.id, amount: 10.02 },
      ],
      credit: 0,
    });
    expect(await open(tenant.id)).toEqual([0, 19.96, PRICE]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 49.94, credit: 0 });
  });

  it("in parts settles an invoice to the cent", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer();
    for (const part of [10, 10, 9.98]) {
      expect((await pay(paymaster, tenant.id, part)).body.credit).toBe(0);
    }
    expect((await tenant.invoices(sub)).map((invoice) => invoice.balance)).toEqual([0]);
  });

  it("that names invoices settles those alone, and leaves over what they do not take", async () => {
    const [tenant, , second] = await withTwoCustomers();
    const [invoice] = await owed(paymaster, second);
    const ids = [invoice?.id ?? ""];
    const paid = await pay(paymaster, tenant.id, 30.98, { invoice_ids: ids });
    expect(paid.body).toMatchObject({
      applied: [{ invoice_id: invoice?.id, amount: PRICE }],
      credit: 1,
    });
    expect(await open(tenant.id)).toEqual([PRICE, 0]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: PRICE, credit: 1 });
  });

  it("beyond everything that is open becomes credit, which the next invoices take", async () => {
    const [tenant] = await withTwoCustomers();
    const paid = await pay(paymaster, tenant.id, 100);
    expect(paid.body.credit).toBe(40.04);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 0, credit: 40.04 });
    const third = await tenant.customer();
    expect(await open(third)).toEqual([0]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 0, credit: 10.06 });
    const fourth = await tenant.customer();
    expect(await open(fourth)).toEqual([19.92]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 19.92, credit: 0 });
  });

  it("with nothing open is credit as a whole", async () => {
    const tenant = await newTenant(paymaster);
    const paid = await pay(paymaster, tenant.id, 5);
    expect(paid.body).toMatchObject({ applied: [], credit: 5 });
  });
});

describe("a payment to an account that its master pays for", () => {
  it("pays only that account's invoices; what is left over is the payer's credit", async () => {
    const [tenant, first, second] = await withTwoCustomers();
    const paid = await pay(paymaster, second, 50);
    expect(paid.body).toMatchObject({ credit: 20.02 });
    expect(paid.body.applied.map((part) => part.amount)).toEqual([PRICE]);
    expect(await open(second)).toEqual([0]);
    expect(await open(first)).toEqual([PRICE]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: PRICE, credit: 20.02 });
    expect(await balance(paymaster, second)).toMatchObject({ payer_id: tenant.id, credit: 0 });
    // The next invoice that is posted to the payer makes the credit settle the oldest one.
    const third = await tenant.customer();
    expect(await open(first)).toEqual([9.96]);
    expect(await open(third)).toEqual([PRICE]);
  });

  it("cannot name another account's invoice", async () => {
    const [, first, second] = await withTwoCustomers();
    const [others] = await owed(paymaster, first);
    const refused = await pay(paymaster, second, PRICE, { invoice_ids: [others?.id ?? ""] });
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { code: 300, errors: [{ field: "invoice_ids" }] },
    ]);
    expect(await open(first)).toEqual([PRICE]);
  });
});

describe("accounts that owe for themselves", () => {
  it("a master's own plan and its subs' are paid together, by due date", async () => {
    const made = await paymaster.admin<{ id: string; api_key: string }>("POST", "/accounts", {
      kind: "master",
      account_name: "With a plan",
      plan_base: { type: "monthly", hosts: 1 },
    });
    const tenant = tenantOf(paymaster, made.body.id, made.body.api_key);
    const sub = await tenant.customer();
    const paid = await pay(paymaster, tenant.id, 20);
    expect(paid.body.applied.map((part) => part.amount)).toEqual([14.99, 5.01]);
    expect((await tenant.invoices("me")).map((invoice) => invoice.balance)).toEqual([0]);
    expect((await tenant.invoices(sub)).map((invoice) => invoice.balance)).toEqual([24.97]);
  });

  it("a regular account pays its own", async () => {
    const { body } = await paymaster.admin<{ id: string }>("POST", "/accounts", {
      kind: "regular",
      account_name: "Regular",
      plan_base: { type: "monthly", hosts: 1 },
    });
    const paid = await pay(paymaster, body.id, 15);
    expect(paid.body).toMatchObject({ applied: [{ amount: 14.99 }], credit: 0.01 });
    expect(await balance(paymaster, body.id)).toMatchObject({ payer_id: body.id, credit: 0.01 });
  });
});

describe("the reference of a payment", () => {
  it("makes it happen once, however often it arrives, also at the same time", async () => {
    const [tenant] = await withTwoCustomers();
    const reference = `bank-${tenant.id}`;
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => pay(paymaster, tenant.id, 35, { reference })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await open(tenant.id)).toEqual([0, 24.96]);
    const listed = await paymaster.admin("GET", `/accounts/${tenant.id}/payments`);
    expect(listed.body.payments).toEqual([
      {
        id: answers[0]?.body.id,
        account_id: tenant.id,
        reference,
        amount: 35,
        currency: "USD",
        credit: 0,
        received_on: "2026-03-10",
      },
    ]);
  });

  it("is refused for another amount", async () => {
    const [tenant] = await withTwoCustomers();
    await pay(paymaster, tenant.id, 10, { reference: "one" });
    const refused = await pay(paymaster, tenant.id, 11, { reference: "one" });
    expect(refused.status).toBe(409);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 49.96 });
  });

  it("belongs to the account: another account may use the same", async () => {
    const [tenant, first] = await withTwoCustomers();
    const answers = await Promise.all(
      [tenant.id, first].map((id) => pay(paymaster, id, 1, { reference: "shared" })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 57.96 });
  });
});

describe("a payment that makes no sense is refused whole", () => {
  it.each([
    [{ amount: 0 }, "amount"],
    [{ amount: -1 }, "amount"],
    [{ amount: 1.005 }, "amount"],
    [{ amount: "10" }, "amount"],
    [{ currency: "EUR" }, "currency"],
    [{ reference: "" }, "reference"],
    [{ invoice_ids: [] }, "invoice_ids"],
    [{ invoice_ids: ["0".repeat(32)] }, "invoice_ids"],
    [{ tip: 1 }, "tip"],
  ])("%j", async (wrong, field) => {
    const [tenant] = await withTwoCustomers();
    const body = { amount: 10, currency: "USD", reference: "r", ...wrong };
    const refused = await paymaster.admin("POST", `/accounts/${tenant.id}/payments`, body);
    expect([refused.status, refused.body]).toMatchObject([400, { code: 300, errors: [{ field }] }]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ open: 59.96, credit: 0 });
  });

  it("an account that does not exist", async () => {
    expect((await pay(paymaster, "nobody", 1)).status).toBe(404);
  });
});

describe("payments at the same time", () => {
  it("never settle more than is open, and lose nothing", async () => {
    const [tenant, first, second] = await withTwoCustomers();
    const targets = [tenant.id, first, second, tenant.id, first, second];
    const answers = await Promise.all(targets.map((id) => pay(paymaster, id, 15)));
    const applied = answers.flatMap(({ body }) => body.applied.map((part) => part.amount));
    const credit = answers.reduce((sum, { body }) => sum + body.credit * 100, 0);
    const settled = applied.reduce((sum, amount) => sum + Math.round(amount * 100), 0);
    expect(settled + Math.round(credit)).toBe(9_000);
    const { open: left, credit: kept } = await balance(paymaster, tenant.id);
    expect(Math.round(left * 100) - Math.round(kept * 100)).toBe(5_996 - 9_000);
  });
});
