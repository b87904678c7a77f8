/**
 * Several hundred writes through a proxy that loses requests and answers, against the real server: in the
 * end everything has been bought once, and once only.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bearerToken,
  type ClientOptions,
  createClient,
  createQuotaPlanner,
  type PaymasterClient,
} from "../../src/index.js";
import { FaultyProxy } from "../support/faulty-proxy.js";
import { type PaymasterServer, startPaymaster } from "../support/paymaster.js";

const CUSTOMERS = 30;
const LEAVERS = 10;

let server: PaymasterServer;

beforeAll(async () => {
  server = await startPaymaster();
});

afterAll(() => server?.stop());

function newClient(baseUrl: string, options: Partial<ClientOptions> = {}): PaymasterClient {
  return createClient({
    baseUrl,
    authentication: bearerToken(server.credentials.api_key),
    quota: createQuotaPlanner({ maxWaitMs: { interactive: 60_000 } }),
    retry: { maxAttempts: 12, baseDelayMs: 20 },
    ...options,
  });
}

/** Through a proxy that may never answer: what takes this long is taken for lost. */
const LOSSY = { timeoutMs: 2_000 };

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

const WEBINAR = "webinar500_monthly";
const MEETING = "large500_monthly";

async function newAccount(client: PaymasterClient, email: string): Promise<string> {
  const body = { first_name: "Ada", last_name: "Byron", email, password: "kT7-vQ2-mW9-xR4" };
  const { id, owner_email } = await client.accountCreate({ body });
  expect(owner_email).toBe(email);
  return id;
}

/** A year in a customer's life: nine writes. */
async function live(client: PaymasterClient, email: string): Promise<string> {
  const accountId = await newAccount(client, email);
  const plan_base = { type: "business_yearly", hosts: 10 };
  const created = await client.accountPlanCreate({
    accountId,
    body: { contact, plan_base, plan_recording: "cmr_monthly_commitment_40" },
  });
  expect(created.plan_base).toMatchObject(plan_base);
  await client.accountPlanAddonCreate({ accountId, body: { type: WEBINAR, hosts: 2 } });
  await client.accountPlanAddonCreate({ accountId, body: { type: MEETING, hosts: 1 } });
  await client.accountPlanAddonUpdate({ accountId, body: { type: WEBINAR, hosts: 3 } });
  await client.accountPlanBaseUpdate({ accountId, body: { type: "business_yearly", hosts: 14 } });
  await client.accountPlanAddonCancel({ accountId, body: { action: "cancel", type: MEETING } });
  await client.accountBillingUpdate({ accountId, body: { city: "Boulder", zip: "80301" } });
  await client.accountOptionsUpdate({ accountId, body: { billing_auto_renew: false } });
  return accountId;
}

/** What a customer has and owes. */
async function stateOf(client: PaymasterClient, accountId: string) {
  const plans = await client.accountPlans({ accountId });
  const { city, zip } = await client.accountBilling({ accountId });
  const { options } = await client.account({ accountId });
  const { invoices = [] } = await client.accountBillingInvoices({ accountId });
  const owed = invoices.map(({ total_amount }) => total_amount).sort();
  return { plans, city, zip, renews: options.billing_auto_renew, owed };
}

async function emailsOf(client: PaymasterClient): Promise<string[]> {
  const emails: string[] = [];
  for (let token = ""; ; ) {
    const page = await client.accounts({
      page_size: "300",
      ...(token === "" ? {} : { next_page_token: token }),
    });
    emails.push(...(page.accounts ?? []).map(({ owner_email }) => owner_email));
    token = page.next_page_token;
    if (token === "") return emails;
  }
}

