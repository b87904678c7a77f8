/** The ledger on the operator's API: entries, trial balance and statements, as JSON and as CSV. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";
import { advance, expectSound, newTenant, owed, pay, type Tenant } from "./support/tenant.js";

let paymaster: TestServer;
let tenant: Tenant;
let first: string;
let second: string;

/** January: two purchases. February: renewals, a payment with credit. March: a cancellation, made good. */
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-01-15" });
  tenant = await newTenant(paymaster, "=Books & Co");
  first = await tenant.customer({ type: "monthly", hosts: 2 });
  second = await tenant.customer(
    { type: "monthly", hosts: 3 },
    { account: { account_name: 'Second "sub", Ltd' } },
  );
  await advance(paymaster, "2026-02-20");
  const january = (await owed(paymaster, tenant.id)).filter((one) => one.invoice_date < "2026-02");
  const invoice_ids = january.map((one) => one.id);
  await pay(paymaster, tenant.id, 100, { reference: "=wire,1", invoice_ids });
  await advance(paymaster, "2026-03-05");
  const [newest] = await owed(paymaster, second);
  await paymaster.admin("POST", `/invoices/${newest?.id}/cancel`);
  // Billed again the same day, by this run or the scheduler's; the credit settles the oldest invoice.
  await paymaster.admin("POST", "/bill-runs", { target_date: "2026-03-05", mode: "post" });
});
afterAll(async () => {
  await expectSound(paymaster);
  await paymaster.stop();
});

interface Trial {
  readonly as_of: string;
  readonly accounts: readonly {
    readonly ledger_account: string;
    readonly currency: string;
    readonly debit: number;
    readonly credit: number;
  }[];
  readonly totals: readonly {
    readonly currency: string;
    readonly debit: number;
    readonly credit: number;
  }[];
}

async function trial(query: string): Promise<Trial> {
  const { status, body } = await paymaster.admin("GET", `/trial-balance?${query}`);
  expect(status).toBe(200);
  return body as unknown as Trial;
}

async function csv(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const { admin_url, admin_key } = paymaster.credentials;
  return fetch(`${admin_url}${path}`, {
    headers: { authorization: `Bearer ${admin_key}`, ...headers },
  });
}

/** Debit minus credit of each account. */
async function balances(asOf: string): Promise<Record<string, number>> {
  const { accounts } = await trial(`as_of=${asOf}&account_id=${tenant.id}`);
  return Object.fromEntries(
    accounts.map((one) => [one.ledger_account, Math.round((one.debit - one.credit) * 100) / 100]),
  );
}

