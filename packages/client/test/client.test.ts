import { describe, expect, it } from "vitest";
import {
  AbortError,
  ApiError,
  bearerToken,
  type ClientOptions,
  createClient,
  MissingScopeError,
  NetworkError,
  type PaymasterError,
  PreviewUnsupportedError,
  RateLimitError,
  UnexpectedResponseError,
} from "../src/index.js";
import { documentWithPreview, json, type Peer, startPeer } from "./support/peer.js";

function clientOf(peer: Peer, options: Partial<ClientOptions> = {}) {
  const authentication = bearerToken("secret-token");
  return createClient({ baseUrl: peer.baseUrl, authentication, timeoutMs: 5_000, ...options });
}

async function failureOf<E extends PaymasterError>(
  work: Promise<unknown>,
  type: new (...args: never[]) => E,
): Promise<E> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  return error as E;
}

// Seed 000's answer.
const usage = {
  plan_base: { type: "monthly", hosts: 2, usage: 1 },
  plan_zoom_rooms: { type: "zroom_monthly", hosts: 1, usage: 0 },
  plan_webinar: [{ type: "webinar1000", hosts: 1, usage: 1 }],
};

describe("a call", () => {
  it("sends method, path, query and credential, and gives the JSON back", async () => {
    const peer = await startPeer((_, response) => json(response, 200, { invoices: [] }));
    const client = clientOf(peer);
    const from = "2021-01-01";
    expect(await client.accountBillingInvoices({ accountId: "me", from })).toEqual({
      invoices: [],
    });
    expect(peer.requests).toHaveLength(1);
    const [request] = peer.requests;
    expect(request?.method).toBe("GET");
    expect(request?.url).toBe("/v2/accounts/me/billing/invoices?from=2021-01-01");
    expect(request?.headers.authorization).toBe("Bearer secret-token");
    expect(request?.headers.accept).toBe("application/json");
    expect(request?.headers["content-type"]).toBeUndefined();
  });

  it("gives seed 000's answer for seed 000's call", async () => {
    const peer = await startPeer((_, response) => json(response, 200, usage));
    const answer = await clientOf(peer).getPlanUsage({ accountId: "me" });
    expect(answer.plan_base?.hosts).toBe(2);
    expect(peer.requests[0]?.url).toBe("/v2/accounts/me/plans/usage");
  });

  it("sends a body and an idempotency key, and takes 204 as done", async () => {
    const peer = await startPeer((_, response) => json(response, 204, undefined));
    const body = { type: "large500_monthly", hosts: 3 };
    const input = { accountId: "abc", body };
    const options = { idempotencyKey: "k-1" };
    expect(await clientOf(peer).accountPlanAddonUpdate(input, options)).toBeUndefined();
    const [request] = peer.requests;
    expect(request?.method).toBe("PUT");
    expect(request?.headers["content-type"]).toBe("application/json");
    expect(request?.headers["idempotency-key"]).toBe("k-1");
    expect(request?.headers.prefer).toBeUndefined();
    expect(JSON.parse(request?.body ?? "")).toEqual(body);
  });

  it("takes the empty 200 of the 2026 generation as done as well", async () => {
    const peer = await startPeer((_, response) => {
      response.writeHead(200).end();
    });
    const body = { action: "cancel" } as const;
    expect(await clientOf(peer).accountPlanBaseDelete({ accountId: "a", body })).toBeUndefined();
  });

  it("tells status, headers, quota and attempts on demand", async () => {
    const peer = await startPeer((_, response) =>
      json(response, 200, usage, {
        "X-RateLimit-Category": "Heavy",
        "X-RateLimit-Limit": "40",
        "X-RateLimit-Remaining": "39",
      }),
    );
    const answer = await clientOf(peer).call("get_plan_usage", { accountId: "me" });
    expect(answer).toMatchObject({
      status: 200,
      attempts: 1,
      rateLimit: { category: "Heavy", limit: 40, remaining: 39 },
    });
    expect(answer.trackingId).toContain("WEB_596");
    expect(answer.headers.get("content-type")).toContain("json");
    expect(answer.data.plan_base?.type).toBe("monthly");
  });

  it("refuses input that cannot be sent, before anything is sent", async () => {
    const peer = await startPeer((_, response) => json(response, 200, {}));
    const client = clientOf(peer);
    await expect(client.accountPlans({ accountId: "" })).rejects.toThrow(TypeError);
    const options = { idempotencyKey: "a b" };
    const input = { accountId: "a", body: { action: "cancel" } } as const;
    await expect(client.accountPlanBaseDelete(input, options)).rejects.toThrow(TypeError);
    await expect(client.request("no_such_tool")).rejects.toThrow(/no_such_tool/);
    expect(peer.requests).toHaveLength(0);
  });
});

