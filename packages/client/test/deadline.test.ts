import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import {
  AbortError,
  bearerToken,
  createClient,
  NetworkError,
  RateLimitError,
  TimeoutError,
} from "../src/index.js";
import { closedOrigin, json, startPeer } from "./support/peer.js";

const authentication = bearerToken("t");

describe("time limits", () => {
  it("end a call whose answer never comes", async () => {
    const peer = await startPeer(() => {});
    const client = createClient({
      baseUrl: peer.baseUrl,
      authentication,
      timeoutMs: 100,
      retry: { maxAttempts: 1 },
    });
    const error = await client.accountPlans({ accountId: "a" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ timeoutMs: 100, operation: "accountPlans" });
  });

  it("end a call whose body stalls", async () => {
    const peer = await startPeer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"plan_base":');
    });
    const client = createClient({
      baseUrl: peer.baseUrl,
      authentication,
      retry: { maxAttempts: 1 },
    });
    const call = client.accountPlans({ accountId: "a" }, { timeoutMs: 100 });
    await expect(call).rejects.toBeInstanceOf(TimeoutError);
  });

  it.each([0, -1, Number.NaN, 2 ** 31])("cannot be %d ms", async (timeoutMs) => {
    const baseUrl = "http://127.0.0.1:9/v2";
    expect(() => createClient({ baseUrl, authentication, timeoutMs })).toThrow(TypeError);
  });
});

describe("the caller's signal", () => {
  it("ends a call on its way, with the caller's reason", async () => {
    const peer = await startPeer(() => abort.abort(new Error("the window was closed")));
    const abort = new AbortController();
    const client = createClient({ baseUrl: peer.baseUrl, authentication });
    const call = client.accountPlans({ accountId: "a" }, { signal: abort.signal });
    const error = await call.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AbortError);
    expect((error as AbortError).cause).toMatchObject({ message: "the window was closed" });
    expect(peer.requests).toHaveLength(1);
  });

  it("ends the wait for a quota", async () => {
    const peer = await startPeer((_, response) =>
      json(response, 429, { code: 429, message: "m" }, { "retry-after": "4" }),
    );
    const client = createClient({ baseUrl: peer.baseUrl, authentication });
    const started = performance.now();
    const signal = AbortSignal.timeout(150);
    const call = client.accountPlans({ accountId: "a" }, { signal });
    await expect(call).rejects.toBeInstanceOf(AbortError);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it("sends nothing when it was aborted before", async () => {
    const peer = await startPeer((_, response) => json(response, 200, {}));
    const client = createClient({ baseUrl: peer.baseUrl, authentication });
    const signal = AbortSignal.abort();
    await expect(client.accountPlans({ accountId: "a" }, { signal })).rejects.toThrow(AbortError);
    expect(peer.requests).toHaveLength(0);
  });

  it("keeps no listener after the call (nodejs/node 54614)", async () => {
    const peer = await startPeer((_, response, count) =>
      count % 2 === 0 ? json(response, 400, { code: 1, message: "m" }) : json(response, 200, {}),
    );
    const client = createClient({ baseUrl: peer.baseUrl, authentication });
    const { signal } = new AbortController();
    for (let count = 0; count < 4; count += 1) {
      await client.accountPlans({ accountId: "a" }, { signal }).catch(() => {});
    }
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("the network", () => {
  it("that refuses is a NetworkError which names address and reason", async () => {
    const origin = await closedOrigin();
    const client = createClient({
      baseUrl: `${origin}/v2`,
      authentication,
      retry: { baseDelayMs: 1 },
    });
    const error = await client.accountPlans({ accountId: "a" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NetworkError);
    expect((error as Error).message).toBe(`no answer from ${origin}: ECONNREFUSED`);
    expect((error as NetworkError).cause).toBeDefined();
  });

  it("that drops the answer is tried again for a read, never for a write", async () => {
    const peer = await startPeer((_, response, count) => {
      if (count === 1) response.destroy();
      else json(response, 200, { plan_recording: "cmr" });
    });
    const client = createClient({
      baseUrl: peer.baseUrl,
      authentication,
      retry: { baseDelayMs: 1 },
    });
    expect(await client.accountPlans({ accountId: "a" })).toEqual({ plan_recording: "cmr" });

    const dropping = await startPeer((_, response) => {
      response.destroy();
    });
    const writer = createClient({ baseUrl: dropping.baseUrl, authentication });
    const body = { type: "large500_monthly", hosts: 1 };
    const call = writer.accountPlanAddonCreate({ accountId: "a", body });
    await expect(call).rejects.toBeInstanceOf(NetworkError);
    expect(dropping.requests).toHaveLength(1);
  });

  it("is left alone after the last attempt", async () => {
    const peer = await startPeer((_, response) =>
      json(response, 429, { code: 429, message: "m" }, { "retry-after": "0" }),
    );
    const client = createClient({
      baseUrl: peer.baseUrl,
      authentication,
      retry: { maxAttempts: 2, baseDelayMs: 1 },
    });
    await expect(client.accountPlans({ accountId: "a" })).rejects.toBeInstanceOf(RateLimitError);
    expect(peer.requests).toHaveLength(2);
  });
});