describe("the trial balance", () => {
  it("shows every account on its side, and both sides are equal", async () => {
    const body = await trial(`account_id=${tenant.id}&as_of=2026-01-15`);
    expect(body).toEqual({
      as_of: "2026-01-15",
      accounts: [
        { ledger_account: "receivable", currency: "USD", debit: 74.95, credit: 0 },
        { ledger_account: "deferred_revenue", currency: "USD", debit: 0, credit: 74.95 },
        { ledger_account: "revenue", currency: "USD", debit: 0, credit: 0 },
        { ledger_account: "tax_payable", currency: "USD", debit: 0, credit: 0 },
        { ledger_account: "cash", currency: "USD", debit: 0, credit: 0 },
        { ledger_account: "customer_credit", currency: "USD", debit: 0, credit: 0 },
      ],
      totals: [{ currency: "USD", debit: 74.95, credit: 74.95 }],
    });
  });

  it("recognises January's days of both at its end: 17 of 31", async () => {
    const january =
      Math.round((29.98 * 17 * 100) / 31) / 100 + Math.round((44.97 * 1700) / 31) / 100;
    const earned = Math.round(january * 100) / 100;
    expect(await balances("2026-01-30")).toMatchObject({ revenue: 0, deferred_revenue: -74.95 });
    expect(await balances("2026-01-31")).toMatchObject({
      revenue: -earned,
      deferred_revenue: Math.round((earned - 74.95) * 100) / 100,
    });
  });

  it("knows the payment and the cancellation from their days on", async () => {
    expect(await balances("2026-02-19")).toMatchObject({ cash: 0, receivable: 149.9 });
    const paid = { cash: 100, receivable: 74.95, customer_credit: -25.05 };
    expect(await balances("2026-02-20")).toMatchObject(paid);
    expect(await balances("2026-03-04")).toMatchObject(paid);
    expect(await balances("2026-03-05")).toMatchObject({
      cash: 100,
      receivable: 49.9,
      customer_credit: 0,
    });
  });

  it("is that of the whole installation without an account, and today's without a date", async () => {
    const whole = await trial("");
    expect(whole.as_of).toBe("2026-03-05");
    expect(whole.totals[0]?.debit).toBe(whole.totals[0]?.credit);
    expect(whole.totals[0]?.debit).toBeGreaterThan(
      (await trial(`account_id=${tenant.id}`)).totals[0]?.debit ?? 0,
    );
  });

  it("comes as CSV by format or by Accept", async () => {
    for (const [query, headers] of [
      ["&format=csv", {}],
      ["", { accept: "text/csv" }],
    ] as const) {
      const answer = await csv(
        `/trial-balance?account_id=${tenant.id}&as_of=2026-01-15${query}`,
        headers,
      );
      expect([
        answer.status,
        answer.headers.get("content-type"),
        answer.headers.get("content-disposition"),
      ]).toEqual([
        200,
        "text/csv;charset=UTF-8",
        'attachment; filename="trial-balance-2026-01-15.csv"',
      ]);
      expect(await answer.text()).toBe(
        [
          "ledger_account,currency,debit,credit",
          "receivable,USD,74.95,0.00",
          "deferred_revenue,USD,0.00,74.95",
          "revenue,USD,0.00,0.00",
          "tax_payable,USD,0.00,0.00",
          "cash,USD,0.00,0.00",
          "customer_credit,USD,0.00,0.00",
          "",
        ].join("\r\n"),
      );
    }
  });

  it.each([
    ["as_of=yesterday", 400],
    ["as_of=2026-02-30", 400],
    ["format=xml", 400],
    ["account_id=nobody", 404],
  ])("refuses %s", async (query, status) => {
    expect((await paymaster.admin("GET", `/trial-balance?${query}`)).status).toBe(status);
  });

  it("has none for a sub account: its books are its master's", async () => {
    const refused = await paymaster.admin("GET", `/trial-balance?account_id=${first}`);
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { errors: [{ field: "account_id" }] },
    ]);
  });
});

interface Statement {
  readonly opening_balance: number;
  readonly closing_balance: number;
  readonly next: string | null;
  readonly entries: readonly {
    readonly date: string;
    readonly type: string;
    readonly reference: string;
    readonly account_id: string;
    readonly account_name: string;
    readonly amount: number;
    readonly balance: number;
  }[];
}

async function statement(accountId: string, query: string): Promise<Statement> {
  const { status, body } = await paymaster.admin(
    "GET",
    `/accounts/${accountId}/statement?${query}`,
  );
  expect(status).toBe(200);
  return body as unknown as Statement;
}

const YEAR = "from=2026-01-01&to=2026-12-31";

describe("the statement of a payer", () => {
  it("opens, moves and closes: every invoice, payment and cancellation with the balance after it", async () => {
    const body = await statement(tenant.id, YEAR);
    expect(body).toMatchObject({ opening_balance: 0, next: null });
    expect(body.entries.map((one) => [one.date, one.type, one.amount, one.balance])).toEqual([
      ["2026-01-15", "invoice", 29.98, 29.98],
      ["2026-01-15", "invoice", 44.97, 74.95],
      ["2026-02-15", "invoice", expect.any(Number), expect.any(Number)],
      ["2026-02-15", "invoice", expect.any(Number), 149.9],
      ["2026-02-20", "payment", -100, 49.9],
      ["2026-03-05", "cancel", -44.97, 4.93],
      ["2026-03-05", "invoice", 44.97, 49.9],
    ]);
    expect(body.entries.at(-3)).toMatchObject({ reference: "=wire,1", account_id: tenant.id });
    const { body: owes } = await paymaster.admin("GET", `/accounts/${tenant.id}/balance`);
    expect([owes.open, owes.credit, body.closing_balance]).toEqual([49.9, 0, 49.9]);
  });

  it("of some days begins with what was owed before", async () => {
    expect(await statement(tenant.id, "from=2026-02-16&to=2026-02-28")).toMatchObject({
      opening_balance: 149.9,
      entries: [{ type: "payment", balance: 49.9 }],
      closing_balance: 49.9,
    });
    expect(await statement(tenant.id, "from=2026-02-21&to=2026-02-21")).toMatchObject({
      opening_balance: 49.9,
      entries: [],
      closing_balance: 49.9,
    });
  });

  it("goes on page by page, each opening where the last one closed", async () => {
    const whole = await statement(tenant.id, YEAR);
    const entries = [];
    let closing = 0;
    for (let query = `${YEAR}&limit=2`; ; ) {
      const page = await statement(tenant.id, query);
      expect(page.opening_balance).toBe(closing);
      closing = page.closing_balance;
      entries.push(...page.entries);
      if (page.next === null) break;
      query = `${YEAR}&limit=2&after=${page.next}`;
    }
    expect(entries).toEqual(whole.entries);
    expect(closing).toBe(whole.closing_balance);
  });

  it("comes as CSV with names that no spreadsheet takes for formulas", async () => {
    const answer = await csv(`/accounts/${tenant.id}/statement?${YEAR}&format=csv`);
    const text = await answer.text();
    const lines = text.split("\r\n");
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="statement-${tenant.id}-2026-01-01-2026-12-31.csv"`,
    );
    expect(lines[0]).toBe("date,type,reference,account_id,account_name,amount,balance,currency");
    expect(lines[1]).toBe("2026-01-01,opening,,,,,0.00,USD");
    expect(text).toContain(`,"Second ""sub"", Ltd",44.97,74.95,USD\r\n`);
    expect(text).toContain(
      `2026-02-20,payment,"'=wire,1",${tenant.id},'=Books & Co,-100.00,49.90,USD\r\n`,
    );
    const { closing_balance } = await statement(tenant.id, YEAR);
    expect(lines.at(-2)).toBe(`2026-12-31,closing,,,,,${closing_balance.toFixed(2)},USD`);
    expect(lines).toHaveLength(1 + 1 + 7 + 1 + 1);
  });
});

