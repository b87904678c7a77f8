import { describe, expect, it } from "vitest";
import {
  type Authentication,
  AuthenticationError,
  apiKey,
  basicAuth,
  bearerToken,
  createClient,
  NetworkError,
  serverToServer,
  UnexpectedResponseError,
} from "../src/index.js";
import { closedOrigin, json, type Peer, type SeenRequest, startPeer } from "./support/peer.js";

async function requestWith(authentication: Authentication): Promise<SeenRequest> {
  const peer = await startPeer((_, response) => json(response, 200, {}));
  const client = createClient({ baseUrl: peer.baseUrl, authentication });
  await client.accountPlans({ accountId: "me" });
  const [request] = peer.requests;
  if (request === undefined) throw new Error("nothing was sent");
  return request;
}

describe("keys and tokens", () => {
  it("travel as Bearer in Authorization, and as they are elsewhere", async () => {
    const inAuthorization = await requestWith(apiKey({ value: "k" }));
    expect(inAuthorization.headers.authorization).toBe("Bearer k");
    const withScheme = await requestWith(apiKey({ value: "Bearer k" }));
    expect(withScheme.headers.authorization).toBe("Bearer k");
    const custom = await requestWith(apiKey({ value: "k", in: "header", name: "X-Api-Key" }));
    expect(custom.headers["x-api-key"]).toBe("k");
    expect(custom.headers.authorization).toBeUndefined();
    const inQuery = await requestWith(apiKey({ value: "k&1", in: "query", name: "access_token" }));
    expect(inQuery.url).toBe("/v2/accounts/me/plans?access_token=k%261");
    const inCookie = await requestWith(apiKey({ value: "k", in: "cookie", name: "sid" }));
    expect(inCookie.headers.cookie).toBe("sid=k");
  });

  it("may be a user name and a password, in UTF-8", async () => {
    const request = await requestWith(basicAuth("käthe", "p:w"));
    const encoded = request.headers.authorization?.replace("Basic ", "") ?? "";
    expect(Buffer.from(encoded, "base64").toString("utf8")).toBe("käthe:p:w");
  });

  it("that cannot be sent are refused without being shown", () => {
    expect(() => bearerToken("")).toThrow(AuthenticationError);
    const broken = () => bearerToken("abc\r\nx-evil: 1");
    expect(broken).toThrow(AuthenticationError);
    expect(broken).not.toThrow(/abc/);
    expect(() => apiKey({ value: "k", name: "a b" })).toThrow(TypeError);
  });
});

interface TokenPeer extends Peer {
  /** Requests for tokens, and for the API. */
  readonly tokens: () => number;
}

/** Gives token-1, token-2, ...; the API accepts only the newest, as the real service may. */
async function startTokenPeer(options: { expiresIn?: number; delayMs?: number } = {}) {
  let issued = 0;
  const peer = await startPeer(async ({ url, headers }, response) => {
    if (url === "/oauth/token") {
      issued += 1;
      const token = `token-${issued}`;
      await new Promise((resolve) => setTimeout(resolve, options.delayMs ?? 5));
      const expires_in = options.expiresIn ?? 3600;
      json(response, 200, { access_token: token, token_type: "bearer", expires_in });
    } else if (headers.authorization === `Bearer token-${issued}`) {
      json(response, 200, {});
    } else {
      json(response, 401, { code: 124, message: "Access token is expired." });
    }
  });
  return { ...peer, tokens: () => issued } satisfies TokenPeer;
}

function oauthOf(peer: Peer, now?: () => number) {
  const authentication = serverToServer({
    tokenUrl: `${peer.origin}/oauth/token`,
    accountId: "acc",
    clientId: "id",
    clientSecret: "s3cret",
  });
  return createClient({ baseUrl: peer.baseUrl, authentication, now, retry: { maxAttempts: 1 } });
}

