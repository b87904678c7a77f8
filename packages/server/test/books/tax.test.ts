/** Tax: rates by country and state, rounded line by line, stored on the line; nobody else is taxed. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTACT, startTestServer, type TestServer } from "../support/server.js";
import { advance, expectSound, newTenant, owed } from "./support/tenant.js";

const RATES = [
  { country: "DE", rate_percent: 19 },
  { country: "US", state: "WA", rate_percent: 7.25 },
  { country: "CA", rate_percent: 5 },
  { country: "CA", state: "QC", rate_percent: 14.975 },
];
const DE = { country: "DE", state: "Berlin" };

let paymaster: TestServer;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "paymaster-tax-"));
  const taxTable = join(dir, "taxes.json");
  await writeFile(taxTable, JSON.stringify({ rates: RATES }));
  paymaster = await startTestServer({ testClock: "2026-03-10", taxTable });
});
afterAll(async () => {
  await expectSound(paymaster);
  await paymaster.stop();
  await rm(dir, { recursive: true });
});

async function lines(invoiceId: string | undefined) {
  const { body } = await paymaster.admin<{
    lines: { amount: number; tax_rate_percent: number; tax_amount: number }[];
  }>("GET", `/invoices/${invoiceId}/lines`);
  return body.lines.map((line) => [line.amount, line.tax_rate_percent, line.tax_amount]);
}

describe("the rate of an account", () => {
  it.each([
    ["a state of the table", { country: "US", state: "WA" }, 7.25, 2.17],
    ["a state that is not in the table", { country: "US", state: "OR" }, 0, 0],
    ["a country", DE, 19, 5.7],
    ["a state before its country", { country: "CA", state: "QC" }, 14.975, 4.49],
    ["a country for its other states", { country: "CA", state: "ON" }, 5, 1.5],
    ["a country that is not in the table", { country: "FR", state: "Bretagne" }, 0, 0],
  ])("is that of %s", async (_place, contact, percent, tax) => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer({ type: "monthly", hosts: 2 }, { contact });
    const [invoice] = await owed(paymaster, sub);
    expect(invoice).toMatchObject({ tax_amount: tax, total_amount: round(29.98 + tax) });
    expect(await lines(invoice?.id)).toEqual([[29.98, percent, tax]]);
    const [onWire] = await tenant.invoices(sub);
    expect(onWire).toMatchObject({ tax_amount: tax, total_amount: round(29.98 + tax) });
  });
});

describe("tax of an invoice", () => {
  it("is the sum of its lines' taxes, each rounded half away from zero", async () => {
    const tenant = await newTenant(paymaster);
    const account = await tenant.sub();
    const bought = await tenant.wire("POST", `/accounts/${account}/plans`, {
      body: {
        contact: { ...CONTACT, ...DE },
        plan_base: { type: "monthly", hosts: 3 },
        plan_webinar: [{ type: "webinar500_monthly", hosts: 1 }],
        plan_large_meeting: [{ type: "large500_monthly", hosts: 1 }],
      },
    });
    expect(bought.status).toBe(201);
    const [invoice] = await owed(paymaster, account);
    const charged = await lines(invoice?.id);
    expect(charged).toHaveLength(3);
    for (const [amount = 0, rate, tax] of charged) {
      expect([rate, tax]).toEqual([19, Math.round(amount * 19 + 1e-9) / 100]);
    }
    const sum = round(charged.reduce((total, [, , tax = 0]) => total + tax, 0));
    expect(invoice?.tax_amount).toBe(sum);
    const net = round(charged.reduce((total, [amount = 0]) => total + amount, 0));
    expect(invoice?.total_amount).toBe(round(net + sum));
    const detail = await tenant.wire<{ invoice_items: { total_amount: number }[] }>(
      "GET",
      `/accounts/${account}/billing/invoices/${invoice?.id}`,
    );
    // Item amounts exclude tax.
    const items = detail.body.invoice_items.map((item) => item.total_amount);
    expect(round(items.reduce((total, amount) => total + amount, 0))).toBe(net);
  });

  it("is taken back with a negative line at the rate of the line", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer({ type: "monthly", hosts: 2 }, { contact: DE });
    await tenant.wire("PUT", `/accounts/${sub}/plans/base`, { body: { type: "yearly", hosts: 2 } });
    const [invoice] = await owed(paymaster, sub);
    const [unused, year] = await lines(invoice?.id);
    expect(unused).toEqual([-29.98, 19, -5.7]);
    expect(year?.[1]).toBe(19);
  });
});

describe("nobody is taxed who is exempt", () => {
  it("an exempt payer's sub accounts", async () => {
    const tenant = await newTenant(paymaster);
    await paymaster.admin("PATCH", `/accounts/${tenant.id}`, { tax_exempt: true });
    const sub = await tenant.customer({ type: "monthly", hosts: 2 }, { contact: DE });
    expect((await owed(paymaster, sub))[0]).toMatchObject({ tax_amount: 0, total_amount: 29.98 });
  });

  it("an exempt account of a taxed payer; the others of that payer are taxed", async () => {
    const tenant = await newTenant(paymaster);
    const exempt = await tenant.sub();
    await paymaster.admin("PATCH", `/accounts/${exempt}`, { tax_exempt: true });
    const plan_base = { type: "monthly", hosts: 2 };
    await tenant.wire("POST", `/accounts/${exempt}/plans`, {
      body: { contact: { ...CONTACT, ...DE }, plan_base },
    });
    const taxed = await tenant.customer(plan_base, { contact: DE });
    expect((await owed(paymaster, exempt))[0]).toMatchObject({ tax_amount: 0 });
    expect((await owed(paymaster, taxed))[0]).toMatchObject({ tax_amount: 5.7 });
  });
});

describe("a line keeps its rate", () => {
  it("when the account becomes exempt, only later lines are free of tax", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer({ type: "monthly", hosts: 2 }, { contact: DE });
    await paymaster.admin("PATCH", `/accounts/${tenant.id}`, { tax_exempt: true });
    await advance(paymaster, "2026-04-10");
    expect((await owed(paymaster, sub)).map((one) => one.tax_amount)).toEqual([0, 5.7]);
  });

  it("also when it is billed again after a cancellation", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer({ type: "monthly", hosts: 2 }, { contact: DE });
    const [invoice] = await owed(paymaster, sub);
    await paymaster.admin("POST", `/invoices/${invoice?.id}/cancel`);
    await paymaster.admin("PATCH", `/accounts/${tenant.id}`, { tax_exempt: true });
    const today = "2026-04-10";
    await paymaster.admin("POST", "/bill-runs", { target_date: today, mode: "post" });
    const [anew] = await owed(paymaster, sub);
    expect(await lines(anew?.id)).toEqual(await lines(invoice?.id));
  });
});

function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}
