/** Streamable HTTP with the SDK's own client: whose session it is, what it may do, when it ends. */
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { json, type SeenRequest, startPeer } from "../../client/test/support/peer.js";
import { textOf } from "./support/connect.js";
import { assistantAt, initialize, post, startEndpoint } from "./support/endpoint.js";
import { preview } from "./support/preview.js";

const usage = { plan_base: { type: "monthly", hosts: 2, usage: 1 } };
const call = { name: "get_plan_usage", arguments: { accountId: "me" } };
const DATE = { date: "Tue, 01 Jun 2021 10:00:00 GMT" };

const write = {
  name: "account_plan_addon_create",
  arguments: { accountId: "x", body: { type: "large500_monthly", hosts: 2 } },
};

async function setUp(
  options: Parameters<typeof startEndpoint>[1] = {},
  answer: (request: SeenRequest, response: ServerResponse) => void = (request, response) =>
    request.headers.prefer === "preview"
      ? json(response, 200, preview, DATE)
      : json(response, request.method === "POST" ? 201 : 200, usage, DATE),
) {
  const peer = await startPeer(answer);
  return { peer, ...(await startEndpoint(peer.baseUrl, options)) };
}

async function statusOf(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}

describe("a session over HTTP", () => {
  it("acts with the token of each request, and offers what stdio offers", async () => {
    const { url, peer } = await setUp();
    const { assistant } = await assistantAt(url, "token-a1");
    const { tools } = await assistant.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    expect(tools.map(({ name }) => name)).toContain("download_invoice_p_d_f");
    expect((await assistant.callTool(call)).structuredContent).toEqual(usage);
    expect(peer.requests[0]?.headers.authorization).toBe("Bearer token-a1");
  });

  it("goes on with a renewed token of the same credential, and sends that one", async () => {
    const { url, peer } = await setUp();
    const { assistant, transport } = await assistantAt(url, "token-a1");
    await assistant.callTool(call);
    const id = transport.sessionId ?? "";
    const body = { jsonrpc: "2.0", id: 9, method: "tools/call", params: call };
    const response = await post(url, "token-a1-renewed", body, { "mcp-session-id": id });
    expect(await response.text()).toContain('"plan_base"');
    expect(peer.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer token-a1",
      "Bearer token-a1-renewed",
    ]);
  });

  it("calls that run side by side go out with their own tokens", async () => {
    const { url, peer } = await setUp();
    const tokens = ["token-a1", "token-a2", "token-b"];
    const assistants = await Promise.all(tokens.map((token) => assistantAt(url, token)));
    await Promise.all(
      assistants.flatMap(({ assistant }) => [1, 2, 3, 4].map(() => assistant.callTool(call))),
    );
    const seen = peer.requests.map(({ headers }) => headers.authorization);
    for (const token of tokens) {
      expect(seen.filter((value) => value === `Bearer ${token}`)).toHaveLength(4);
    }
  });

  it("answers to no other credential, not even of the same account", async () => {
    const { url } = await setUp();
    const { transport } = await assistantAt(url, "token-a1");
    const headers = { "mcp-session-id": transport.sessionId ?? "" };
    const body = { jsonrpc: "2.0", id: 9, method: "tools/list" };
    for (const token of ["token-a2", "token-b"]) {
      const [status, text] = await statusOf(await post(url, token, body, headers));
      expect([status, text]).toEqual([404, expect.stringContaining("Session not found")]);
    }
    expect((await post(url, "token-a1", body, headers)).status).toBe(200);
  });

  it("ends when the client says so", async () => {
    const { url, endpoint } = await setUp();
    const { transport } = await assistantAt(url, "token-a1");
    const headers = { "mcp-session-id": transport.sessionId ?? "" };
    expect(endpoint.sessions).toBe(1);
    await transport.terminateSession();
    expect(endpoint.sessions).toBe(0);
    const body = { jsonrpc: "2.0", id: 9, method: "tools/list" };
    expect((await post(url, "token-a1", body, headers)).status).toBe(404);
  });

  it("begins with initialize and nothing else", async () => {
    const { url, endpoint } = await setUp();
    const body = { jsonrpc: "2.0", id: 9, method: "tools/list" };
    expect((await post(url, "token-a1", body)).status).toBe(400);
    expect((await post(url, "token-a1", [initialize, initialize])).status).toBe(400);
    expect((await post(url, "token-a1", { hello: 1 })).status).toBe(400);
    const got = await fetch(url, { headers: { authorization: "Bearer token-a1" } });
    expect(got.status).toBe(400);
    const json = { accept: "application/json" };
    expect((await post(url, "token-a1", initialize, json)).status).toBe(406);
    await expect.poll(() => endpoint.sessions).toBe(0);
  });
});

