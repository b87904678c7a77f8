import { findPrice, shippedPriceBook } from "@paymaster/contract";
import { describe, expect, it } from "vitest";
import { json } from "../../client/test/support/peer.js";
import type { WalkLimits } from "../src/reports/fleet.js";
import { connect, jsonOf } from "./support/connect.js";
import { dailyLimit, quota, startFleet, untilTomorrow } from "./support/fleet.js";

const READING = [
  "account_billing",
  "account_billing_invoices",
  "get_account_billing_invoice",
  "account_plans",
  "get_plan_usage",
];
const limits: WalkLimits = { maxAccounts: 10, maxMs: 20_000, reserve: 0.25 };

async function setUp(size: number, operations = READING, reportLimits = limits) {
  const fleet = await startFleet(size, operations);
  const { assistant } = await connect(fleet.config, { reportLimits });
  const read = async (uri: string) => jsonOf(await assistant.readResource({ uri }));
  return { ...fleet, assistant, read };
}

function monthlyPrice(type: string): number {
  return (findPrice(shippedPriceBook, type, "2021-06-01")?.unitPriceMinor ?? Number.NaN) / 100;
}

describe("the list of resources", () => {
  it("names what can be read, and needs no call", async () => {
    const { assistant, asked } = await setUp(3);
    const { resources } = await assistant.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      "paymaster://accounts",
      "paymaster://fleet",
      "paymaster://fleet/renewals",
    ]);
    const { resourceTemplates } = await assistant.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
      "paymaster://accounts/{accountId}",
    );
    for (const one of [...resources, ...resourceTemplates]) {
      expect(one).toMatchObject({
        title: expect.stringMatching(/\w/),
        description: expect.stringMatching(/\w/),
        mimeType: "application/json",
      });
    }
    expect(asked()).toEqual([]);
  });

  it("leaves out reports on operations that the configuration leaves out", async () => {
    const { assistant, read } = await setUp(3, ["account_plans"]);
    const uris = (await assistant.listResources()).resources.map(({ uri }) => uri);
    expect(uris).toEqual(["paymaster://accounts", "paymaster://fleet/renewals"]);
    await expect(read("paymaster://fleet")).rejects.toThrow(/does not offer get_plan_usage/);
    const sheet = await read("paymaster://accounts/a1");
    expect(sheet).not.toHaveProperty("usage");
    expect(sheet.missing).toHaveLength(3);
  });
});

describe("the sub accounts", () => {
  it("are listed with the addresses of their sheets, page by page", async () => {
    const { read } = await setUp(700);
    const ids: string[] = [];
    let uri: string | undefined = "paymaster://accounts";
    while (uri !== undefined) {
      const page = await read(uri);
      expect(page.accounts_total).toBe(700);
      ids.push(...(page.accounts as { id: string }[]).map(({ id }) => id));
      uri = page.next as string | undefined;
    }
    expect(ids).toHaveLength(700);
    expect(new Set(ids).size).toBe(700);
  });
});

