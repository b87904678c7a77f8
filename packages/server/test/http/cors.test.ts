/** Web pages of other origins: none may call, unless the operator named their origin. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/server.js";

const NAMED = "https://console.example.com";
const preflight = {
  "access-control-request-method": "PUT",
  "access-control-request-headers": "authorization,idempotency-key",
};

describe("with no origin named", () => {
  let paymaster: TestServer;
  beforeAll(async () => {
    paymaster = await startTestServer();
  });
  afterAll(() => paymaster.stop());

  it("answers say nothing that lets a page of elsewhere read them", async () => {
    const { headers } = await paymaster.wire("GET", "/accounts/me", { headers: { origin: NAMED } });
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    const asked = await paymaster.wire("OPTIONS", "/accounts/me", {
      headers: { origin: NAMED, ...preflight },
    });
    expect(asked.status).toBe(404);
    expect([...asked.headers.keys()].filter((name) => name.startsWith("access-"))).toEqual([]);
  });
});

describe("with an origin named", () => {
  let paymaster: TestServer;
  beforeAll(async () => {
    paymaster = await startTestServer({ corsOrigins: [NAMED] });
  });
  afterAll(() => paymaster.stop());
  const ask = (origin: string, method = "GET", more: Record<string, string> = {}) =>
    paymaster.wire(method, "/accounts/me", { headers: { origin, ...more } });

  it("its pages may call and read quotas and ids, and send no cookies", async () => {
    const { headers } = await ask(NAMED);
    expect(headers.get("access-control-allow-origin")).toBe(NAMED);
    expect(headers.get("access-control-expose-headers")).toContain("x-ratelimit-remaining");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
    const asked = await ask(NAMED, "OPTIONS", preflight);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-headers")).toContain("idempotency-key");
    const refused = await paymaster.wire("GET", "/accounts/me", {
      token: "nobody's",
      headers: { origin: NAMED },
    });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([
      401,
      NAMED,
    ]);
  });

  it.each([
    "https://elsewhere.example.com",
    `${NAMED}.evil.example`,
    "http://console.example.com",
    "null",
  ])("pages of %s may not", async (origin) => {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers } = await ask(origin, method, method === "OPTIONS" ? preflight : {});
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
