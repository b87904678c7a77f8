/** Writes whose answer is lost, one by one, against peers that say what the account shows. */
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import {
  ApiError,
  bearerToken,
  type ClientOptions,
  createClient,
  NetworkError,
  UnexpectedResponseError,
} from "../src/index.js";
import { json, type Peer, type SeenRequest, startPeer } from "./support/peer.js";

function clientOf(peer: Peer, options: Partial<ClientOptions> = {}) {
  return createClient({
    baseUrl: peer.baseUrl,
    authentication: bearerToken("t"),
    retryWrites: true,
    takesIdempotencyKeys: false,
    retry: { baseDelayMs: 10 },
    ...options,
  });
}

const drop = (response: ServerResponse) => void response.destroy();

/** Loses the first answers to writes, then refuses; reads get what `shown` says. */
async function losingPeer(shown: unknown, losses = 1): Promise<Peer> {
  let writes = 0;
  return startPeer((request, response) => {
    if (request.method === "GET") {
      if (request.url === "/openapi.json") json(response, 404, {});
      else json(response, 200, shown);
      return;
    }
    writes += 1;
    if (writes <= losses) drop(response);
    else json(response, 204, undefined);
  });
}

const writesOf = (peer: Peer) => peer.requests.filter(({ method }) => method !== "GET");
const readsOf = (peer: Peer) => peer.requests.filter(({ method }) => method === "GET");

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const accountId = "abc";
const webinar = { type: "webinar500_monthly", hosts: 2, status: "active" };
const addon = { accountId, body: { type: "webinar500_monthly", hosts: 2 } };