describe("the sheet of an account", () => {
  it("has plans, licences, renewals, contact and open invoices", async () => {
    const { read, asked } = await setUp(3);
    const sheet = await read("paymaster://accounts/a2");
    expect(sheet).toMatchObject({
      account_id: "a2",
      plans: { plan_base: { hosts: 2 } },
      contact: { city: "Denver" },
      open_invoices: { currency: "USD", balance: 398.74 },
      missing: [],
    });
    const { invoices } = sheet.open_invoices as { invoices: { id: string }[] };
    expect(invoices.map(({ id }) => id)).toEqual(["i3", "i2"]);
    expect(sheet.licences).toMatchObject([
      { plan_type: "business_monthly", hosts: 2, used: 1, idle: 1, price: "published" },
      { plan_type: "webinar500_yearly", idle: 0, idle_cost_per_month: 0 },
    ]);
    const renewals = sheet.renewals as { plan_type: string; next_invoice_date: string }[];
    expect(renewals.map(({ next_invoice_date }) => next_invoice_date)).toEqual([
      "2021-06-02",
      "2021-06-12",
    ]);
    expect(asked()).toHaveLength(4);
  });

  it("shows invoices read before while their quota is closed, and when that was", async () => {
    const { read, answers } = await setUp(3);
    await read("paymaster://accounts/a1");
    answers.set("/accounts/a1/billing/invoices", (response) =>
      json(response, 429, dailyLimit, untilTomorrow),
    );
    const sheet = await read("paymaster://accounts/a1");
    expect(sheet.open_invoices).toMatchObject({ balance: 398.74 });
    expect(sheet.read_at).toMatchObject({ open_invoices: "2021-06-01T10:00:00.000Z" });
  });

  it("says of each part that is missing what to do", async () => {
    const { read, answers } = await setUp(3);
    answers.set("/accounts/a1/billing/invoices", (response) =>
      json(response, 429, dailyLimit, untilTomorrow),
    );
    answers.set("/accounts/a1/billing", (response) =>
      json(response, 400, {
        code: 4711,
        message: "Invalid access token, does not contain scopes:[billing:master].",
      }),
    );
    const sheet = await read("paymaster://accounts/a1");
    expect(sheet).not.toHaveProperty("open_invoices");
    const missing = sheet.missing as { part: string; problem: string }[];
    expect(missing.map(({ part }) => part)).toEqual(["contact", "open_invoices"]);
    expect(missing[0]?.problem).toContain("billing:master");
    expect(missing[1]?.problem).toContain("reopens at 2021-06-02T00:00:00Z");
  });

  it("of an account that does not exist is not found, after one call", async () => {
    const { read, asked } = await setUp(3);
    await expect(read("paymaster://accounts/a9")).rejects.toMatchObject({ code: -32_002 });
    expect(asked()).toHaveLength(1);
  });
});

describe("the fleet report", () => {
  it("adds up licences and what idle ones cost, the dearest account first", async () => {
    const { read, asked } = await setUp(4);
    const report = await read("paymaster://fleet");
    const price = monthlyPrice("business_monthly");
    expect(report).toMatchObject({
      read_at: "2021-06-01T10:00:00.000Z",
      accounts_total: 4,
      accounts_read: 3,
      accounts_without_plan: 1,
      failed: [],
      totals: { hosts: 9, used: 6, idle: 3, currency: "USD" },
    });
    const { totals } = report as { totals: { idle_cost_per_month: number } };
    expect(totals.idle_cost_per_month).toBeCloseTo(3 * price, 2);
    expect(report).not.toHaveProperty("left_out");
    expect(report).not.toHaveProperty("next");
    // The list, then one call for each account with a plan.
    expect(asked()).toHaveLength(4);
  });

  it("ends after so many accounts and leads on to the next ones, until all are read", async () => {
    const { read, asked } = await setUp(25);
    let uri: string | undefined = "paymaster://fleet";
    let read_accounts = 0;
    let pages = 0;
    while (uri !== undefined) {
      const report = await read(uri);
      read_accounts += Number(report.accounts_read) + Number(report.accounts_without_plan);
      pages += 1;
      uri = report.next as string | undefined;
    }
    expect({ read_accounts, pages }).toEqual({ read_accounts: 25, pages: 3 });
    expect(asked()).toHaveLength(3 + 24);
  });

  it("stops when the quota is used up, says what is missing, and goes on from there", async () => {
    const { read, answers, asked } = await setUp(10);
    for (let number = 4; number < 10; number += 1) {
      answers.set(`/accounts/a${number}/plans/usage`, (response) =>
        json(response, 429, dailyLimit, untilTomorrow),
      );
    }
    const report = await read("paymaster://fleet");
    const { left_out, next } = report as {
      left_out: { accounts: number; reason: string; reopens_at: string };
      next: string;
    };
    expect(left_out).toMatchObject({ accounts: 6, reopens_at: "2021-06-02T00:00:00.000Z" });
    expect(left_out.reason).toContain("quota is used up");
    expect(report.failed).toEqual([]);
    expect(asked().filter((path) => path.includes("usage")).length).toBeLessThanOrEqual(7);
    answers.clear();
    expect(next).toBe("paymaster://fleet?from=4");
    expect(await read(next)).toMatchObject({
      accounts_read: 6,
      totals: { hosts: 4 + 5 + 6 + 7 + 8 + 9 + 6 },
    });
  });

  it("leaves the last quarter of the day to others", async () => {
    const { read, answers, asked } = await setUp(10);
    for (let number = 0; number < 10; number += 1) {
      answers.set(`/accounts/a${number}/plans/usage`, (response) =>
        json(response, 200, {}, quota(60_000, 14_999)),
      );
    }
    const report = await read("paymaster://fleet");
    expect(report.left_out).toMatchObject({ reason: expect.stringContaining("14999 of 60000") });
    expect(asked().filter((path) => path.includes("usage")).length).toBeLessThanOrEqual(4);
  });

  it("ends in time", async () => {
    const { read } = await setUp(10, READING, { ...limits, maxMs: 0 });
    const report = await read("paymaster://fleet");
    expect(report.left_out).toMatchObject({
      accounts: 10,
      reason: expect.stringContaining("long"),
    });
  });

  it("tells accounts that fail, and goes on", async () => {
    const { read, answers } = await setUp(4);
    answers.set("/accounts/a2/plans/usage", (response) =>
      json(response, 400, { code: 2100, message: "This sub account is on self pay mode." }),
    );
    answers.set("/accounts/a3/plans/usage", (response) =>
      json(response, 400, { code: 200, message: "Only available for paid account." }),
    );
    const report = await read("paymaster://fleet");
    expect(report).toMatchObject({ accounts_read: 1, accounts_without_plan: 2 });
    expect(report.failed).toMatchObject([{ account_id: "a2" }]);
  });

  it("tells its progress, and ends when it is cancelled", async () => {
    const { assistant, answers, asked } = await setUp(10);
    const seen: number[] = [];
    const abort = new AbortController();
    const uri = "paymaster://fleet";
    await assistant.readResource({ uri }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen.at(-1)).toBe(10);
    const before = asked().length;
    answers.set("/accounts/a1/plans/usage", (response) => {
      abort.abort();
      response.once("close", () => answers.delete("/accounts/a1/plans/usage"));
    });
    await expect(assistant.readResource({ uri }, { signal: abort.signal })).rejects.toThrow();
    await expect.poll(() => answers.size).toBe(0);
    // The list and at most the four that were on their way.
    expect(asked().length - before).toBeLessThanOrEqual(6);
  });

  it("cannot be had without the list of accounts: which scope is missing", async () => {
    const { read, answers } = await setUp(3);
    answers.set("/accounts", (response) =>
      json(response, 400, {
        code: 4711,
        message: "Invalid access token, does not contain scopes:[account:master].",
      }),
    );
    await expect(read("paymaster://fleet")).rejects.toThrow(/account:master/);
  });
});