describe("writes through a proxy that loses every second one", () => {
  it.each([
    ["paymaster, by Idempotency-Key", false],
    ["another service, by looking first", true],
  ])(
    "are made exactly once: %s",
    async (name, isForeign) => {
      const proxy = await FaultyProxy.start({
        target: new URL(server.credentials.base_url).origin,
        seed: 5,
        isForeign,
      });
      try {
        const word = isForeign ? "foreign" : "own";
        const direct = newClient(server.credentials.base_url);
        const before = await emailsOf(direct);
        const twin = await live(direct, `twin-${word}@example.com`);

        const client = newClient(proxy.baseUrl, { ...LOSSY, retryWrites: true });
        const customers = Array.from({ length: CUSTOMERS }, (_, index) =>
          live(client, `${word}-${index}@example.com`),
        );
        const leavers = Array.from({ length: LEAVERS }, async (_, index) => {
          const accountId = await newAccount(client, `${word}-leaver-${index}@example.com`);
          await client.accountDisassociate({ accountId });
        });
        const accountIds = await Promise.all(customers);
        await Promise.all(leavers);

        const faults = Object.fromEntries(proxy.faults);
        console.log(`${name}: ${JSON.stringify(faults)}`);
        for (const fault of ["lost_request", "late_request", "lost_answer", "silence"] as const) {
          expect(proxy.faults.get(fault) ?? 0, fault).toBeGreaterThan(0);
        }
        const expected = await stateOf(direct, twin);
        expect(expected.owed.length).toBeGreaterThan(3);
        for (const accountId of accountIds) {
          expect(await stateOf(direct, accountId)).toEqual(expected);
        }
        const emails = (await emailsOf(direct)).filter((email) => !before.includes(email));
        expect(new Set(emails).size).toBe(emails.length);
        expect(emails).toHaveLength(CUSTOMERS + 1);
        expect(await server.admin("GET", "/invariants")).toMatchObject({ ok: true });
      } finally {
        await proxy.stop();
      }
    },
    120_000,
  );

  it("are not repeated unless that is asked for", async () => {
    const proxy = await FaultyProxy.start({
      target: new URL(server.credentials.base_url).origin,
      seed: 9,
      isForeign: false,
    });
    try {
      const client = newClient(proxy.baseUrl, LOSSY);
      const attempts = Array.from({ length: 30 }, (_, index) =>
        newAccount(client, `once-${index}@example.com`),
      );
      const results = await Promise.allSettled(attempts);
      const failed = results.filter(({ status }) => status === "rejected");
      expect(failed.length).toBeGreaterThan(3);
      expect(failed.length).toBeLessThan(27);
    } finally {
      await proxy.stop();
    }
  });
});

describe("so many hosts more (2026), the write that a plain repetition would make twice", () => {
  const ACCOUNTS = 40;
  let server2026: PaymasterServer;

  beforeAll(async () => {
    server2026 = await startPaymaster(["--test-clock", "2026-03-02", "--profile", "2026"]);
  });

  afterAll(() => server2026?.stop());

  async function grow(isForeign: boolean) {
    const { base_url, api_key } = server2026.credentials;
    const authentication = bearerToken(api_key);
    const planner = () =>
      createQuotaPlanner({ profile: "2026", maxWaitMs: { interactive: 60_000 } });
    const direct = newClient(base_url, { authentication, quota: planner() });
    const word = isForeign ? "foreign" : "own";
    const accountIds = await Promise.all(
      Array.from({ length: ACCOUNTS }, async (_, index) => {
        const accountId = await newAccount(direct, `${word}-more-${index}@example.com`);
        const plan_base = { type: "business_yearly", hosts: 10 };
        await direct.accountPlanCreate({ accountId, body: { contact, plan_base } });
        return accountId;
      }),
    );
    const target = new URL(base_url).origin;
    const proxy = await FaultyProxy.start({ target, seed: 3, isForeign });
    try {
      const quota = planner();
      const options = { ...LOSSY, authentication, quota, retryWrites: true };
      const client = newClient(proxy.baseUrl, options);
      const body = { type: "business_yearly", increasing_hosts: 2 };
      const results = await Promise.allSettled(
        accountIds.map((accountId) => client.accountPlanBaseUpdate({ accountId, body })),
      );
      const lost = proxy.faults.get("lost_answer") ?? 0;
      expect(lost).toBeGreaterThan(0);
      const hosts = await Promise.all(
        accountIds.map(async (accountId) => {
          const { plan_base } = await direct.accountPlans({ accountId });
          return plan_base?.hosts;
        }),
      );
      return { results, hosts };
    } finally {
      await proxy.stop();
    }
  }

  it("is made once with a key", async () => {
    const { results, hosts } = await grow(false);
    expect(results.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(hosts).toEqual(Array.from({ length: ACCOUNTS }, () => 12));
  }, 60_000);

  it("is not repeated where nothing can tell, and says so", async () => {
    const { results, hosts } = await grow(true);
    let unknown = 0;
    for (const [index, result] of results.entries()) {
      if (result.status === "fulfilled") expect(hosts[index]).toBe(12);
      else {
        unknown += 1;
        expect([10, 12]).toContain(hosts[index]);
      }
    }
    expect(unknown).toBeGreaterThan(3);
  }, 60_000);
});