describe("an add-on whose answer is lost", () => {
  it("is not bought again when the account has it", async () => {
    const peer = await losingPeer({ plan_webinar: [webinar] });
    const answer = await clientOf(peer).call("account_plan_addon_create", addon);
    expect(answer).toMatchObject({ data: undefined, attempts: 1, isLookedUp: true });
    expect(writesOf(peer)).toHaveLength(1);
    expect(readsOf(peer).map(({ url }) => url)).toEqual(["/v2/accounts/abc/plans"]);
  });

  it.each([
    ["nothing", {}],
    ["another type", { plan_webinar: [{ ...webinar, type: "webinar1000_monthly" }] }],
    ["a cancelled one", { plan_webinar: [{ ...webinar, status: "cancel" }] }],
    ["an expired one", { plan_webinar: [{ ...webinar, status: "expired" }] }],
    ["the type as a base plan", { plan_base: { type: "business_monthly", hosts: 10 } }],
  ])("is bought again, with the same key, when the account has %s", async (_, shown) => {
    const peer = await losingPeer(shown);
    const answer = await clientOf(peer).call("account_plan_addon_create", addon);
    expect(answer).toMatchObject({ attempts: 2 });
    expect(answer.isLookedUp).toBeUndefined();
    const keys = writesOf(peer).map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it("is left alone when the account has it with another number of hosts", async () => {
    const peer = await losingPeer({ plan_webinar: [{ ...webinar, hosts: 1 }] });
    expect(await failureOf(clientOf(peer).accountPlanAddonCreate(addon))).toBeInstanceOf(
      NetworkError,
    );
    expect(writesOf(peer)).toHaveLength(1);
  });

  it("is left alone when nobody can look", async () => {
    const peer = await startPeer((request, response) => {
      if (request.method === "GET") json(response, 400, { code: 4711, message: "No access." });
      else drop(response);
    });
    expect(await failureOf(clientOf(peer).accountPlanAddonCreate(addon))).toBeInstanceOf(
      NetworkError,
    );
    expect(writesOf(peer)).toHaveLength(1);
  });

  it("is looked up a last time when all attempts are used", async () => {
    let writes = 0;
    const peer = await startPeer((request, response) => {
      if (request.method !== "GET") {
        writes += 1;
        drop(response);
      } else json(response, 200, writes < 3 ? {} : { plan_webinar: [webinar] });
    });
    const answer = await clientOf(peer).call("account_plan_addon_create", addon);
    expect(answer).toMatchObject({ attempts: 3, isLookedUp: true });
  });

  it("that is refused at the second time is looked up once more", async () => {
    let writes = 0;
    const message = "This sub account already has the additional plan: webinar500_monthly.";
    const peer = await startPeer((request, response) => {
      if (request.method !== "GET") {
        writes += 1;
        if (writes === 1) drop(response);
        else json(response, 400, { code: 2100, message });
      } else json(response, 200, writes < 2 ? {} : { plan_webinar: [webinar] });
    });
    const answer = await clientOf(peer).call("account_plan_addon_create", addon);
    expect(answer).toMatchObject({ attempts: 2, isLookedUp: true });
    expect(writesOf(peer)).toHaveLength(2);
  });

  it("that is refused at once ends in the refusal, without a look", async () => {
    const peer = await startPeer((_, response) =>
      json(response, 400, { code: 2100, message: "Invalid host number." }),
    );
    expect(await failureOf(clientOf(peer).accountPlanAddonCreate(addon))).toBeInstanceOf(ApiError);
    expect(peer.requests).toHaveLength(1);
  });

  it("ends at the caller's abort, also while it waits to look", async () => {
    const peer = await losingPeer({});
    const controller = new AbortController();
    const work = failureOf(
      clientOf(peer).accountPlanAddonCreate(addon, { signal: controller.signal }),
    );
    setTimeout(() => controller.abort(), 100);
    expect(await work).toMatchObject({ name: "AbortError" });
    expect(peer.requests).toHaveLength(1);
  });

  it("is not sent again by default, nor where the call says no", async () => {
    const peer = await losingPeer({}, 9);
    const plain = clientOf(peer, { retryWrites: undefined });
    expect(await failureOf(plain.accountPlanAddonCreate(addon))).toBeInstanceOf(NetworkError);
    const call = clientOf(peer).accountPlanAddonCreate(addon, { retryWrites: false });
    expect(await failureOf(call)).toBeInstanceOf(NetworkError);
    expect(peer.requests).toHaveLength(2);
    expect(peer.requests[0]?.headers["idempotency-key"]).toBeUndefined();
  });
});

interface Case {
  readonly what: string;
  readonly write: (client: ReturnType<typeof createClient>) => Promise<unknown>;
  readonly shown: unknown;
  readonly comesTo?: unknown;
}

const HAPPENED: readonly Case[] = [
  {
    what: "plans with a recording plan, phones and rooms",
    write: (client) =>
      client.accountPlanCreate({
        accountId,
        body: {
          contact: { city: "Denver" },
          plan_base: { type: "business_monthly", hosts: 10 },
          plan_recording: "cmr_monthly_commitment_40",
          plan_zoom_rooms: { type: "zroom_monthly", hosts: 1 },
          plan_phone: { plan_calling: [{ type: "zp_metered_us_monthly", hosts: 3 }] },
        },
      }),
    shown: {
      plan_base: { type: "business_monthly", hosts: 10, status: "active" },
      plan_recording: "cmr_monthly_commitment_40",
      plan_recording_status: "Active",
      plan_zoom_rooms: { type: "zroom_monthly", hosts: 1, status: "active" },
      plan_phone: { plan_calling: [{ type: "zp_metered_us_monthly", hosts: 3 }] },
    },
    comesTo: {
      plan_base: { type: "business_monthly", hosts: 10 },
      plan_recording: "cmr_monthly_commitment_40",
      plan_zoom_rooms: { type: "zroom_monthly", hosts: 1 },
      plan_phone: { plan_calling: [{ type: "zp_metered_us_monthly", hosts: 3 }] },
    },
  },
  {
    what: "an add-on in parts",
    write: (client) =>
      client.accountPlanAddonCreate({
        accountId,
        body: {
          type: "plan_phone",
          plan_details: { plan_calling: [{ type: "zp_metered_us_monthly", hosts: 3 }] },
        },
      }),
    shown: {
      plan_phone: {
        plan_calling: [{ type: "zp_metered_us_monthly", hosts: 3, status: "active" }],
      },
    },
  },
  {
    what: "a change of an add-on",
    write: (client) => client.accountPlanAddonUpdate(addon),
    shown: { plan_webinar: [webinar] },
  },
  {
    what: "a change of the base plan",
    write: (client) =>
      client.accountPlanBaseUpdate({ accountId, body: { type: "business_yearly", hosts: 12 } }),
    shown: { plan_base: { type: "business_yearly", hosts: 12, status: "active" } },
  },
  {
    what: "a cancellation",
    write: (client) =>
      client.accountPlanAddonCancel({ accountId, body: { action: "cancel", type: webinar.type } }),
    shown: { plan_webinar: [{ ...webinar, status: "cancel" }] },
  },
  {
    what: "a cancellation of the whole phone plan",
    write: (client) =>
      client.accountPlanAddonCancel({ accountId, body: { action: "cancel", type: "phone_type" } }),
    shown: {
      plan_phone: {
        plan_base: { type: "zp_base_monthly", status: "cancelled" },
        plan_calling: [{ type: "zp_metered_us_monthly", hosts: 3, status: "cancelled" }],
      },
    },
  },
  {
    what: "a cancellation of the base plan",
    write: (client) => client.accountPlanBaseDelete({ accountId, body: { action: "cancel" } }),
    shown: { plan_base: { type: "business_yearly", hosts: 12, status: "cancelled" } },
  },
  {
    what: "a change of the contact",
    write: (client) => client.accountBillingUpdate({ accountId, body: { city: "Boulder" } }),
    shown: { city: "Boulder", zip: "80301" },
  },
  {
    what: "a change of options",
    write: (client) =>
      client.accountOptionsUpdate({ accountId, body: { billing_auto_renew: false } }),
    shown: { id: accountId, options: { billing_auto_renew: false, pay_mode: "master" } },
  },
];

describe("a lost write is found to have been made", () => {
  it.each(HAPPENED)("$what", async ({ write, shown, comesTo }) => {
    const peer = await losingPeer(shown, 9);
    expect(await write(clientOf(peer))).toEqual(comesTo);
    expect(writesOf(peer)).toHaveLength(1);
  });

  it.each(HAPPENED.slice(2))("or not: $what", async ({ write }) => {
    const peer = await losingPeer({ options: {} });
    await write(clientOf(peer));
    expect(writesOf(peer)).toHaveLength(2);
  });

  it("an account that is gone", async () => {
    const peer = await startPeer((request, response) => {
      if (request.method === "DELETE") drop(response);
      else json(response, 404, { code: 2001, message: "Account does not exist: abc." });
    });
    await clientOf(peer).accountDisassociate({ accountId });
    expect(writesOf(peer)).toHaveLength(1);
  });

  it("but not that some of the plans are there, or so many more hosts", async () => {
    const peer = await losingPeer({
      plan_base: { type: "business_monthly", hosts: 10, status: "active" },
    });
    const body = {
      plan_base: { type: "business_monthly", hosts: 10 },
      plan_webinar: [{ type: "webinar500_monthly", hosts: 1 }],
    };
    const client = clientOf(peer);
    expect(await failureOf(client.accountPlanCreate({ accountId, body }))).toBeInstanceOf(
      NetworkError,
    );
    const more = { type: "business_monthly", increasing_hosts: 2 };
    const second = await losingPeer({});
    const growth = clientOf(second).accountPlanBaseUpdate({ accountId, body: more });
    expect(await failureOf(growth)).toBeInstanceOf(NetworkError);
    expect(readsOf(second)).toEqual([]);
  });
});

describe("a new account whose answer is lost", () => {
  const body = {
    first_name: "Ada",
    last_name: "Byron",
    email: "Ada@example.com",
    password: "kT7-vQ2-mW9-xR4",
  };
  const created = (ageMs: number) => ({
    id: "new",
    owner_email: "ada@example.com",
    created_at: new Date(Date.now() - ageMs).toISOString(),
  });

  /** Pages of three accounts, the oldest first; what is asked for by email is not filtered. */
  async function listingPeer(accounts: readonly object[], onWrite: (count: number) => boolean) {
    let writes = 0;
    return startPeer((request: SeenRequest, response) => {
      if (request.method === "POST") {
        writes += 1;
        if (onWrite(writes)) json(response, 201, { ...created(0), id: "sent-again" });
        else drop(response);
        return;
      }
      const url = new URL(request.url, "http://peer");
      if (url.pathname.endsWith("/new")) {
        json(response, 200, { ...created(0), owner_id: "owner", options: {} });
        return;
      }
      const page = Number(url.searchParams.get("page_number") ?? 1);
      json(response, 200, {
        next_page_token: "",
        page_count: Math.ceil(accounts.length / 3),
        accounts: accounts.slice(3 * (page - 1), 3 * page),
      });
    });
  }

  const old = (index: number) => ({
    id: `old${index}`,
    owner_email: `old${index}@example.com`,
    created_at: "2020-01-01T00:00:00Z",
  });
  const many = Array.from({ length: 11 }, (_, index) => old(index));

  it("is found on the last page", async () => {
    const peer = await listingPeer([...many, created(300)], () => false);
    const answer = await clientOf(peer).call("account_create", { body });
    expect(answer.data).toMatchObject({ id: "new", owner_id: "owner" });
    expect(answer.isLookedUp).toBe(true);
    expect(readsOf(peer).map(({ url }) => url)).toEqual([
      "/v2/accounts?page_size=300&email=Ada%40example.com",
      "/v2/accounts?page_size=300&page_number=4&email=Ada%40example.com",
      "/v2/accounts/new",
    ]);
  });

  it("is created again if it is not there, after no more than the newest page", async () => {
    const peer = await listingPeer(many, (count) => count === 2);
    expect(await clientOf(peer).accountCreate({ body })).toMatchObject({ id: "sent-again" });
    expect(readsOf(peer)).toHaveLength(2);
  });

  it("is not mistaken for one that was there before", async () => {
    const before = { ...created(86_400_000), id: "before" };
    const peer = await listingPeer([...many, before], (count) => count === 2);
    expect(await clientOf(peer).accountCreate({ body })).toMatchObject({ id: "sent-again" });
  });
});

describe("a service that takes an Idempotency-Key", () => {
  const parameters = [{ name: "Idempotency-Key", in: "header" }];
  const document = {
    openapi: "3.1.1",
    paths: { "/accounts/{accountId}/plans/addons": { post: { parameters } } },
  };

  it("is sent the same key again, and nobody looks", async () => {
    let writes = 0;
    const peer = await startPeer((request, response) => {
      if (request.url === "/openapi.json") return json(response, 200, document);
      writes += 1;
      return writes < 3 ? drop(response) : json(response, 204, undefined);
    });
    const client = clientOf(peer, { takesIdempotencyKeys: undefined });
    const options = { idempotencyKey: "mine" };
    await client.accountPlanAddonCreate(addon, options);
    const keys = writesOf(peer).map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual(["mine", "mine", "mine"]);
    expect(readsOf(peer).map(({ url }) => url)).toEqual(["/openapi.json"]);
  });

  it("that still works on the first sending is waited for", async () => {
    let writes = 0;
    const message = "A request with this Idempotency-Key is still in progress.";
    const peer = await startPeer((_, response) => {
      writes += 1;
      if (writes === 1) return drop(response);
      if (writes === 2) return json(response, 409, { code: 409, message });
      return json(response, 204, undefined);
    });
    const client = clientOf(peer, { takesIdempotencyKeys: true });
    await client.accountPlanAddonCreate(addon);
    expect(writesOf(peer)).toHaveLength(3);
  });

  it("means its refusal", async () => {
    let writes = 0;
    const peer = await startPeer((_, response) => {
      writes += 1;
      if (writes === 1) return drop(response);
      return json(response, 400, { code: 2100, message: "Invalid host number." });
    });
    const client = clientOf(peer, { takesIdempotencyKeys: true });
    expect(await failureOf(client.accountPlanAddonCreate(addon))).toBeInstanceOf(ApiError);
    expect(readsOf(peer)).toEqual([]);
  });
});

describe("other failures", () => {
  it("a 429 that is short is waited for: a refused write was not made", async () => {
    let writes = 0;
    const peer = await startPeer((_, response) => {
      writes += 1;
      if (writes > 1) return json(response, 204, undefined);
      const headers = { "retry-after": "1" };
      return json(response, 429, { code: 429, message: "Try again later." }, headers);
    });
    await clientOf(peer).accountPlanAddonCreate(addon);
    expect(writesOf(peer)).toHaveLength(2);
    expect(readsOf(peer)).toEqual([]);
  });

  it("an answer that makes no sense is final", async () => {
    const peer = await startPeer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<p>Welcome</p>");
    });
    const write = clientOf(peer).accountCreate({
      body: { first_name: "a", last_name: "b", email: "a@example.com", password: "x" },
    });
    expect(await failureOf(write)).toBeInstanceOf(UnexpectedResponseError);
    expect(peer.requests).toHaveLength(1);
  });
});