describe("the report of renewals", () => {
  it("lists by date what renews, with its list price", async () => {
    const { read } = await setUp(3);
    const { renewals } = (await read("paymaster://fleet/renewals")) as {
      renewals: { account_id: string; next_invoice_date: string; list_price: number }[];
    };
    expect(
      renewals.map(({ account_id, next_invoice_date }) => [account_id, next_invoice_date]),
    ).toEqual([
      ["a1", "2021-06-02"],
      ["a2", "2021-06-02"],
      ["a1", "2021-06-11"],
      ["a2", "2021-06-12"],
    ]);
    expect(renewals[3]?.list_price).toBeCloseTo(2 * monthlyPrice("business_monthly"), 2);
  });
});

describe("an address that names nothing", () => {
  it.each([
    ["no path", "paymaster://"],
    ["an unknown kind", "paymaster://nothing"],
    ["no account", "paymaster://accounts/"],
    ["a path below an account", "paymaster://accounts/a/b"],
    ["the same, encoded", "paymaster://accounts/a%2Fb"],
    ["a bad encoding", "paymaster://accounts/%"],
    ["an unknown parameter", "paymaster://accounts?size=1"],
    ["a place before the first", "paymaster://fleet?from=-1"],
    ["a place beyond any page", "paymaster://fleet?from=999"],
    ["an unknown report", "paymaster://fleet/other"],
    ["another scheme", "http://accounts/a"],
    ["a file", "file:///etc/passwd"],
    ["no address at all", "accounts"],
    ["too long a one", `paymaster://accounts/${"a".repeat(3_000)}`],
  ])("(%s) is not found, and nothing is asked", async (_, uri) => {
    const { read, asked } = await setUp(3);
    await expect(read(uri)).rejects.toMatchObject({ code: -32_002 });
    expect(asked()).toEqual([]);
  });
});