describe("the address of the endpoint", () => {
  it("allows writing, within limits that survive the session", async () => {
    const { url, peer } = await setUp();
    const { assistant } = await assistantAt(
      `${url}?allow_writes=true&max_per_day=150USD`,
      "token-a1",
    );
    expect((await assistant.listTools()).tools).toHaveLength(13);
    const shown = await assistant.callTool(write);
    const { confirmation } = shown.structuredContent as { confirmation: string };
    // Some clients begin a session for each call: the confirmation is the credential's, not the session's.
    const { assistant: next } = await assistantAt(
      `${url}?allow_writes=true&max_per_day=150USD`,
      "token-a1",
    );
    const confirmed = { ...write, arguments: { ...write.arguments, confirmation } };
    const done = await next.callTool(confirmed);
    expect(done.structuredContent).toMatchObject({ status: "done" });
    const refused = await next.callTool(write);
    expect(textOf(refused)).toContain("of 150.00 USD for 2021-06-01, 100.00 USD are spent");
    expect(peer.requests.filter(({ headers }) => headers.prefer === undefined)).toHaveLength(1);
  });

  it("a confirmation is of no use to another credential", async () => {
    const { url } = await setUp();
    const { assistant } = await assistantAt(`${url}?allow_writes=true`, "token-a1");
    const { confirmation } = (await assistant.callTool(write)).structuredContent as {
      confirmation: string;
    };
    const { assistant: other } = await assistantAt(`${url}?allow_writes=true`, "token-a2");
    const confirmed = { ...write, arguments: { ...write.arguments, confirmation } };
    expect(textOf(await other.callTool(confirmed))).toContain("not given by this server");
  });

  it.each([
    ["allow_write=true", /unknown parameter .*allow_write/],
    ["allow_writes=yes", /true or false/],
    ["max_per_day=lots", /max_per_day: expected amounts/],
    ["max_per_call=1&max_per_call=9", /given twice/],
  ])("with %s is refused whole", async (query, expected) => {
    const { url, endpoint } = await setUp();
    const [status, text] = await statusOf(await post(`${url}?${query}`, "token-a1", initialize));
    expect(status).toBe(400);
    expect(text).toMatch(expected);
    expect(endpoint.sessions).toBe(0);
  });
});

