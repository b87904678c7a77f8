/**
 * Between midnight and the day's bill run a change of plans decides first what fell due, and a preview
 * knows of it. Regressions: a command that replaced a plan of that midnight answered 500; previews gave
 * away credit that what fell due takes, and forgot that it is due; a new address taxed it.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { TIME_LOCK } from "../../src/billing/advance.js";
import { CONTACT, startTestServer, type TestServer } from "../support/server.js";
import {
  advance,
  expectSound,
  newTenant,
  pay,
  type Tenant,
  type WireInvoice,
} from "./support/tenant.js";

let paymaster: TestServer;
let held: pg.Client;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "paymaster-before-the-run-"));
  const taxTable = join(dir, "taxes.json");
  await writeFile(taxTable, JSON.stringify({ rates: [{ country: "DE", rate_percent: 19 }] }));
  paymaster = await startTestServer({ testClock: "2026-03-10", taxTable });
  held = new pg.Client(paymaster.databaseUrl);
  await held.connect();
});
afterAll(async () => {
  await expectSound(paymaster);
  await held.end();
  await paymaster.stop();
  await rm(dir, { recursive: true });
});

/** A month of two hosts, and the same with the tax of the table. */
const PRICE = 29.98;
const TAXED = 35.68;

/** Of one day, the newest first. */
async function invoicesOf(tenant: Tenant, sub: string, day: string): Promise<WireInvoice[]> {
  const path = `/accounts/${sub}/billing/invoices?from=${day}&to=${day}`;
  return (await tenant.wire<{ invoices: WireInvoice[] }>("GET", path)).body.invoices;
}

/** Midnight passes, and the day's run waits until `work` is done. */
async function beforeTheRunOf(day: string, work: () => Promise<void>): Promise<void> {
  const dayBefore = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
  await advance(paymaster, dayBefore);
  await held.query("select pg_advisory_lock($1)", [TIME_LOCK]);
  await held.query("update clock set service_at = $1, real_at = clock_timestamp()", [day]);
  await vi.waitFor(
    async () => expect((await paymaster.admin("GET", "/clock")).body.now).toContain(day),
    { timeout: 5_000 },
  );
  try {
    await work();
  } finally {
    await held.query("select pg_advisory_unlock($1)", [TIME_LOCK]);
  }
  await advance(paymaster, day);
}

it("replaces a plan that the same midnight brought, before the run has seen either", async () => {
  const tenant = await newTenant(paymaster);
  const sub = await tenant.customer({ type: "business_yearly", hosts: 12 });
  const base = `/accounts/${sub}/plans/base`;
  const cheaper = { type: "business_monthly", hosts: 10 };
  expect((await tenant.wire("PUT", base, { body: cheaper })).status).toBe(204);

  const larger = { type: "plan_business_two_years", hosts: 19 };
  await beforeTheRunOf("2027-03-10", async () => {
    const changed = await tenant.wire("PUT", base, { body: larger });
    expect([changed.status, changed.body]).toEqual([204, null]);
  });

  const plans = await tenant.wire("GET", `/accounts/${sub}/plans`);
  expect(plans.body.plan_base).toMatchObject(larger);
  // What fell due, and what the change cost: the month that was just begun is given back in full.
  expect(await invoicesOf(tenant, sub, "2027-03-10")).toHaveLength(2);
});

it("previews no more credit than what fell due leaves", async () => {
  const tenant = await newTenant(paymaster);
  const sub = await tenant.customer();
  expect((await pay(paymaster, sub, 89.96)).body).toMatchObject({ credit: 59.98 });
  const change = { body: { type: "monthly", hosts: 6 } };
  await beforeTheRunOf("2027-04-10", async () => {
    const preview = { ...change, headers: { prefer: "preview" } };
    const shown = await tenant.wire("PUT", `/accounts/${sub}/plans/base`, preview);
    expect(shown.body).toMatchObject({ total_amount: 59.96, credit_applied: 30 });
    expect((await tenant.wire("PUT", `/accounts/${sub}/plans/base`, change)).status).toBe(204);
  });
  const [changed, due] = await invoicesOf(tenant, sub, "2027-04-10");
  expect([due?.total_amount, due?.balance]).toEqual([PRICE, 0]);
  expect([changed?.total_amount, changed?.balance]).toEqual([59.96, 29.96]);
});

it("previews, with a new address, the invoice of today that is still to come", async () => {
  const tenant = await newTenant(paymaster);
  const sub = await tenant.customer();
  await beforeTheRunOf("2027-05-10", async () => {
    const change = { body: { country: "DE", state: "" } };
    const preview = { ...change, headers: { prefer: "preview" } };
    const shown = await tenant.wire("PATCH", `/accounts/${sub}/billing`, preview);
    expect(shown.body).toMatchObject({
      lines: [],
      next_invoice: { date: "2027-05-10", total_amount: TAXED },
    });
    expect((await tenant.wire("PATCH", `/accounts/${sub}/billing`, change)).status).toBe(204);
  });
  const [invoice] = await invoicesOf(tenant, sub, "2027-05-10");
  expect(invoice?.total_amount).toBe(TAXED);
});

it("taxes what fell due by the address before, and what is bought by the address that comes with it", async () => {
  const tenant = await newTenant(paymaster);
  const sub = await tenant.customer();
  await paymaster.admin("PUT", `/accounts/${sub}/usage`, { recording_gb: 10 });
  const body = { action: "cancel", reason: 1 };
  expect((await tenant.wire("PATCH", `/accounts/${sub}/plans/base/status`, { body })).status).toBe(
    204,
  );
  await beforeTheRunOf("2027-06-10", async () => {
    const again = {
      contact: { ...CONTACT, country: "DE", state: "Berlin" },
      plan_base: { type: "monthly", hosts: 2 },
    };
    const bought = await tenant.wire("POST", `/accounts/${sub}/plans`, { body: again });
    expect([bought.status, bought.body]).toMatchObject([201, {}]);
  });
  const [plan, use] = await invoicesOf(tenant, sub, "2027-06-10");
  expect(use).toMatchObject({ tax_amount: 0 });
  expect(plan).toMatchObject({ total_amount: TAXED });
});
