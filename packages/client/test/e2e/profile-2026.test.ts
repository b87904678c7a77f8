/** The generation of 2026: the same errors travel under other statuses, some with other words. */
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  ApiError,
  apiKey,
  createClient,
  createQuotaPlanner,
  findServiceProfile,
  type PaymasterClient,
} from "../../src/index.js";
import { type PaymasterServer, startPaymaster } from "../support/paymaster.js";

let server: PaymasterServer;
let client: PaymasterClient;

beforeAll(async () => {
  server = await startPaymaster(["--test-clock", "2026-01-15", "--profile", "2026"]);
  const { base_url, api_key } = server.credentials;
  client = createClient({ baseUrl: base_url, authentication: apiKey({ value: api_key }) });
});

afterAll(() => server?.stop());

it("what was HTTP 200 or 300 is 400, with the same names", async () => {
  const owner = { first_name: "Ada", last_name: "Byron", email: "ada@example.com" };
  const { id } = await client.accountCreate({ body: { ...owner, password: "kT7-vQ2-mW9-xR4" } });
  const body = { action: "cancel" } as const;
  const refusals = [
    () => client.accountPlanBaseDelete({ accountId: id, body }),
    () => client.accountPlanAddonCancel({ accountId: id, body: { ...body, type: "webinar500" } }),
  ];
  for (const refusal of refusals) {
    const error: unknown = await refusal().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, code: 200, errorName: expect.any(String) });
  }
});

it("usage, plans and cancellation work as in 2021", async () => {
  const owner = { first_name: "Ada", last_name: "Byron", email: "ada2@example.com" };
  const created = await client.accountCreate({ body: { ...owner, password: "kT7-vQ2-mW9-xR4" } });
  const accountId = created.id;
  const contact = {
    ...owner,
    address: "1 Main Street",
    city: "Denver",
    state: "CO",
    zip: "80014",
    country: "US",
    phone_number: "+13035550100",
  };
  const plan_base = { type: "business_yearly", hosts: 10 };
  await client.accountPlanCreate({ accountId, body: { contact, plan_base } });
  const type = "large500_monthly";
  const added = await client.accountPlanAddonCreate({ accountId, body: { type, hosts: 1 } });
  expect(added).toMatchObject({ plan_large_meeting: [{ type, hosts: 1 }] });
  const body = { action: "cancel", type } as const;
  expect(await client.accountPlanAddonCancel({ accountId, body })).toBeUndefined();
  const plans = await client.accountPlans({ accountId });
  expect(plans.plan_large_meeting).toMatchObject([{ status: "cancelled" }]);
});

it("a planner can ask which generation's limits hold: buying plans is Heavy only in 2026", async () => {
  const profile = await findServiceProfile(server.credentials.base_url);
  expect(profile).toBe("2026");
  const rulesWith = (given: typeof profile) =>
    createQuotaPlanner({ profile: given })
      .plan([{ tool: "account_plan_create", input: { accountId: "a" } }])
      .rules.map(({ rule }) => rule);
  expect(rulesWith(profile)).toEqual(["pace:Heavy", "day:Heavy+Resource-intensive"]);
  expect(rulesWith("2021")).toEqual([]);
});