describe("server-to-server OAuth", () => {
  it("asks for a token as documented, and once for many calls", async () => {
    const peer = await startTokenPeer({ delayMs: 50 });
    const client = oauthOf(peer);
    const calls = Array.from({ length: 40 }, () => client.accountPlans({ accountId: "me" }));
    await Promise.all(calls);
    expect(peer.tokens()).toBe(1);
    const request = peer.requests[0];
    expect(request?.method).toBe("POST");
    expect(request?.headers.authorization).toBe(`Basic ${btoa("id:s3cret")}`);
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(request?.body).toBe("grant_type=account_credentials&account_id=acc");
  });

  it("renews before the end, once", async () => {
    let nowMs = 1_000_000;
    const peer = await startTokenPeer();
    const client = oauthOf(peer, () => nowMs);
    await client.accountPlans({ accountId: "me" });
    nowMs += (3600 - 61) * 1000;
    await client.accountPlans({ accountId: "me" });
    expect(peer.tokens()).toBe(1);
    nowMs += 2_000;
    const calls = Array.from({ length: 10 }, () => client.accountPlans({ accountId: "me" }));
    await Promise.all(calls);
    expect(peer.tokens()).toBe(2);
    expect(peer.requests.filter(({ url }) => url !== "/oauth/token")).toHaveLength(12);
  });

  it("renews once and repeats once when the service refuses the token, a write included", async () => {
    const peer = await startTokenPeer();
    const client = oauthOf(peer);
    await client.accountPlans({ accountId: "me" });
    // Somebody else obtained a token: ours is no longer valid.
    await fetch(`${peer.origin}/oauth/token`, { method: "POST" });
    const body = { type: "large500_monthly", hosts: 1 };
    const calls = Array.from({ length: 8 }, () =>
      client.accountPlanAddonCreate({ accountId: "a", body }),
    );
    await Promise.all(calls);
    expect(peer.tokens()).toBe(3);
  });

  it("gives up when the new token is refused too", async () => {
    let issued = 0;
    const peer = await startPeer(({ url }, response) => {
      if (url === "/oauth/token") {
        issued += 1;
        json(response, 200, { access_token: `t${issued}`, expires_in: 3600 });
      } else json(response, 401, { code: 124, message: "Invalid access token." });
    });
    const call = oauthOf(peer).accountPlans({ accountId: "me" });
    const error = await call.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: 124, operation: "accountPlans" });
    expect(peer.requests).toHaveLength(4);
  });

  it.each([
    [400, { reason: "Invalid client_id or client_secret", error: "invalid_client" }, /secret/],
    [400, { reason: "Bad Request", error: "invalid_request" }, /check the account id \(acc\)/],
    [404, {}, /tokenUrl/],
  ])("says which part is wrong: %i %j", async (status, body, expected) => {
    const peer = await startPeer((_, response) => json(response, status, body));
    const error = await oauthOf(peer)
      .accountPlans({ accountId: "me" })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect((error as Error).message).toMatch(expected);
    expect((error as Error).message).not.toContain("s3cret");
  });

  it("tells an endpoint that is down from a credential that is wrong", async () => {
    const peer = await startPeer((_, response) => json(response, 503, {}));
    const call = oauthOf(peer).accountPlans({ accountId: "me" });
    await expect(call).rejects.toBeInstanceOf(UnexpectedResponseError);
    const authentication = serverToServer({
      tokenUrl: `${await closedOrigin()}/oauth/token`,
      accountId: "a",
      clientId: "i",
      clientSecret: "s",
    });
    const retry = { maxAttempts: 1 };
    const lost = createClient({ baseUrl: peer.baseUrl, authentication, retry });
    await expect(lost.accountPlans({ accountId: "me" })).rejects.toBeInstanceOf(NetworkError);
  });

  it("goes on for the others when one caller aborts, and asks anew after a failure", async () => {
    const peer = await startTokenPeer({ delayMs: 100 });
    const client = oauthOf(peer);
    const abort = new AbortController();
    const first = client.accountPlans({ accountId: "me" }, { signal: abort.signal });
    const second = client.accountPlans({ accountId: "me" });
    setTimeout(() => abort.abort(), 20);
    await expect(first).rejects.toThrow(/aborted/);
    expect(await second).toEqual({});
    expect(peer.tokens()).toBe(1);

    const flaky = await startPeer(({ url }, response, count) => {
      if (count === 1) json(response, 400, { error: "invalid_client" });
      else json(response, 200, url === "/oauth/token" ? { access_token: "t" } : {});
    });
    const retrying = oauthOf(flaky);
    await expect(retrying.accountPlans({ accountId: "me" })).rejects.toThrow(AuthenticationError);
    expect(await retrying.accountPlans({ accountId: "me" })).toEqual({});
  });
});
