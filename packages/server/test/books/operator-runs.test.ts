/** Bill runs and explanations on the operator's API. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import { advance, expectSound, newTenant, owed } from "./support/tenant.js";

let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-03-11" });
});
afterAll(() => paymaster.stop());

async function sql(text: string, values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: paymaster.databaseUrl });
  await client.connect();
  await client.query(text, values).finally(() => client.end());
}

describe("why a line is what it is", () => {
  it("is told as data and as a sentence", async () => {
    const tenant = await newTenant(paymaster);
    const sub = await tenant.customer({ type: "business_monthly", hosts: 12 });
    await tenant.wire("PUT", `/accounts/${sub}/plans/base`, {
      body: { type: "business_monthly", hosts: 15 },
    });
    const [added] = await owed(paymaster, sub);
    const { body } = await paymaster.admin("GET", `/invoices/${added?.id}/lines`);
    expect(body).toMatchObject({
      invoice_id: added?.id,
      lines: [
        {
          line: 1,
          charge_number: "C-00000001",
          plan_type: "business_monthly",
          reason: "added_hosts:13-15",
          quantity: 3,
          start_date: "2026-03-11",
          end_date: "2026-04-10",
          amount: added?.total_amount,
          derivation: {
            rule: "added_hosts",
            cause: "change",
            unit: "host",
            period_start: "2026-03-11",
            period_end: "2026-04-10",
            period_days: 31,
            charged_days: 31,
            rounding: "half away from zero",
            inputs: { hosts_before: 12, hosts_after: 15 },
          },
          explanation: expect.stringMatching(
            /^3 hosts added, from 11 March to 10 April 2026, 31 of 31 days of 3 x 19\.99 USD: /,
          ),
        },
      ],
    });
  });

  it("of an unknown invoice is not told", async () => {
    expect((await paymaster.admin("GET", "/invoices/nothing/lines")).status).toBe(404);
  });
});

describe("a bill run on the operator's API", () => {
  it("shows its progress, its accounts, and the ones that were set aside with their reason", async () => {
    const tenant = await newTenant(paymaster);
    const [good, bad] = [await tenant.customer(), await tenant.customer()];
    const damage = "update subscription_items set host_blocks = $2 where account_id = $1";
    await sql(damage, [bad, "[]"]);
    await advance(paymaster, "2026-04-11");
    const { body: runs } = await paymaster.admin<{ bill_runs: { id: string }[] }>(
      "GET",
      "/bill-runs?limit=1",
    );
    const id = runs.bill_runs[0]?.id;
    const { body: run } = await paymaster.admin("GET", `/bill-runs/${id}`);
    expect(run).toMatchObject({ id, status: "done", mode: "post", accounts_failed: 1 });
    expect(run.progress).toEqual({
      done: run.accounts_total,
      total: run.accounts_total,
      rate: expect.any(Number),
      seconds_left: 0,
    });
    const reason = "Item 1 was charged for other hosts than it has.";
    const failed = await paymaster.admin("GET", `/bill-runs/${id}/accounts?state=failed`);
    expect(failed.body).toEqual({
      accounts: [
        { account_id: bad, state: "failed", reason, invoice_id: null, total_amount: null },
      ],
      next: null,
    });
    const all = await paymaster.admin<{ accounts: object[] }>("GET", `/bill-runs/${id}/accounts`);
    expect(all.body.accounts).toContainEqual({
      account_id: good,
      state: "done",
      reason: null,
      invoice_id: (await owed(paymaster, good))[0]?.id,
      total_amount: 29.98,
    });
    expect(paymaster.logged).toContainEqual(
      expect.objectContaining({
        level: "error",
        message: `Account ${bad} was set aside: ${reason}`,
      }),
    );
    await sql(damage, [bad, "[2]"]);
    const body = { target_date: "2026-04-11", mode: "post" };
    const repaired = await paymaster.admin("POST", "/bill-runs", body);
    expect(repaired.body).toMatchObject({ status: "done", invoices: 1, accounts_failed: 0 });
    expect(await owed(paymaster, bad)).toHaveLength(2);
    await expectSound(paymaster);
  });

  it("is refused for accounts that do not exist, and for dates that it may not have", async () => {
    for (const [body, field] of [
      [{ mode: "post", target_date: "2026-04-11", account_ids: ["nobody"] }, "account_ids"],
      [{ mode: "post", target_date: "2026-04-12" }, "target_date"],
      [{ mode: "draft", target_date: "2027-04-12" }, "target_date"],
      [{ mode: "post", target_date: "soon" }, "target_date"],
    ] as const) {
      const refused = await paymaster.admin("POST", "/bill-runs", body);
      expect([refused.status, refused.body]).toMatchObject([400, { errors: [{ field }] }]);
    }
  });
});
