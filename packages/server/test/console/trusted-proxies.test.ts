/** Whose word is taken for where a call comes from. What is counted by it: failed sign-ins of the console. */
import { afterEach, expect, test } from "vitest";
import { MAX_FAILURES } from "../../src/console/sign-in-limit.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { ask, originOf } from "./support.js";

let server: TestServer;
afterEach(() => server.stop());

/** A wrong sign-in over a connection from 127.0.0.1, with the header as a proxy there would write it. */
async function fail(forwardedFor: string): Promise<number> {
  const headers = { "x-forwarded-for": forwardedFor };
  const body = { admin_key: "pma_guess" };
  const asking = { origin: originOf(server), body, headers };
  return (await ask(server, "POST", "/console/api/session", asking)).status;
}

/** Fails until the address is closed; @returns how many times it could */
async function failUntilClosed(forwardedFor: (attempt: number) => string): Promise<number> {
  for (let attempt = 0; attempt < 3 * MAX_FAILURES; attempt += 1) {
    if ((await fail(forwardedFor(attempt))) === 429) return attempt;
  }
  return Number.POSITIVE_INFINITY;
}

test("by default nobody's: who makes up addresses is counted as the one that he is", async () => {
  server = await startTestServer();
  expect(await failUntilClosed((attempt) => `203.0.113.${attempt}`)).toBe(MAX_FAILURES);
});

test("not that of a peer that is none of the proxies", async () => {
  server = await startTestServer({ trustedProxies: ["192.0.2.0/24"] });
  expect(await failUntilClosed((attempt) => `203.0.113.${attempt}`)).toBe(MAX_FAILURES);
  expect(await fail("192.0.2.7")).toBe(429);
});

test("that of the proxies: each of their callers is counted alone", async () => {
  server = await startTestServer({ trustedProxies: ["127.0.0.1", "10.0.0.0/8"] });
  expect(await failUntilClosed(() => "203.0.113.1")).toBe(MAX_FAILURES);
  expect(await fail("203.0.113.2")).toBe(401);
  // What a caller wrote itself stands before what the proxies added, and is not looked at.
  expect(await fail("203.0.113.77, 203.0.113.1")).toBe(429);
  expect(await fail("203.0.113.1, 203.0.113.2")).toBe(401);
  // Through two proxies: the one behind tells of the one in front, which tells of the caller.
  expect(await fail("198.51.100.9, 203.0.113.1, 10.1.2.3")).toBe(429);
  // A proxy that tells no address: its callers count as one, and nothing they write makes them several.
  const nonsense = (attempt: number) => `${"x".repeat(4_000)}${attempt}`;
  expect(await failUntilClosed(nonsense)).toBe(MAX_FAILURES);
  expect(await fail("unknown")).toBe(429);
});

test("a host that a caller made up is passed on by many proxies, and never believed", async () => {
  server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
  const answer = await ask(server, "POST", "/console/api/session", {
    origin: "http://evil.example",
    headers: { "x-forwarded-host": "evil.example" },
    body: { admin_key: server.credentials.admin_key },
  });
  expect(answer.status).toBe(403);
});

test("a proxy that ends TLS says so, and the cookie is for TLS alone", async () => {
  server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
  const answer = await ask(server, "POST", "/console/api/session", {
    origin: originOf(server),
    headers: { "x-forwarded-proto": "https" },
    body: { admin_key: server.credentials.admin_key },
  });
  expect(answer.headers.get("set-cookie")).toMatch(/; Secure$/);
});
