/** Seed 001's file with another address and key, against the real server, over a real child process. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { apiKey, createClient, type PaymasterClient } from "@paymaster/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PaymasterServer, startPaymaster } from "../../client/test/support/paymaster.js";
import { textOf } from "./support/connect.js";

const SEED = fileURLToPath(new URL("fixtures/seed-001.json", import.meta.url));
const PAYMASTER = fileURLToPath(new URL("../../cli/bin/paymaster.js", import.meta.url));

let server: PaymasterServer;
let client: PaymasterClient;
let assistant: Client;

beforeAll(async () => {
  server = await startPaymaster();
  const { base_url, api_key } = server.credentials;
  client = createClient({ baseUrl: base_url, authentication: apiKey({ value: api_key }) });
  const config = JSON.parse(readFileSync(SEED, "utf8")) as { server: { url: string } };
  config.server.url = base_url;
  assistant = new Client({ name: "test", version: "1" });
  await assistant.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [PAYMASTER, "mcp", "--allow-writes"],
      env: { PATH: process.env.PATH ?? "", CONFIG: JSON.stringify(config), API_KEY: api_key },
      stderr: "ignore",
    }),
  );
  // Listing makes the SDK's client check every structured result against its schema.
  await assistant.listTools();
});

afterAll(async () => {
  await assistant?.close();
  await server?.stop();
});

async function call(name: string, given: Record<string, unknown>) {
  const result = await assistant.callTool({ name, arguments: given });
  return {
    isError: result.isError === true,
    text: textOf(result),
    content: result.content as { type: string; resource?: { mimeType: string; blob: string } }[],
    data: (result.structuredContent ?? {}) as Record<string, unknown>,
  };
}

const contact = {
  first_name: "Ada",
  last_name: "Byron",
  email: "ada@example.com",
  address: "1 Main Street",
  city: "Denver",
  state: "CO",
  zip: "80014",
  country: "US",
  phone_number: "+13035550100",
};

describe("the tools of seed 001 against the real server", () => {
  it("buy a plan in two steps, read it back, and hand over its invoice", async () => {
    const { id: accountId } = await client.accountCreate({
      body: {
        first_name: "Ada",
        last_name: "Byron",
        email: "ada@example.com",
        password: "kT7-vQ2-mW9-xR4",
      },
    });
    const plan_base = { type: "business_yearly", hosts: 10 };
    const order = { accountId, body: { contact, plan_base } };
    const shown = await call("account_plan_create", order);
    expect(shown.isError, shown.text).toBe(false);
    expect(shown.data.status).toBe("confirmation_required");
    expect(shown.text).toContain("To pay now: 1999.00 USD");
    const free = await call("get_plan_usage", { accountId });
    expect(free.isError).toBe(true);
    expect(free.text).toContain("Only available for paid account");

    const confirmation = shown.data.confirmation;
    const done = await call("account_plan_create", { ...order, confirmation });
    expect(done.data).toMatchObject({ status: "done", result: { plan_base } });

    const usage = await call("get_plan_usage", { accountId });
    expect(usage.data).toMatchObject({ plan_base: { ...plan_base, usage: 0 } });
    const plans = await call("account_plans", { accountId });
    expect(plans.data).toMatchObject({ plan_base: { status: "active" } });
    expect((await call("account_billing", { accountId })).data).toMatchObject({ city: "Denver" });

    const list = await call("account_billing_invoices", { accountId });
    const [invoice] = list.data.invoices as { id: string; total_amount: number }[];
    expect(invoice?.total_amount).toBe(1999);
    const invoiceId = invoice?.id ?? "";
    const detail = await call("get_account_billing_invoice", { accountId, invoiceId });
    expect(detail.data.invoice_items).toHaveLength(1);
    const file = await call("download_invoice_p_d_f", { invoiceId });
    const resource = file.content[1]?.resource;
    expect(resource?.mimeType).toBe("application/pdf");
    expect(
      Buffer.from(resource?.blob ?? "", "base64")
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");

    const again = await call("account_billing_invoices", { accountId });
    expect(again.isError).toBe(true);
    expect(again.text).toMatch(/reopens at 2021-06-01T00:0\d:\d\dZ/);
  });

  it("add, change and cancel, each only after a confirmation", async () => {
    const { accounts } = await client.accounts();
    const accountId = accounts?.[0]?.id ?? "";
    const type = "large500_monthly";
    async function confirmed(name: string, body: Record<string, unknown>) {
      const first = await call(name, { accountId, body });
      expect(first.data.status, first.text).toBe("confirmation_required");
      const { confirmation } = first.data;
      return call(name, { accountId, body, confirmation });
    }
    await confirmed("account_plan_addon_create", { type, hosts: 1 });
    await confirmed("account_plan_addon_update", { type, hosts: 3 });
    const { plan_large_meeting } = (await call("account_plans", { accountId })).data;
    expect(plan_large_meeting).toMatchObject([{ type, hosts: 3, status: "active" }]);
    await confirmed("account_plan_addon_cancel", { action: "cancel", type });
    await confirmed("account_plan_base_update", { type: "business_yearly", hosts: 12 });
    await confirmed("account_billing_update", { city: "Boulder" });
    await confirmed("account_plan_base_delete", { action: "cancel" });
    const plans = (await call("account_plans", { accountId })).data;
    expect(plans).toMatchObject({
      plan_base: { hosts: 12, status: "cancel" },
      plan_large_meeting: [{ status: "cancel" }],
    });
    expect((await call("account_billing", { accountId })).data.city).toBe("Boulder");
  });

  it("say what the service refuses, in the first step already", async () => {
    const body = { type: "business_yearly", hosts: 10 };
    const result = await call("account_plan_base_update", { accountId: "nobody", body });
    expect(result.isError).toBe(true);
    expect(result.text).toContain("Account does not exist: nobody.");
  });
});