describe("errors of the API", () => {
  it.each([
    [200, 200, "You do not have a subscription yet."],
    [300, 300, "Insufficient number of hosts for business plan type."],
    [400, 2100, "This sub account is on self pay mode."],
    [404, 2001, "Account does not exist: abc."],
  ])("are typed under HTTP %i, code %i", async (status, code, message) => {
    const peer = await startPeer((_, response) => json(response, status, { code, message }));
    const body = { type: "business_monthly", hosts: 3 };
    const call = clientOf(peer).accountPlanBaseUpdate({ accountId: "abc", body });
    const error = await failureOf(call, ApiError);
    expect(error).toMatchObject({ status, code, message, operation: "accountPlanBaseUpdate" });
    expect(error.errorName).toEqual(expect.any(String));
    expect(error.trackingId).toContain("WEB_596");
    expect(peer.requests).toHaveLength(1);
  });

  it("are typed under HTTP 200 of an operation that answers JSON", async () => {
    const envelope = { code: 200, message: "Only available for paid account." };
    const peer = await startPeer((_, response) => json(response, 200, envelope));
    const error = await failureOf(clientOf(peer).getPlanUsage({ accountId: "a" }), ApiError);
    expect(error).toMatchObject({ status: 200, code: 200 });
  });

  it("carry the fields of a validation error", async () => {
    const errors = [{ field: "plan_base.hosts", message: "Invalid field." }];
    const envelope = { code: 300, message: "Validation Failed.", errors };
    const peer = await startPeer((_, response) => json(response, 400, envelope));
    const body = { type: "x", hosts: 1 };
    const call = clientOf(peer).accountPlanBaseUpdate({ accountId: "abc", body });
    expect((await failureOf(call, ApiError)).errors).toEqual(errors);
  });

  it("name the scopes that are missing", async () => {
    const message = "Invalid access token, does not contain scopes:[billing:master, x:y].";
    const peer = await startPeer((_, response) => json(response, 400, { code: 4711, message }));
    const call = clientOf(peer).accountPlans({ accountId: "abc" });
    const error = await failureOf(call, MissingScopeError);
    expect(error.scopes).toEqual(["billing:master", "x:y"]);
  });

  it.each([
    [502, "text/html", "<html>Bad gateway</html>"],
    [400, "text/plain", ""],
    [200, "application/json", "{ cut"],
    [200, "application/json", ""],
    [200, "application/json", "[1"],
    [204, "", ""],
  ])("without an envelope are unexpected answers: %i %s %j", async (status, type, body) => {
    const peer = await startPeer((_, response) => {
      response.writeHead(status, type === "" ? {} : { "content-type": type });
      response.end(body);
    });
    const client = clientOf(peer, { retry: { maxAttempts: 1 } });
    const call = client.accountPlans({ accountId: "abc" });
    const error = await failureOf(call, UnexpectedResponseError);
    expect(error.status).toBe(status);
    expect(error.excerpt).toBe(body);
  });

  it("do not follow a redirect, so a key stays where it was meant for", async () => {
    const other = await startPeer((_, response) => json(response, 200, {}));
    const peer = await startPeer((_, response) => {
      response.writeHead(302, { location: `${other.origin}/v2/steal` }).end();
    });
    const call = clientOf(peer).accountPlans({ accountId: "abc" });
    const error = await failureOf(call, UnexpectedResponseError);
    expect(error.message).toContain("redirect");
    expect(other.requests).toHaveLength(0);
  });

  it("do not read more than the limit", async () => {
    const peer = await startPeer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"a":"${"x".repeat(100_000)}"}`);
    });
    const client = clientOf(peer, { maxJsonBytes: 50_000 });
    const call = client.accountPlans({ accountId: "abc" });
    const error = await failureOf(call, UnexpectedResponseError);
    expect(error.message).toContain("50000 bytes");
  });
});

describe("quotas", () => {
  const daily = {
    code: 429,
    message:
      "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.",
  };

  it("tells when a long quota reopens instead of sleeping", async () => {
    const peer = await startPeer((_, response) =>
      json(response, 429, daily, {
        date: "Tue, 01 Jun 2021 12:00:00 GMT",
        "X-RateLimit-Category": "Heavy",
        "X-RateLimit-Type": "Daily-limit",
        "Retry-After": "2021-06-02T00:00:00Z",
      }),
    );
    const call = clientOf(peer).getPlanUsage({ accountId: "me" });
    const error = await failureOf(call, RateLimitError);
    expect(error.retryAt?.toISOString()).toBe("2021-06-02T00:00:00.000Z");
    expect(error.retryAfterMs).toBe(12 * 3_600_000);
    expect(error.rateLimit?.type).toBe("Daily-limit");
    expect(peer.requests).toHaveLength(1);
  });

  it("waits for a short one and repeats the read", async () => {
    const peer = await startPeer((_, response, count) =>
      count === 1
        ? json(response, 429, { code: 429, message: "per second" }, { "Retry-After": "0" })
        : json(response, 200, usage),
    );
    const answer = await clientOf(peer).call("get_plan_usage", { accountId: "me" });
    expect(answer.attempts).toBe(2);
  });

  it("does not take an instant of another clock for a short wait", async () => {
    const quota = { code: 429, message: "You have reached the maximum daily rate limit" };
    const peer = await startPeer((_, response) =>
      json(response, 429, quota, {
        date: "Sun, 22 Nov 2026 13:47:57 GMT",
        "X-RateLimit-Type": "QPS",
        "Retry-After": "2021-06-02T00:00:00Z",
      }),
    );
    const call = clientOf(peer).getPlanUsage({ accountId: "me" });
    const error = await failureOf(call, RateLimitError);
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.retryAt?.toISOString()).toBe("2021-06-02T00:00:00.000Z");
    expect(peer.requests).toHaveLength(1);
  });

  it("does not repeat a write", async () => {
    const peer = await startPeer((_, response) =>
      json(response, 429, { code: 429, message: "per second" }, { "Retry-After": "0" }),
    );
    const body = { type: "large500_monthly", hosts: 1 };
    const call = clientOf(peer).accountPlanAddonCreate({ accountId: "a", body });
    await failureOf(call, RateLimitError);
    expect(peer.requests).toHaveLength(1);
  });
});

describe("hooks", () => {
  it("see every sending and no secret, and cannot break a call", async () => {
    const peer = await startPeer((_, response, count) =>
      count === 1 ? json(response, 503, { code: 503, message: "x" }) : json(response, 200, usage),
    );
    const events: unknown[] = [];
    const see = (event: unknown) => {
      events.push(event);
      throw new Error("a broken log");
    };
    const hooks = { onRequest: see, onResponse: see, onRetry: see };
    const client = clientOf(peer, { hooks, retry: { baseDelayMs: 1 } });
    await client.getPlanUsage({ accountId: "me" });
    expect(events).toHaveLength(5);
    expect(events[1]).toMatchObject({ operation: "getPlanUsage", attempt: 1, status: 503 });
    expect(events[4]).toMatchObject({ attempt: 2, status: 200 });
    expect(JSON.stringify(events)).not.toContain("secret-token");
  });
});

describe("previews", () => {
  const preview = {
    preview: true,
    effective_date: "2021-06-01",
    currency: "USD",
    lines: [],
    tax_amount: 0,
    total_amount: 0,
    credit_applied: 0,
    next_invoice: { date: "2021-07-01", total_amount: 10 },
    warnings: [],
  };
  const input = { accountId: "a", body: { type: "large500_monthly", hosts: 1 } };

  const document = documentWithPreview("post", "/accounts/{accountId}/plans/addons");

  it("are asked for with Prefer, where the service documents it for the operation", async () => {
    const peer = await startPeer(({ url }, response) =>
      json(response, 200, url === "/openapi.json" ? document : preview),
    );
    const client = clientOf(peer);
    const answer = await client.accountPlanAddonCreate(input, { preview: true });
    expect(answer.total_amount).toBe(0);
    await client.accountPlanAddonCreate(input, { preview: true });
    expect(peer.requests.map(({ url }) => url)).toEqual([
      "/openapi.json",
      "/v2/accounts/a/plans/addons",
      "/v2/accounts/a/plans/addons",
    ]);
    expect(peer.requests[0]?.headers.authorization).toBeUndefined();
    expect(peer.requests[1]?.headers.prefer).toBe("preview");
  });

  it.each([
    [404, {}],
    [200, {}],
    [200, "<html>"],
    [200, { paths: { "/accounts/{accountId}/plans/addons": { post: { parameters: [] } } } }],
    [200, documentWithPreview("put", "/accounts/{accountId}/plans/addons")],
  ])("are never asked of a service that does not say so: %i %j", async (status, answer) => {
    const peer = await startPeer(({ url }, response) =>
      url === "/openapi.json" ? json(response, status, answer) : json(response, 201, undefined),
    );
    const call = clientOf(peer).accountPlanAddonCreate(input, { preview: true });
    await failureOf(call, PreviewUnsupportedError);
    expect(peer.requests.map(({ url }) => url)).toEqual(["/openapi.json"]);
  });

  it("end with the caller's signal, and are asked for anew after a failure", async () => {
    const peer = await startPeer(({ url }, response, count) => {
      if (url !== "/openapi.json") json(response, 200, preview);
      else if (count === 1) response.destroy();
      else if (count === 2) setTimeout(() => json(response, 200, document), 300);
    });
    const client = clientOf(peer);
    const options = { preview: true } as const;
    await failureOf(client.accountPlanAddonCreate(input, options), NetworkError);
    const signal = AbortSignal.timeout(50);
    await failureOf(client.accountPlanAddonCreate(input, { ...options, signal }), AbortError);
    expect((await client.accountPlanAddonCreate(input, options)).preview).toBe(true);
    expect(peer.requests).toHaveLength(3);
  });

  it("are asked for, or not, as the caller says when it knows better", async () => {
    const peer = await startPeer((_, response) => json(response, 200, preview));
    const client = clientOf(peer, { offersPreviews: true });
    await client.accountPlanAddonCreate(input, { preview: true });
    expect(peer.requests.map(({ url }) => url)).toEqual(["/v2/accounts/a/plans/addons"]);
    const never = clientOf(peer, { offersPreviews: false });
    const call = never.accountPlanAddonCreate(input, { preview: true });
    await expect(call).rejects.toThrow(/does not say/);
    expect(peer.requests).toHaveLength(1);
  });

  it("that come back as something else are an alarm", async () => {
    const peer = await startPeer(({ url }, response) =>
      url === "/openapi.json" ? json(response, 200, document) : json(response, 201, undefined),
    );
    const call = clientOf(peer).accountPlanAddonCreate(input, { preview: true });
    const error = await failureOf(call, UnexpectedResponseError);
    expect(error.message).toContain("the write may have been made");
  });
});
