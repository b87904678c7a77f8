/** One story against the real server, through the client alone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ApiError,
  AuthenticationError,
  bearerToken,
  createClient,
  MissingScopeError,
  type PaymasterClient,
  RateLimitError,
  serverToServer,
} from "../../src/index.js";
import { type PaymasterServer, startPaymaster } from "../support/paymaster.js";

let server: PaymasterServer;
let client: PaymasterClient;
let statuses: number[];

beforeAll(async () => {
  server = await startPaymaster();
  const { credentials } = server;
  statuses = [];
  client = createClient({
    baseUrl: credentials.base_url,
    authentication: serverToServer({
      tokenUrl: credentials.token_url,
      accountId: credentials.account_id,
      clientId: credentials.client_id,
      clientSecret: credentials.client_secret,
    }),
    hooks: { onResponse: ({ status }) => statuses.push(status) },
  });
});

afterAll(() => server?.stop());

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

let emails = 0;

async function newAccount(): Promise<string> {
  emails += 1;
  const { id } = await client.accountCreate({
    body: {
      first_name: "Ada",
      last_name: "Byron",
      email: `ada${emails}@example.com`,
      password: "kT7-vQ2-mW9-xR4",
    },
  });
  return id;
}

/** A sub account with ten hosts of a yearly business plan. */
async function newCustomer(): Promise<string> {
  const accountId = await newAccount();
  const plan_base = { type: "business_yearly", hosts: 10 };
  await client.accountPlanCreate({ accountId, body: { contact, plan_base } });
  return accountId;
}

