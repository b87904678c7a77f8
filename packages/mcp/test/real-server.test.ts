/** Seed 001's tools against the real server: over a real child process, and over HTTP at `/mcp`. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { apiKey, createClient, type PaymasterClient } from "@paymaster/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PaymasterServer, startPaymaster } from "../../client/test/support/paymaster.js";
import { jsonOf, textOf } from "./support/connect.js";
import { StreamableHTTPClientTransport } from "./support/http-transport.js";

const SEED = fileURLToPath(new URL("fixtures/seed-001.json", import.meta.url));
const PAYMASTER = fileURLToPath(new URL("../../cli/bin/paymaster.js", import.meta.url));

let server: PaymasterServer;
let client: PaymasterClient;
let folder: string;

beforeAll(async () => {
  server = await startPaymaster();
  const { base_url, api_key } = server.credentials;
  client = createClient({ baseUrl: base_url, authentication: apiKey({ value: api_key }) });
  folder = await mkdtemp(join(tmpdir(), "paymaster-mcp-"));
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const LIMITS = { perCall: "5000", perDay: "20000USD" };

/** Seed 001 with another address, the key in the variable that it names. */
function overStdio() {
  const { base_url, api_key } = server.credentials;
  const config = JSON.parse(readFileSync(SEED, "utf8")) as { server: { url: string } };
  config.server.url = base_url;
  const limits = ["--max-per-call", LIMITS.perCall, "--max-per-day", LIMITS.perDay];
  return new StdioClientTransport({
    command: process.execPath,
    args: [PAYMASTER, "mcp", "--allow-writes", ...limits],
    env: {
      PATH: process.env.PATH ?? "",
      CONFIG: JSON.stringify(config),
      API_KEY: api_key,
      PAYMASTER_STATE_DIR: folder,
    },
    stderr: "ignore",
  });
}

function overHttp() {
  const { base_url, api_key } = server.credentials;
  const { perCall: max_per_call, perDay: max_per_day } = LIMITS;
  const query = new URLSearchParams({ allow_writes: "true", max_per_call, max_per_day });
  return new StreamableHTTPClientTransport(new URL(`../mcp?${query}`, base_url), {
    requestInit: { headers: { authorization: `Bearer ${api_key}` } },
  });
}

const seedNames = (
  JSON.parse(readFileSync(SEED, "utf8")) as { operations: { name: string }[] }
).operations.map(({ name }) => name);

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

describe.each([
  ["standard input and output", overStdio],
  ["HTTP", overHttp],
])("over %s the tools of seed 001", (_, createTransport) => {
  let assistant: Client;
  let accountId = "";

  beforeAll(async () => {
    assistant = new Client({ name: "test", version: "1" });
    await assistant.connect(createTransport() as Transport);
    // Listing makes the SDK's client check every structured result against its schema.
    const { tools } = await assistant.listTools();
    expect(tools.map(({ name }) => name)).toEqual(seedNames);
    ({ id: accountId } = await client.accountCreate({
      body: {
        first_name: "Ada",
        last_name: "Byron",
        email: `ada-${randomUUID()}@example.com`,
        password: "kT7-vQ2-mW9-xR4",
      },
    }));
  });

  afterAll(() => assistant?.close());

  async function call(name: string, given: Record<string, unknown>) {
    const result = await assistant.callTool({ name, arguments: given });
    return {
      isError: result.isError === true,
      text: textOf(result),
      content: result.content as { type: string; resource?: { mimeType: string; blob: string } }[],
      data: (result.structuredContent ?? {}) as Record<string, unknown>,
    };
  }

  it("buy a plan in two steps, read it back, and hand over its invoice", async () => {
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
    expect(again.text).toContain("nothing was sent");
    expect(again.text).toMatch(/reopens at 2021-06-01T00:0\d:\d\dZ/);
  });

  it("keep to the limit of one change", async () => {
    const body = { type: "business_yearly", hosts: 49 };
    const result = await call("account_plan_base_update", { accountId, body });
    expect(result.isError).toBe(true);
    expect(result.text).toMatch(/It costs \d+\.\d\d USD; the limit for one change is 5000.00 USD/);
  });

  it("add, change and cancel, each only after a confirmation", async () => {
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

  it("come with resources and prompts", async () => {
    const fleet = jsonOf(await assistant.readResource({ uri: "paymaster://fleet" }));
    expect(fleet).toMatchObject({ failed: [], totals: { currency: "USD" } });
    expect(Number(fleet.accounts_read)).toBeGreaterThan(0);
    const sheet = jsonOf(
      await assistant.readResource({ uri: `paymaster://accounts/${accountId}` }),
    );
    expect(sheet.plans).toMatchObject({ plan_base: { type: "business_yearly" } });
    // The list of invoices was asked for a moment ago by the tool.
    expect(sheet.missing).toMatchObject([{ part: "open_invoices" }]);
    const { messages } = await assistant.getPrompt({ name: "what_renews_next" });
    expect(messages).toHaveLength(2);
  });
});

describe("over HTTP", () => {
  it("a credential with other scopes is told which one to ask for", async () => {
    const { account_id, base_url } = server.credentials;
    const { api_key } = await server.admin("POST", "/api-keys", {
      account_id,
      scopes: ["billing:read:plan_usage:master"],
    });
    const assistant = new Client({ name: "test", version: "1" });
    const requestInit = { headers: { authorization: `Bearer ${String(api_key)}` } };
    const url = new URL("../mcp", base_url);
    await assistant.connect(new StreamableHTTPClientTransport(url, { requestInit }) as Transport);
    const { tools } = await assistant.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const request = { name: "account_plans", arguments: { accountId: "me" } };
    const refused = await assistant.callTool(request);
    expect(textOf(refused)).toContain("billing:master");
    expect(textOf(refused)).toContain("the Authorization header");
    await assistant.close();
  });

  it("a stream that a client keeps open does not keep the server from stopping", async () => {
    const other = await startPaymaster();
    const { base_url, api_key } = other.credentials;
    const assistant = new Client({ name: "test", version: "1" });
    const requestInit = { headers: { authorization: `Bearer ${api_key}` } };
    const url = new URL("../mcp", base_url);
    await assistant.connect(new StreamableHTTPClientTransport(url, { requestInit }) as Transport);
    await assistant.callTool({ name: "get_plan_usage", arguments: { accountId: "me" } });
    const startedMs = performance.now();
    await other.stop();
    expect(performance.now() - startedMs).toBeLessThan(8_000);
    await assistant.close();
  });
});