describe("limits of sessions", () => {
  it("an account's least used session ends for its next one, other accounts' do not", async () => {
    const { url, endpoint } = await setUp({ limits: { maxSessionsOfAccount: 2, maxSessions: 3 } });
    const { assistant: other } = await assistantAt(url, "token-b");
    const first = await assistantAt(url, "token-a1");
    await assistantAt(url, "token-a1");
    await assistantAt(url, "token-a2");
    expect(endpoint.sessions).toBe(3);
    await expect(first.assistant.listTools()).rejects.toThrow(/Session not found/);
    expect((await other.listTools()).tools).not.toHaveLength(0);
  });

  it("a session that is at work is not ended: the next one is told to come back", async () => {
    let release: () => void = () => {};
    const { url, peer } = await setUp({ limits: { maxSessions: 1 } }, (_, response) => {
      release = () => json(response, 200, usage);
    });
    const { assistant } = await assistantAt(url, "token-a1");
    const result = assistant.callTool(call);
    await expect.poll(() => peer.requests.length).toBe(1);
    const response = await post(url, "token-b", initialize);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "30"]);
    release();
    expect((await result).structuredContent).toEqual(usage);
  });

  it("end sessions that were not used for long, but not one whose stream is open", async () => {
    const { url, endpoint } = await setUp({ limits: { idleMs: 100 } });
    await post(url, "token-a1", initialize).then((response) => response.text());
    await assistantAt(url, "token-b");
    expect(endpoint.sessions).toBe(2);
    await expect.poll(() => endpoint.sessions, { timeout: 5_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(endpoint.sessions).toBe(1);
  });

  it("so many requests of a session at once, and no more", async () => {
    const waiting: ServerResponse[] = [];
    const { url, peer } = await setUp({ limits: { maxRequests: 2 } }, (_, response) => {
      waiting.push(response);
    });
    const { assistant } = await assistantAt(url, "token-a1");
    const calls = [assistant.callTool(call), assistant.callTool(call)];
    await expect.poll(() => peer.requests.length).toBe(2);
    await expect(assistant.callTool(call)).rejects.toThrow(/too many requests/);
    for (const response of waiting) json(response, 200, usage);
    await Promise.all(calls);
  });
});

describe("over HTTP as over stdio", () => {
  it("cancelling reaches the service", async () => {
    let closed: () => void = () => {};
    const disconnected = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const abort = new AbortController();
    const { url, peer } = await setUp({}, (_, response) => {
      response.once("close", closed);
      abort.abort();
    });
    const { assistant } = await assistantAt(url, "token-a1");
    const pending = assistant.callTool(call, undefined, { signal: abort.signal });
    await expect(pending).rejects.toThrow();
    await disconnected;
    expect(peer.requests).toHaveLength(1);
  });

  it("a call that waits for the service tells so", async () => {
    let count = 0;
    const { url } = await setUp({}, (_, response) => {
      count += 1;
      if (count > 1) return json(response, 200, usage);
      json(response, 503, { code: 503, message: "Later." });
    });
    const { assistant } = await assistantAt(url, "token-a1");
    const messages: (string | undefined)[] = [];
    const onprogress = ({ message }: { message?: string | undefined }) => messages.push(message);
    const options = { onprogress };
    expect((await assistant.callTool(call, undefined, options)).structuredContent).toEqual(usage);
    expect(messages).toEqual(["Later. Trying again in 1 s."]);
  });

  it("log messages come from the level that the client asks for", async () => {
    const { url } = await setUp();
    const { assistant } = await assistantAt(url, "token-a1");
    const messages: string[] = [];
    assistant.fallbackNotificationHandler = async ({ params }) => {
      messages.push(String((params as { data?: unknown } | undefined)?.data));
    };
    await assistant.callTool(call);
    await assistant.setLoggingLevel("debug");
    await assistant.callTool(call);
    await expect.poll(() => messages.join()).toMatch(/tool get_plan_usage: ok/);
    expect(messages).toHaveLength(1);
  });

  it("each call is in the audit file, with its account and without its token", async () => {
    const { url, auditFile } = await setUp();
    const { assistant } = await assistantAt(url, "token-a1");
    await assistant.callTool(call);
    await assistant.callTool({ ...call, arguments: { accountId: "token-a1" } });
    await assistant.readResource({ uri: "paymaster://nothing" }).catch(() => undefined);
    const text = readFileSync(auditFile, "utf8");
    expect(text).not.toContain("token-a1");
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "error"]);
    expect(lines[0]).toMatchObject({ account_id: "a", actor: "key:1", client: "test 1" });
  });

  it("closing the endpoint ends its streams and calls at once", async () => {
    const { url, endpoint, peer } = await setUp({}, () => {});
    const { assistant } = await assistantAt(url, "token-a1");
    const pending = assistant.callTool(call, undefined, { timeout: 3_000 });
    await expect.poll(() => peer.requests.length).toBe(1);
    await endpoint.close();
    expect(endpoint.sessions).toBe(0);
    await expect(pending).rejects.toThrow();
  });
});
