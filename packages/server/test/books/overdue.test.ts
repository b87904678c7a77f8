/** Payment terms, due dates and what is overdue, as the operator sees them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import { advance, balance, expectSound, newTenant, owed, pay } from "./support/tenant.js";

const PRICE = 29.98;
let paymaster: TestServer;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-01-10" });
});
afterAll(async () => {
  await expectSound(paymaster);
  await paymaster.stop();
});

interface OverdueAnswer {
  readonly accounts: readonly { readonly account_id: string }[];
  readonly next: string | null;
}

async function overduePayers(query = ""): Promise<OverdueAnswer> {
  const { status, body } = await paymaster.admin<OverdueAnswer & Record<string, unknown>>(
    "GET",
    `/overdue${query}`,
  );
  expect(status).toBe(200);
  return body;
}

describe("payment terms", () => {
  it.each([
    [undefined, "2026-02-09"],
    [0, "2026-01-10"],
    [14, "2026-01-24"],
    [365, "2027-01-10"],
  ])("of the payer, %s days: due on %s", async (payment_term_days, due) => {
    const tenant = await newTenant(paymaster);
    if (payment_term_days !== undefined) {
      await paymaster.admin("PATCH", `/accounts/${tenant.id}`, { payment_term_days });
    }
    const sub = await tenant.customer();
    expect((await tenant.invoices(sub))[0]).toMatchObject({
      invoice_date: "2026-01-10",
      due_date: due,
    });
  });

  it.each([-1, 366, 1.5, "30"])("%s days are refused", async (payment_term_days) => {
    const tenant = await newTenant(paymaster);
    const refused = await paymaster.admin("PATCH", `/accounts/${tenant.id}`, { payment_term_days });
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { errors: [{ field: "payment_term_days" }] },
    ]);
  });
});

describe("an invoice is overdue", () => {
  it("from the day after its due date until it is paid, cancelled ones and paid ones never", async () => {
    const tenant = await newTenant(paymaster);
    const late = await tenant.customer();
    const settled = await tenant.customer();
    const cancelled = await tenant.customer();
    await pay(paymaster, settled, PRICE);
    const [toCancel] = await owed(paymaster, cancelled);
    await paymaster.admin("POST", `/invoices/${toCancel?.id}/cancel`);
    await advance(paymaster, "2026-02-09");
    const due = await owed(paymaster, late);
    expect(due.map((one) => [one.due_date, one.overdue, one.days_overdue])).toEqual([
      ["2026-02-09", false, 0],
    ]);
    expect(await balance(paymaster, tenant.id)).toMatchObject({ overdue: 0, overdue_invoices: 0 });
    await advance(paymaster, "2026-02-19");
    const overdue = await owed(paymaster, tenant.id, "?overdue=true");
    expect(overdue.map((one) => [one.account_id, one.balance, one.days_overdue])).toEqual([
      // Billed again on 10 January, after the cancellation, or in the February run.
      ...(await owed(paymaster, cancelled, "?overdue=true")).map(() => [cancelled, PRICE, 10]),
      [late, PRICE, 10],
    ]);
    const { overdue: sum, oldest_due_date } = await balance(paymaster, tenant.id);
    expect([sum, oldest_due_date]).toEqual([
      Math.round(overdue.length * PRICE * 100) / 100,
      "2026-02-09",
    ]);
    expect(await overduePayers("?limit=10000")).toMatchObject({
      accounts: expect.arrayContaining([
        {
          account_id: tenant.id,
          account_name: "Scenario",
          currency: "USD",
          overdue: sum,
          overdue_invoices: overdue.length,
          oldest_due_date: "2026-02-09",
          days_overdue: 10,
        },
      ]),
    });
    await pay(paymaster, tenant.id, sum);
    expect(await owed(paymaster, tenant.id, "?overdue=true")).toEqual([]);
    expect((await overduePayers()).accounts.map((one) => one.account_id)).not.toContain(tenant.id);
  });
});

describe("the list of invoices", () => {
  it("filters by status, by what is open, and goes on page by page", async () => {
    const tenant = await newTenant(paymaster);
    const subs = [await tenant.customer(), await tenant.customer(), await tenant.customer()];
    await pay(paymaster, subs[0] ?? "", PRICE);
    const [toCancel] = await owed(paymaster, subs[1] ?? "");
    await paymaster.admin("POST", `/invoices/${toCancel?.id}/cancel`);
    const numbers = async (query: string) =>
      (await owed(paymaster, tenant.id, query)).map((one) => one.invoice_number.slice(-1));
    expect(await numbers("")).toEqual(["3", "2", "1"]);
    expect(await numbers("?status=Canceled")).toEqual(["2"]);
    expect(await numbers("?status=Posted")).toEqual(["3", "1"]);
    expect(await numbers("?open=true")).toEqual(["3"]);
    expect(await numbers("?open=false")).toEqual(["2", "1"]);
    const path = `/accounts/${tenant.id}/invoices?limit=2`;
    const first = await paymaster.admin<{ invoices: object[]; next: string }>("GET", path);
    expect(first.body.invoices).toHaveLength(2);
    expect(await numbers(`?limit=2&after=${first.body.next}`)).toEqual(["1"]);
  });

  it.each(["limit=0", "limit=10001", "after=x", "status=Draft", "open=yes"])(
    "refuses %s",
    async (query) => {
      const tenant = await newTenant(paymaster);
      const refused = await paymaster.admin("GET", `/accounts/${tenant.id}/invoices?${query}`);
      expect([refused.status, refused.body.code]).toEqual([400, 300]);
    },
  );

  it("of payers that are late goes on page by page", async () => {
    const all = (await overduePayers()).accounts;
    expect(all.length).toBeGreaterThan(1);
    const found = [];
    for (let query = "?limit=1"; ; ) {
      const page = await overduePayers(query);
      found.push(...page.accounts);
      if (page.next === null) break;
      query = `?limit=1&after=${page.next}`;
    }
    expect(found).toEqual(all);
  });
});
