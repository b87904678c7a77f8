/** The planner against the real server with its rate limits on, on a test clock. */
import { rateLimitTiers } from "@paymaster/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  bearerToken,
  createClient,
  createQuotaPlanner,
  type PaymasterClient,
  type QuotaPlanner,
  RateLimitError,
} from "../../src/index.js";
import { type PaymasterServer, startPaymaster } from "../support/paymaster.js";

let server: PaymasterServer;
/** Every status that the service has answered with, in order. */
const statuses: number[] = [];

beforeAll(async () => {
  server = await startPaymaster();
});

afterAll(() => server?.stop());

// A new planner knows nothing of what the test before it used up in this second.
beforeEach(async () => {
  await server.admin("POST", "/clock/advance", { seconds: 2 });
});

interface Party {
  readonly client: PaymasterClient;
  readonly quota: QuotaPlanner;
}

function newParty(apiKey = server.credentials.api_key): Party {
  statuses.length = 0;
  const quota = createQuotaPlanner({ tier: "business" });
  const client = createClient({
    baseUrl: server.credentials.base_url,
    authentication: bearerToken(apiKey),
    hooks: { onResponse: ({ status }) => statuses.push(status) },
    quota,
  });
  return { client, quota };
}

let emails = 0;

async function newAccount(client: PaymasterClient): Promise<string> {
  emails += 1;
  const email = `quota${emails}@example.com`;
  const password = "kT7-vQ2-mW9-xR4";
  const { id } = await client.accountCreate({
    body: { first_name: "Ada", last_name: "Byron", email, password },
  });
  return id;
}

const background = { priority: "background", maxWaitMs: 60_000 } as const;

describe("with the planner, the real server", () => {
  it("never says 429 to several hundred calls of three labels at once", async () => {
    const { client, quota } = newParty();
    const ids = await Promise.all(Array.from({ length: 3 }, () => newAccount(client)));
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 50; round += 1) {
      for (const accountId of ids) {
        calls.push(
          client.accountPlans({ accountId }, background),
          client.account({ accountId }, background),
          // A free account has no usage: the refusal counts all the same.
          client.getPlanUsage({ accountId }, background).catch((error: unknown) => error),
        );
      }
    }
    await Promise.all(calls);
    expect(statuses).toHaveLength(3 + 450);
    expect(statuses.filter((status) => status === 429)).toEqual([]);
    const pool = quota.status().rules.find(({ rule }) => rule.startsWith("day:Heavy"));
    expect(pool?.used).toBe(150);
  });

  it("is asked for an account's invoices again when its own clock says so", async () => {
    const { client } = newParty();
    const accountId = "me";
    const refused = async () => {
      const error: unknown = await client
        .accountBillingInvoices({ accountId })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RateLimitError);
      return error as RateLimitError;
    };
    await client.accountBillingInvoices({ accountId });
    const { sent, retryAt } = await refused();
    expect(sent).toBe(false);
    const clock = await server.admin("GET", "/clock");
    const waitMs = (retryAt?.getTime() ?? 0) - Date.parse(String(clock.now));
    expect(waitMs).toBeGreaterThan(290_000);
    expect(waitMs).toBeLessThan(301_500);

    await server.admin("POST", "/clock/advance", { minutes: 6 });
    // The planner has not seen the service's clock for over a second, so it asks before it refuses.
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await client.accountBillingInvoices({ accountId });
    expect(statuses).toEqual([200, 200]);
  });

  it("corrects a planner that does not know what others have used", async () => {
    const { client } = newParty();
    const stranger = newParty();
    await server.admin("POST", "/clock/advance", { minutes: 6 });
    await stranger.client.accountBillingInvoices({ accountId: "me" });
    statuses.length = 0;
    const error = await client
      .accountBillingInvoices({ accountId: "me" })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RateLimitError);
    expect((error as RateLimitError).sent).toBe(true);
    const again = client.accountBillingInvoices({ accountId: "me" });
    await expect(again).rejects.toMatchObject({ sent: false });
    expect(statuses).toEqual([429]);
  });

  /**
   * What is certain, however busy the machine: neither program sends more than the limit in a second, so
   * at most a second limit's worth is refused in one. A second that refuses has let a whole limit in, so
   * with three limits of calls that happens at most twice: after two such seconds at most one limit is
   * left. And whoever was refused waits for the next second, so a call is sent at most three times.
   */
  it("two programs of one account, unaware of each other, get through", async () => {
    const { count: limit } = rateLimitTiers.business.Light;
    const calls = [newParty(), newParty()].flatMap(({ client }) =>
      Array.from({ length: 1.5 * limit }, () =>
        client.call("account", { accountId: "me" }, background),
      ),
    );
    const attempts = (await Promise.all(calls)).map((answer) => answer.attempts);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3 * limit);
    expect(statuses.filter((status) => status === 429).length).toBeLessThanOrEqual(2 * limit);
    expect(Math.max(...attempts)).toBeLessThanOrEqual(3);
  });

  it("an account of the free tier is found out from the headers", async () => {
    const { id, api_key } = await server.admin("POST", "/accounts", {
      kind: "regular",
      account_name: "Small",
    });
    await server.admin("PATCH", `/accounts/${String(id)}`, { tier: "free" });
    const { client, quota } = newParty(String(api_key));
    await client.account({ accountId: "me" });
    expect(quota.status().tier).toBe("free");
    const calls = Array.from({ length: 8 }, () =>
      client.account({ accountId: "me" }, { maxWaitMs: 10_000 }),
    );
    await Promise.all(calls);
    expect(statuses.filter((status) => status === 429)).toEqual([]);
  });
});
