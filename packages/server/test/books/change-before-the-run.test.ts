/**
 * Between midnight and the day's bill run a change of plans decides first what fell due. Regression: when
 * a switch to another plan fell due and the command replaced the new plan at once, it answered 500.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { TIME_LOCK } from "../../src/billing/advance.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { advance, expectSound, newTenant } from "./support/tenant.js";

let paymaster: TestServer;
let held: pg.Client;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-03-10" });
  held = new pg.Client(paymaster.databaseUrl);
  await held.connect();
});
afterAll(async () => {
  await expectSound(paymaster);
  await held.end();
  await paymaster.stop();
});

/** Midnight passes, and the day's run is kept waiting. */
async function untilMidnightOf(day: string): Promise<void> {
  await held.query("select pg_advisory_lock($1)", [TIME_LOCK]);
  await held.query("update clock set service_at = $1, real_at = clock_timestamp()", [day]);
  await vi.waitFor(
    async () => expect((await paymaster.admin("GET", "/clock")).body.now).toContain(day),
    { timeout: 5_000 },
  );
}

it("replaces a plan that the same midnight brought, before the run has seen either", async () => {
  const tenant = await newTenant(paymaster);
  const sub = await tenant.customer({ type: "business_yearly", hosts: 12 });
  const base = `/accounts/${sub}/plans/base`;
  const cheaper = { type: "business_monthly", hosts: 10 };
  expect((await tenant.wire("PUT", base, { body: cheaper })).status).toBe(204);

  await advance(paymaster, "2027-03-09");
  await untilMidnightOf("2027-03-10");
  const larger = { type: "plan_business_two_years", hosts: 19 };
  const changed = await tenant.wire("PUT", base, { body: larger });
  expect([changed.status, changed.body]).toEqual([204, null]);
  await held.query("select pg_advisory_unlock($1)", [TIME_LOCK]);

  const plans = await tenant.wire("GET", `/accounts/${sub}/plans`);
  expect(plans.body.plan_base).toMatchObject(larger);
  const invoices = await tenant.wire<{ invoices: { invoice_date: string }[] }>(
    "GET",
    `/accounts/${sub}/billing/invoices?from=2027-03-10&to=2027-03-10`,
  );
  // What fell due, and what the change cost: the month that was just begun is given back in full.
  expect(invoices.body.invoices).toHaveLength(2);
  await advance(paymaster, "2027-03-10");
  expect(await tenant.wire("GET", `/accounts/${sub}/plans`)).toMatchObject({ body: plans.body });
});