describe("the statement of an account that its master pays for", () => {
  it("shows its invoices and what settled them", async () => {
    const { body } = await paymaster.admin("GET", `/accounts/${first}/statement?${YEAR}`);
    expect(body).toMatchObject({ account_id: first, payer_id: tenant.id, opening_balance: 0 });
    const own = await statement(first, YEAR);
    expect(own.entries.map((one) => [one.date, one.type])).toEqual([
      ["2026-01-15", "invoice"],
      ["2026-02-15", "invoice"],
      ["2026-02-20", "payment"],
      ["2026-03-05", "credit-applied"],
    ]);
    const open = (await owed(paymaster, first)).reduce((sum, one) => sum + one.balance, 0);
    expect(own.closing_balance).toBe(Math.round(open * 100) / 100);
  });
});

describe("a statement that makes no sense", () => {
  it.each([
    ["from=2026-02-30", 400],
    ["from=2026-03-01&to=2026-02-01", 400],
    ["after=AAAA", 400],
    ["limit=x", 400],
  ])("is refused: %s", async (query, status) => {
    const answer = await paymaster.admin("GET", `/accounts/${tenant.id}/statement?${query}`);
    expect(answer.status).toBe(status);
  });

  it("is refused for an account that does not exist", async () => {
    expect((await paymaster.admin("GET", "/accounts/nobody/statement")).status).toBe(404);
  });
});

describe("GET /ledger", () => {
  it("shows the entries of every posting that touches the account, in the order of time, page by page", async () => {
    interface Page {
      readonly entries: readonly { readonly posting: string; readonly amount: number }[];
      readonly next: string | null;
    }
    const whole = await paymaster.admin<Page & Record<string, unknown>>(
      "GET",
      `/ledger?account_id=${first}`,
    );
    expect(whole.body.next).toBeNull();
    const events = whole.body.entries.map((entry) => entry.posting.split(":")[0]);
    expect([...new Set(events)]).toEqual(["invoice", "revenue", "payment", "credit-applied"]);
    const sum = whole.body.entries.reduce(
      (total, entry) => total + Math.round(entry.amount * 100),
      0,
    );
    expect(sum).toBe(0);
    const entries = [];
    for (let query = "&limit=3"; ; ) {
      const page = await paymaster.admin<Page & Record<string, unknown>>(
        "GET",
        `/ledger?account_id=${first}${query}`,
      );
      expect(page.body.entries.length).toBeLessThanOrEqual(3);
      entries.push(...page.body.entries);
      if (page.body.next === null) break;
      query = `&limit=3&after=${page.body.next}`;
    }
    expect(entries).toEqual(whole.body.entries);
  });

  it.each([
    ["", 400],
    ["account_id=nobody", 404],
    ["limit=0&account_id=", 400],
  ])("refuses ?%s", async (query, status) => {
    expect((await paymaster.admin("GET", `/ledger?${query}`)).status).toBe(status);
  });
});
