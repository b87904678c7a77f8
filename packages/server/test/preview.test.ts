/** Previews against the write that they announce; each test is named after a bug that the simulation found. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONTACT, startTestServer, type TestServer } from "./support/server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    testClock: "2026-01-31",
  });
});
afterAll(() => server.stop());

const preview = { headers: { prefer: "preview" } };

test("credit_applied leaves out what older open invoices take", async () => {
  const [older, newer] = [await server.subAccount(), await server.subAccount()];
  const body = { contact: CONTACT, plan_base: { type: "monthly", hosts: 3 } };
  await server.wire("POST", `/accounts/${older}/plans`, { body });
  // Credit that a payment for other invoices left over waits for the next posting.
  await server.admin("POST", `/accounts/${newer}/payments`, {
    amount: 100,
    currency: "USD",
    reference: "too early",
  });
  const shown = await server.wire("POST", `/accounts/${newer}/plans`, { body, ...preview });
  const before = await creditOf();
  await server.wire("POST", `/accounts/${newer}/plans`, { body });
  const list = await server.wire<{ invoices: { balance: number; total_amount: number }[] }>(
    "GET",
    `/accounts/${newer}/billing/invoices`,
  );
  const [invoice] = list.body.invoices;
  expect(before).toBe(100);
  expect(shown.body.credit_applied).toBe(
    Math.round(((invoice?.total_amount ?? 0) - (invoice?.balance ?? 0)) * 100) / 100,
  );
});

test("the preview of a new address still tells the next invoice", async () => {
  const id = await server.subAccount();
  const body = { contact: CONTACT, plan_base: { type: "monthly", hosts: 2 } };
  await server.wire("POST", `/accounts/${id}/plans`, { body });
  const shown = await server.wire("PATCH", `/accounts/${id}/billing`, {
    body: { city: "Tacoma" },
    ...preview,
  });
  expect(shown.body).toMatchObject({
    lines: [],
    next_invoice: { date: "2026-02-28", total_amount: 29.98 },
  });
});

async function creditOf(): Promise<number> {
  const { credentials } = server;
  const ledger = await server.admin<{ balances: Record<string, number> }>(
    "GET",
    `/ledger?account_id=${credentials.account_id}`,
  );
  return -(ledger.body.balances.customer_credit ?? 0);
}