async function refusalOf(work: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("against the real server", () => {
  it("a preview and the purchase agree, and the invoice says the same", async () => {
    const accountId = await newAccount();
    const body = { contact, plan_base: { type: "business_yearly", hosts: 10 } };
    const preview = await client.accountPlanCreate({ accountId, body }, { preview: true });
    expect(preview.lines).toHaveLength(1);
    expect(preview.total_amount).toBe(1999);
    expect(preview.lines[0]?.plan_type).toBe("business_yearly");
    const before = await refusalOf(client.accountBillingInvoices({ accountId }));
    expect(before.code).toBe(200);

    const answer = await client.accountPlanCreate({ accountId, body });
    expect(answer.plan_base).toMatchObject({ type: "business_yearly", hosts: 10 });
    const plans = await client.accountPlans({ accountId });
    expect(plans.plan_base).toMatchObject({ hosts: 10, status: "active" });

    await server.admin("POST", "/clock/advance", { minutes: 6 });
    const { currency, invoices } = await client.accountBillingInvoices({ accountId });
    expect(currency).toBe(preview.currency);
    expect(invoices).toHaveLength(1);
    const invoiceId = invoices?.[0]?.id ?? "";
    const invoice = await client.getAccountBillingInvoice({ accountId, invoiceId });
    expect(invoice.total_amount).toBe(preview.total_amount);

    const pdf = await client.downloadInvoicePDF({ invoiceId });
    expect(pdf.contentType).toBe("application/pdf");
    expect(pdf.filename).toMatch(/\.pdf$/);
    const bytes = await pdf.bytes();
    expect(bytes.byteLength).toBe(pdf.contentLength);
    expect(new TextDecoder().decode(bytes.subarray(0, 5))).toBe("%PDF-");
  });

  it("a repeated idempotency key buys once", async () => {
    const accountId = await newCustomer();
    const input = { accountId, body: { type: "large500_monthly", hosts: 2 } };
    const idempotencyKey = crypto.randomUUID();
    await client.accountPlanAddonCreate(input, { idempotencyKey });
    await client.accountPlanAddonCreate(input, { idempotencyKey });
    const { plan_large_meeting } = await client.accountPlans({ accountId });
    expect(plan_large_meeting).toHaveLength(1);
    const again = await refusalOf(client.accountPlanAddonCreate(input));
    expect(again).toMatchObject({ code: 2100, errorName: "alreadyHasAddon" });
  });

  it("changes and cancels", async () => {
    const accountId = await newCustomer();
    const type = "webinar500_monthly";
    await client.accountPlanAddonCreate({ accountId, body: { type, hosts: 1 } });
    await client.accountPlanAddonUpdate({ accountId, body: { type, hosts: 2 } });
    const usage = await client.getPlanUsage({ accountId });
    expect(usage.plan_webinar).toMatchObject([{ type, hosts: 2, usage: 0 }]);
    await client.accountPlanAddonCancel({ accountId, body: { action: "cancel", type } });
    await client.accountPlanBaseDelete({ accountId, body: { action: "cancel", reason: 4 } });
    const plans = await client.accountPlans({ accountId });
    expect(plans.plan_base?.status).toBe("cancel");
    expect(plans.plan_webinar).toMatchObject([{ status: "cancel" }]);
    await client.accountBillingUpdate({ accountId, body: { city: "Boulder" } });
    expect((await client.accountBilling({ accountId })).city).toBe("Boulder");
  });

  it("documented errors have their names, under HTTP 200, 300, 400 and 404", async () => {
    const free = await newAccount();
    const customer = await newCustomer();
    const missing = { accountId: "nobody" };
    const body = { type: "business_yearly", hosts: 3 };
    const cancel = { action: "cancel" } as const;
    const refusals = [
      await refusalOf(client.accountPlanBaseDelete({ accountId: free, body: cancel })),
      await refusalOf(client.accountPlanBaseUpdate({ accountId: customer, body })),
      await refusalOf(client.getPlanUsage({ accountId: free })),
      await refusalOf(client.accountPlans(missing)),
    ];
    expect(refusals.map(({ status, code }) => [status, code])).toEqual([
      [200, 200],
      [300, 300],
      [400, 200],
      [404, 2001],
    ]);
    for (const refusal of refusals) {
      expect(refusal.errorName, refusal.message).toEqual(expect.any(String));
      expect(refusal.trackingId).toMatch(/rid=/);
    }
  });

  it("field errors come with their fields", async () => {
    const accountId = await newCustomer();
    const body = { type: "business_yearly", hosts: "10" as unknown as number };
    const refusal = await refusalOf(client.accountPlanBaseUpdate({ accountId, body }));
    expect(refusal.code).toBe(300);
    expect(refusal.errors.map(({ field }) => field)).toEqual(["hosts"]);
  });

  it("a used-up quota says when it reopens, on the service's clock", async () => {
    const accountId = await newCustomer();
    await client.accountBillingInvoices({ accountId });
    const error = await client.accountBillingInvoices({ accountId }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RateLimitError);
    const { retryAt, rateLimit } = error as RateLimitError;
    const clock = await server.admin("GET", "/clock");
    const waitMs = (retryAt?.getTime() ?? 0) - Date.parse(String(clock.now));
    expect(waitMs).toBeGreaterThan(200_000);
    // Retry-After has whole seconds, rounded up.
    expect(waitMs).toBeLessThanOrEqual(301_000);
    expect(rateLimit?.category).toBe("Heavy");
    await server.admin("POST", "/clock/advance", { minutes: 5 });
    expect((await client.accountBillingInvoices({ accountId })).invoices).toHaveLength(1);
  });

  it("a token that ended on the service's clock is renewed, and the call goes on", async () => {
    await client.accountPlans({ accountId: "me" });
    await server.admin("POST", "/clock/advance", { hours: 2 });
    statuses.length = 0;
    await client.accountPlans({ accountId: "me" });
    expect(statuses).toEqual([401, 200]);
  });

  it("wrong credentials and missing scopes are told apart", async () => {
    const { credentials } = server;
    const baseUrl = credentials.base_url;
    const stranger = createClient({ baseUrl, authentication: bearerToken("nonsense") });
    const refused = await stranger.accountPlans({ accountId: "me" }).catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(AuthenticationError);
    const wrong = createClient({
      baseUrl,
      authentication: serverToServer({
        tokenUrl: credentials.token_url,
        accountId: credentials.account_id,
        clientId: credentials.client_id,
        clientSecret: "wrong",
      }),
    });
    await expect(wrong.accountPlans({ accountId: "me" })).rejects.toThrow(/client secret/);

    const { api_key } = await server.admin("POST", "/api-keys", {
      account_id: credentials.account_id,
      scopes: ["billing:read:plan_information:master"],
    });
    const reader = createClient({ baseUrl, authentication: bearerToken(String(api_key)) });
    const error = await reader.getPlanUsage({ accountId: "me" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MissingScopeError);
    expect((error as MissingScopeError).scopes).toContain("billing:master");
    expect((error as MissingScopeError).errorName).toBe("missingScopes");
  });
});
