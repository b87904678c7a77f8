import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { networkOf } from "../../src/console/sign-in-limit.js";
import { CONTACT, startTestServer, type TestServer } from "../support/server.js";
import { ask, originOf, type SignedIn, signIn } from "./support.js";

let server: TestServer;
let operator: SignedIn;
let master: SignedIn;
/** Another tenant with a sub account of its own. */
let other: { id: string; client_id: string; client_secret: string; api_key: string };

beforeAll(async () => {
  server = await startTestServer({ rateLimits: true });
  const made = await server.admin<typeof other>("POST", "/accounts", {
    kind: "master",
    account_name: "Second Harbor",
  });
  other = made.body;
  operator = await signIn(server, { admin_key: server.credentials.admin_key });
  const { client_id, client_secret, account_id } = server.credentials;
  master = await signIn(server, { client_id, client_secret, account_id });
});
afterAll(() => server.stop());

async function sql(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

describe("a session is its principal", () => {
  test("the operator's reads the operator's API and acts for any master", async () => {
    const { status, body } = await operator.call("GET", "/console/api/admin/v1/accounts");
    expect(status).toBe(200);
    const names = body.accounts.map((one: { account_name: string }) => one.account_name);
    expect(names).toContain("Second Harbor");
    const usage = await operator.call(
      "GET",
      `/console/api/as/${other.id}/v2/accounts/me/plans/usage`,
    );
    expect(usage.body.plan_base).toEqual({ type: "monthly", hosts: 2, usage: 0 });
    // Without saying for whom, no account is meant.
    const nobody = await operator.call("GET", "/console/api/v2/accounts/me/plans/usage");
    expect(nobody.status).toBe(401);
    const unknown = await operator.call("GET", "/console/api/as/nobody/v2/accounts/me/plans/usage");
    expect(unknown.status).toBe(404);
  });

  test("an account's reads its own tenant, and never the operator's API", async () => {
    const own = await master.call("GET", "/console/api/v2/accounts/me/plans/usage");
    expect(own.status).toBe(200);
    const admin = await master.call("GET", "/console/api/admin/v1/accounts");
    expect(admin).toMatchObject({ status: 403, body: { code: 403 } });
    const acting = await master.call(
      "GET",
      `/console/api/as/${other.id}/v2/accounts/me/plans/usage`,
    );
    expect(acting.status).toBe(403);
    const foreign = await master.call("GET", `/console/api/v2/accounts/${other.id}/plans/usage`);
    expect(foreign.body.code).toBe(2001);
  });

  test("what the operator does for a master is in its audit log as the operator's", async () => {
    const path = `/console/api/as/${other.id}/v2/accounts/${other.id}/billing`;
    const { status } = await operator.call("PATCH", path, { body: CONTACT });
    expect(status).toBe(204);
    const { body } = await server.admin<{ entries: { actor: string; event: string }[] }>(
      "GET",
      `/audit?account_id=${other.id}`,
    );
    expect(body.entries.at(-1)).toMatchObject({ actor: "operator", event: "contact_changed" });
  });

  test("the operator's looks use up nobody's quota; an account's session uses its own", async () => {
    const path = `/v2/accounts/${other.id}/billing/invoices`;
    // Six lists a day, five minutes apart.
    for (let time = 0; time < 8; time += 1) {
      const { status } = await operator.call("GET", `/console/api/as/${other.id}${path}`);
      expect(status).toBe(200);
    }
    const { account_id } = server.credentials;
    const own = `/console/api/v2/accounts/${account_id}/billing/invoices`;
    expect((await master.call("GET", own)).status).toBe(200);
    expect((await master.call("GET", own)).status).toBe(429);
  });
});

describe("only the console's own pages act with the cookie", () => {
  const reading = "/console/api/admin/v1/clock";

  test("without the CSRF token, or with another session's, nothing is answered", async () => {
    expect((await operator.call("GET", reading)).status).toBe(200);
    for (const csrf of [null, "x", master.csrf, `${operator.csrf}x`]) {
      const { status, body } = await operator.call("GET", reading, { csrf });
      expect(status).toBe(403);
      expect(body.now).toBeUndefined();
    }
    const path = `/console/api/as/${other.id}/v2/accounts/${other.id}/billing`;
    const { status } = await operator.call("PATCH", path, { csrf: null, body: CONTACT });
    expect(status).toBe(403);
  });

  test("pages of other origins are refused, and changes that come from nowhere", async () => {
    const elsewhere = "http://127.0.0.1:1";
    expect((await operator.call("GET", reading, { origin: elsewhere })).status).toBe(403);
    expect((await operator.call("GET", reading, { origin: "null" })).status).toBe(403);
    const change = { body: { ticking: false } };
    const put = (origin: string | null) => operator.call("PUT", reading, { ...change, origin });
    expect((await put(elsewhere)).status).toBe(403);
    expect((await put(null)).status).toBe(403);
    expect((await put(originOf(server))).status).toBe(200);
    const site = { "sec-fetch-site": "same-site" };
    const asked = await operator.call("GET", "/console/api/session", {
      origin: null,
      headers: site,
    });
    expect(asked.status).toBe(403);
    const signing = await ask(server, "POST", "/console/api/session", {
      origin: elsewhere,
      body: { admin_key: server.credentials.admin_key },
    });
    expect(signing.status).toBe(403);
    expect(signing.headers.get("set-cookie")).toBeNull();
  });

  test("the APIs themselves know no cookie", async () => {
    for (const path of ["/v2/accounts/me/plans/usage", "/admin/v1/clock"]) {
      const { status } = await master.call("GET", path);
      expect(status).toBe(401);
      expect((await operator.call("GET", path)).status).toBe(401);
    }
  });

  test("a bearer token does not open the console's door", async () => {
    const headers = { authorization: `Bearer ${server.credentials.admin_key}` };
    const answer = await ask(server, "GET", reading, { origin: originOf(server), headers });
    expect(answer.status).toBe(401);
  });
});

describe("a session ends", () => {
  const clock = "/console/api/admin/v1/clock";
  const start = () => signIn(server, { admin_key: server.credentials.admin_key });

  test("by signing out", async () => {
    const session = await start();
    const left = await session.call("DELETE", "/console/api/session");
    expect(left.status).toBe(204);
    expect(left.headers.get("set-cookie")).toContain("Max-Age=0");
    const { status, body } = await session.call("GET", clock);
    expect(status).toBe(401);
    expect(body.message).toBe("You are signed out: sign in again.");
    const seen = await session.call("GET", "/console/api/session");
    expect(seen.body.session).toBeNull();
  });

  test("after an hour without a call, and after twelve hours in any case", async () => {
    for (const [column, age] of [
      ["seen_at", "61 minutes"],
      ["created_at", "721 minutes"],
    ]) {
      const session = await start();
      expect((await session.call("GET", clock)).status).toBe(200);
      await sql(`update console_sessions set ${column} = now() - interval '${age}'`);
      expect((await session.call("GET", clock)).status).toBe(401);
    }
    // They are cleared away with the next sign-in.
    operator = await start();
    const { client_id, client_secret } = server.credentials;
    master = await signIn(server, { client_id, client_secret });
    const { rows } = await sql("select count(*)::int as n from console_sessions");
    expect(rows[0].n).toBe(2);
  });

  test("a call keeps it alive", async () => {
    const session = await start();
    await sql("update console_sessions set seen_at = now() - interval '59 minutes'");
    expect((await session.call("GET", clock)).status).toBe(200);
    const { rows } = await sql(
      "select max(seen_at) > now() - interval '1 minute' as fresh from console_sessions",
    );
    expect(rows[0].fresh).toBe(true);
  });

  test("moving the test clock signs nobody out", async () => {
    const session = await start();
    const body = { days: 3 };
    const moved = await session.call("POST", `${clock}/advance`, { body });
    expect(moved.status).toBe(200);
    expect((await session.call("GET", clock)).status).toBe(200);
  });

  test("with its client or key", async () => {
    const { body } = await server.admin<typeof other>("POST", "/accounts", {
      kind: "regular",
      account_name: "Leaving",
    });
    const { client_id, client_secret } = body;
    const session = await signIn(server, { client_id, client_secret });
    expect((await session.call("GET", "/console/api/v2/accounts/me/plans/usage")).status).toBe(200);
    await sql("delete from oauth_clients where client_id = $1", [client_id]);
    expect((await session.call("GET", "/console/api/v2/accounts/me/plans/usage")).status).toBe(401);
  });
});

describe("signing in", () => {
  const failing = (body: unknown) =>
    ask(server, "POST", "/console/api/session", { origin: originOf(server), body });

  test("stores no secret, and sends the cookie only where it is needed", async () => {
    const session = await signIn(server, { admin_key: server.credentials.admin_key });
    const token = session.cookie.split("=")[1] ?? "";
    expect(token).toMatch(/^pmc_[\w-]{43}$/);
    const { rows } = await sql("select * from console_sessions");
    expect(JSON.stringify(rows)).not.toContain(token);
    const answer = await failing({ admin_key: server.credentials.admin_key });
    const cookie = answer.headers.get("set-cookie");
    expect(cookie).toMatch(/; Path=\/console\/api; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(answer.headers.get("cache-control")).toContain("no-store");
  });

  test("behind a proxy that ends TLS the cookie is for TLS alone", async () => {
    const answer = await ask(server, "POST", "/console/api/session", {
      origin: originOf(server).replace("http:", "https:"),
      body: { admin_key: server.credentials.admin_key },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("set-cookie")).toMatch(/; Max-Age=43200; Secure$/);
  });

  test("a body that is none of the two kinds is refused as such", async () => {
    for (const body of [{}, { admin_key: 7 }, { admin_key: "x", client_id: "y" }, [], "x"]) {
      expect((await failing(body)).status).toBe(400);
    }
    expect((await failing({ admin_key: "a\u0000b" })).status).toBe(400);
  });

  test("an account id that is not the client's is refused", async () => {
    const { client_id, client_secret } = server.credentials;
    const answer = await failing({ client_id, client_secret, account_id: other.id });
    expect(answer.status).toBe(401);
  });

  test("ten failures from an address close it for a quarter of an hour", async () => {
    await sql("delete from console_sign_in_failures");
    const attempts = Array.from({ length: 12 }, () => failing({ admin_key: "pma_guess" }));
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    const right = { admin_key: server.credentials.admin_key };
    const closed = await failing(right);
    expect(closed.status).toBe(429);
    expect(Number(closed.headers.get("retry-after"))).toBeGreaterThan(880);
    await sql("update console_sign_in_failures set window_start = now() - interval '15 minutes'");
    expect((await failing(right)).status).toBe(201);
    const { rows } = await sql("select 1 from console_sign_in_failures");
    expect(rows).toEqual([]);
  });

  test("addresses of one IPv6 network count together", () => {
    expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::1"));
    expect(networkOf("2001:db8:1:2::1")).not.toBe(networkOf("2001:db8:1:3::1"));
    expect(networkOf("::ffff:10.0.0.1")).toBe("10.0.0.1");
    expect(networkOf("::1")).toBe("0:0:0:0::/64");
  });
});
