import { describe, expect, it } from "vitest";
import { json } from "../../client/test/support/peer.js";
import { compareInvoices } from "../src/reports/invoice-change.js";
import { connect } from "./support/connect.js";
import { dailyLimit, startFleet, untilTomorrow } from "./support/fleet.js";

const READING = [
  "account_billing_invoices",
  "get_account_billing_invoice",
  "account_plans",
  "get_plan_usage",
];

async function setUp(operations = READING) {
  const fleet = await startFleet(4, operations);
  const { assistant } = await connect(fleet.config);
  async function get(name: string, given: Record<string, string> = {}) {
    const { messages } = await assistant.getPrompt({ name, arguments: given });
    const parts = messages.map(
      ({ content }) => content as { text?: string; resource?: { uri: string; text: string } },
    );
    const attached = parts[1]?.resource;
    return {
      text: parts[0]?.text ?? "",
      uri: attached?.uri,
      data: JSON.parse(attached?.text ?? "null") as Record<string, unknown> | null,
    };
  }
  return { ...fleet, assistant, get };
}

describe("the list of prompts", () => {
  it("has three questions, with their arguments", async () => {
    const { assistant } = await setUp();
    const { prompts } = await assistant.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual([
      "why_did_this_invoice_change",
      "which_licences_are_idle",
      "what_renews_next",
    ]);
    expect(prompts[0]?.arguments).toMatchObject([
      { name: "accountId", required: true },
      { name: "invoiceId", required: false },
    ]);
  });

  it("leaves out questions whose operations are left out", async () => {
    const { assistant, get } = await setUp(["account_plans"]);
    const { prompts } = await assistant.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(["what_renews_next"]);
    await expect(get("which_licences_are_idle")).rejects.toThrow(/no prompt/);
  });
});

describe("why did this invoice change", () => {
  it("compares the newest posted invoice with the one before it", async () => {
    const { get, asked } = await setUp();
    const { text, data } = await get("why_did_this_invoice_change", { accountId: "a1" });
    expect(text).toContain("Why did this invoice change");
    expect(data).toMatchObject({
      this_invoice: { id: "i3" },
      the_one_before: { id: "i2" },
      difference: {
        total_change: 118.98,
        only_in_this: [{ charge_name: "Webinar", total_amount: 79 }],
        only_in_the_one_before: [],
        changed: [
          {
            charge_name: "Biz",
            total_change: 39.98,
            before: { quantity: 12 },
            now: { quantity: 14 },
          },
        ],
      },
    });
    expect(asked()).toHaveLength(3);
  });

  it.each([
    [{ accountId: "a1", invoiceId: "i1" }, /first one within the last year/],
    [{ accountId: "a1", invoiceId: "other" }, /other is not among/],
    [{ accountId: "a9" }, /does not exist/],
  ])("says for %j why there is nothing to compare", async (given, expected) => {
    const { get } = await setUp();
    const { text, data } = await get("why_did_this_invoice_change", given);
    expect(text).toMatch(expected);
    expect(data).toBeNull();
  });

  it("says when the quota reopens", async () => {
    const { get, answers } = await setUp();
    answers.set("/accounts/a1/billing/invoices", (response) =>
      json(response, 429, dailyLimit, untilTomorrow),
    );
    const { text } = await get("why_did_this_invoice_change", { accountId: "a1", invoiceId: "" });
    expect(text).toContain("reopens at 2021-06-02T00:00:00Z");
  });

  it.each([
    [{}, /accountId is needed/],
    [{ accountId: "a", account: "b" }, /no argument account/],
    [{ accountId: "a".repeat(201) }, /too long/],
  ])("refuses the arguments %j", async (given, expected) => {
    const { get, asked } = await setUp();
    await expect(
      get("why_did_this_invoice_change", given as Record<string, string>),
    ).rejects.toThrow(expected);
    expect(asked()).toEqual([]);
  });
});

describe("the other two questions", () => {
  it("carry the fleet report, or the sheet of one account", async () => {
    const { get } = await setUp();
    const idle = await get("which_licences_are_idle");
    expect(idle).toMatchObject({ uri: "paymaster://fleet", data: { totals: { idle: 3 } } });
    const renewals = await get("what_renews_next");
    expect(renewals.uri).toBe("paymaster://fleet/renewals");
    expect(renewals.data?.renewals).toHaveLength(6);
    const one = await get("what_renews_next", { accountId: "a1" });
    expect(one).toMatchObject({ uri: "paymaster://accounts/a1", data: { account_id: "a1" } });
  });
});

describe("the difference of two invoices", () => {
  const line = (charge_name: string, quantity: number, total_amount: number) => ({
    charge_name,
    quantity,
    total_amount,
    start_date: "2021-05-01",
    end_date: "2021-05-31",
  });

  it("adds up lines of one charge, and leaves no fractions of a cent", () => {
    const before = { total_amount: 0.3, tax_amount: 0.1, invoice_items: [line("a", 3, 0.2)] };
    const now = {
      total_amount: 0.1,
      tax_amount: 0.3,
      invoice_items: [line("a", 1, 0.1), line("a", 2, 0.1), line("b", 1, -0.4)],
    };
    expect(compareInvoices(now, before)).toMatchObject({
      total_change: -0.2,
      tax_change: 0.2,
      unchanged: 1,
      changed: [],
      only_in_this: [{ charge_name: "b", total_amount: -0.4 }],
    });
  });

  it("takes invoices that are not as documented for empty ones", () => {
    expect(compareInvoices({ invoice_items: [null, 7] }, undefined)).toMatchObject({
      total_change: 0,
      only_in_this: [{ charge_name: "" }],
    });
  });
});

describe("suggestions for accountId", () => {
  it("are found by id or name, from one call", async () => {
    const { assistant, asked } = await setUp();
    const ref = { type: "ref/prompt", name: "what_renews_next" } as const;
    const suggest = async (value: string, name = "accountId") =>
      (await assistant.complete({ ref, argument: { name, value } })).completion.values;
    expect(await suggest("")).toEqual(["me", "a0", "a1", "a2", "a3"]);
    expect(await suggest("account 2")).toEqual(["a2"]);
    expect(await suggest("A3")).toEqual(["a3"]);
    expect(await suggest("x", "invoiceId")).toEqual([]);
    expect(asked()).toHaveLength(1);
  });

  it("are none when the list cannot be read", async () => {
    const { assistant, answers } = await setUp();
    answers.set("/accounts", (response) => json(response, 500, { code: 500, message: "no" }));
    const ref = { type: "ref/resource", uri: "paymaster://accounts/{accountId}" } as const;
    const argument = { name: "accountId", value: "a" };
    expect((await assistant.complete({ ref, argument })).completion.values).toEqual([]);
  });
});
