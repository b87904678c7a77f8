/** Requests that are wrong outside their body: bytes, methods, paths, headers, queries, tokens. */
import { WIRE_PROFILES } from "@paymaster/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, speak } from "./raw.js";
import { NOBODY, newOwner, newPlans, PRO, Stage } from "./stage.js";

const NO_ROUTE = { code: 2300, message: "This API endpoint is not recognized." };
const NO_JSON = { code: 300, message: "Request Body should be a valid JSON object." };
const TOO_MANY_HEADERS = { code: 300, message: "The request has too many or too long headers." };

describe.each(WIRE_PROFILES)("in the %s generation", (profile) => {
  let stage: Stage;
  let id: string;
  beforeAll(async () => {
    stage = await Stage.start(profile);
    id = await stage.paid();
  });
  afterAll(async () => {
    expect(stage.paymaster.logged.filter(({ level }) => level === "error")).toEqual([]);
    await stage.stop();
  });

  const get = (path: string, headers: Readonly<Record<string, string | readonly string[]>> = {}) =>
    exchange(stage, { method: "GET", path, headers });

  describe("methods and paths", () => {
    it.each(["HEAD", "OPTIONS", "TRACE", "PUT", "POST", "PATCH", "DELETE", "PROPFIND", "PURGE"])(
      "%s where there is only GET is no route",
      async (method) => {
        const answer = await exchange(stage, { method, path: `/v2/accounts/${id}/plans/usage` });
        expect(answer.status).toBe(404);
        if (method !== "HEAD") expect(answer.body).toEqual(NO_ROUTE);
      },
    );

    it.each([
      "/",
      "//",
      "/v2",
      "/v2/",
      "/v1/accounts",
      "/V2/accounts",
      "/v2/Accounts",
      "/v2/accounts/a/b/c/d/e/f/g",
      "/v2/../v2/nothing",
      "/v2/accounts%2Fme%2Fplans",
      "/v2/accounts/%zz/plans",
      "/v2/accounts/%ff%fe/plans",
      "/v2/accounts/%",
      "/v2/accounts/me/plans/%2e%2e",
      "/admin/v1",
      "/admin/v1/nothing",
      "/oauth/nothing",
      `/${"a".repeat(10_000)}`,
      "/.env",
      "/v2/accounts/me/plans\\usage",
      "/v2/accounts/me/plans;usage",
    ])("%s is no route, whoever asks", async (path) => {
      for (const token of [undefined, null]) {
        const answer = await exchange(stage, {
          method: "DELETE",
          path,
          ...(token === null ? { token } : {}),
        });
        expect([answer.status, answer.body]).toEqual([404, NO_ROUTE]);
      }
    });

    it("a path that cannot be decoded is answered with the headers of any other", async () => {
      const names = async (path: string) => [...(await get(path)).headers.keys()].sort();
      expect(await names("/v2/accounts/%zz/plans")).toEqual(await names("/v2/nothing"));
    });

    it("an empty id is no account, and no path around the token", async () => {
      for (const path of ["/v2/accounts//plans", "/v2/accounts//plans/usage", "/v2/accounts//"]) {
        const answer = await get(path);
        expect([path, answer.status]).toEqual([path, 404]);
        const without = await exchange(stage, { method: "GET", path, token: null });
        expect([401, 404]).toContain(without.status);
      }
    });

    it("a slash at the end changes nothing", async () => {
      expect((await get(`/v2/accounts/${id}/plans/`)).body).toEqual(
        (await get(`/v2/accounts/${id}/plans`)).body,
      );
    });

    it("a body where none is expected is not looked at", async () => {
      const answer = await exchange(stage, {
        method: "GET",
        path: `/v2/accounts/${id}/plans`,
        headers: { "content-type": "application/json" },
        body: '{"type": ',
      });
      expect(answer.status).toBe(200);
    });
  });

  describe("bytes", () => {
    const { parse } = JSON;
    const answered = (text: string) => {
      const [head = "", body = ""] = text.split("\r\n\r\n");
      return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), body: parse(body) as unknown };
    };

    it.each([
      ["no HTTP", "what is this\r\n\r\n"],
      ["a method in no language", "ТЕСТ / HTTP/1.1\r\nhost: a\r\n\r\n"],
      ["a version that is none", "GET / HTTP/9.9\r\nhost: a\r\n\r\n"],
      ["a header without a colon", "GET / HTTP/1.1\r\nhost: a\r\nnothing\r\n\r\n"],
      [
        "two lengths",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      ],
      [
        "a length and chunks",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      ],
      ["a negative length", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n"],
      ["a space in the path", "GET /v2/accounts/a b/plans HTTP/1.1\r\nhost: a\r\n\r\n"],
    ])("%s", async (_what, bytes) => {
      expect(answered(await speak(stage, bytes))).toEqual({ status: 400, body: NO_JSON });
    });

    it("a header of more than 16 KB", async () => {
      const bytes = `GET /v2/accounts HTTP/1.1\r\nhost: a\r\nx-long: ${"a".repeat(20_000)}\r\n\r\n`;
      expect(answered(await speak(stage, bytes))).toEqual({ status: 431, body: TOO_MANY_HEADERS });
    });

    it("a request without a host, and TLS", async () => {
      expect(await speak(stage, "GET / HTTP/1.1\r\nconnection: close\r\n\r\n")).toMatch(
        /^HTTP\/1\.1 4\d\d /,
      );
      const hello = Buffer.from("16030100a5010000a10303", "hex");
      expect(answered(await speak(stage, hello)).status).toBe(400);
    });
  });

  describe("headers", () => {
    it("more than a hundred", async () => {
      const names = Array.from({ length: 101 }, (_, index) => [`x-${index}`, "a"]);
      const answer = await get(`/v2/accounts/${id}/plans`, Object.fromEntries(names));
      expect([answer.status, answer.body]).toEqual([431, TOO_MANY_HEADERS]);
    });

    it.each([
      "",
      "Bearer",
      "Bearer ",
      "Bearer a b",
      "Basic YTpi",
      "bearer",
      `Bearer ${"a".repeat(8_000)}`,
      "Bearer \u00e4",
      "Token abc",
      "null",
    ])("Authorization: %s", async (authorization) => {
      const answer = await exchange(stage, {
        method: "GET",
        path: `/v2/accounts/${id}/plans`,
        token: null,
        headers: { authorization },
      });
      expect([answer.status, answer.body]).toEqual([
        401,
        { code: 124, message: "Invalid access token." },
      ]);
    });

    it("a token in the query is none", async () => {
      const { api_key } = stage.paymaster.credentials;
      const path = `/v2/accounts/${id}/plans?access_token=${api_key}`;
      expect((await exchange(stage, { method: "GET", path, token: null })).status).toBe(401);
    });

    it("an Idempotency-Key that is none, and nothing is bought", async () => {
      const sub = await stage.free();
      for (const key of ["", "a".repeat(256), "caf\u00e9", "a\tb"]) {
        const answer = await exchange(stage, {
          method: "POST",
          path: `/v2/accounts/${sub}/plans`,
          headers: { "content-type": "application/json", "idempotency-key": key },
          body: JSON.stringify(newPlans()),
        });
        expect([key, answer.status, answer.body]).toMatchObject([
          key,
          400,
          { code: 300, errors: [{ field: "Idempotency-Key" }] },
        ]);
      }
      expect((await stage.call("GET", `/accounts/${sub}/plans`)).body).toEqual({});
    });

    it("a refusal under an Idempotency-Key is given again, also when it would now succeed", async () => {
      const sub = await stage.free();
      const ask = () =>
        stage.call("PUT", `/accounts/${sub}/plans/base`, PRO, {
          headers: { "idempotency-key": `refused-${sub}` },
        });
      const refused = await ask();
      await stage.done("POST", `/accounts/${sub}/plans`, newPlans());
      const again = await ask();
      expect([again.status, again.body]).toEqual([refused.status, refused.body]);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
    });

    it.each(["preview=0", "return=minimal", "previews", '"preview"'])(
      "Prefer: %s is no preview",
      async (prefer) => {
        const headers = { prefer };
        const answer = await stage.call(
          "PATCH",
          `/accounts/${id}/billing`,
          { apt: "1" },
          { headers },
        );
        expect(answer.status).toBe(204);
      },
    );
  });

  describe("queries", () => {
    const fields = (body: unknown) =>
      (body as { errors: { field: string }[] }).errors.map(({ field }) => field);

    it.each([
      [
        "page_size",
        ["0", "-1", "301", "1e2", "ten", "2.5", "0x10", "1000000000", "%zz", "%00", "%205"],
      ],
      ["page_number", ["0", "-1", "one", "9999999999", "1.5", "%F0%9F%98%80"]],
      ["next_page_token", ["a", "%00", "bnVsbA", "W10", "WzEsMiwzXQ", "e30", "a".repeat(600)]],
      ["email", ["a".repeat(129), "a%00b"]],
      ["sub_reseller_id", ["a".repeat(256), "%00"]],
    ])("%s of GET accounts", async (name, values) => {
      for (const value of [...values, `a&${name}=b`]) {
        const answer = await get(`/v2/accounts?${name}=${value}`);
        expect([value, answer.status, (answer.body as { code: number }).code]).toEqual([
          value,
          400,
          300,
        ]);
        expect(fields(answer.body)).toEqual([name]);
      }
    });

    it("parameters that are empty or unknown are left alone", async () => {
      const path =
        "/v2/accounts?page_size=&page_number=&next_page_token=&email=&colour=red&%zz&&=&a";
      expect((await get(path)).status).toBe(200);
      expect((await get("/v2/accounts?__proto__[page_size]=1&constructor=1")).status).toBe(200);
    });

    it("pages that are not there are empty", async () => {
      const { body } = await get("/v2/accounts?page_size=300&page_number=1000000");
      expect(body).toMatchObject({ accounts: [], next_page_token: "" });
    });

    it("a page's token goes on only with the parameters that it was made for, and for 15 minutes", async () => {
      await stage.free();
      const page = await get("/v2/accounts?page_size=1");
      const { next_page_token: token } = page.body as { next_page_token: string };
      expect((await get(`/v2/accounts?page_size=1&next_page_token=${token}`)).status).toBe(200);
      for (const query of ["page_size=2", "page_size=1&email=a@b.example"]) {
        const answer = await get(`/v2/accounts?${query}&next_page_token=${token}`);
        expect([query, answer.status]).toEqual([query, 400]);
      }
      await stage.operate("POST", "/clock/advance", { minutes: 15 });
      const late = await get(`/v2/accounts?page_size=1&next_page_token=${token}`);
      expect([late.status, fields(late.body)]).toEqual([400, ["next_page_token"]]);
    });

    // The clock stands in February 2026 at the latest.
    it.each([
      ["from=yesterday", "from"],
      ["from=2026-02-30", "from"],
      ["from=2026-1-1", "from"],
      ["from=", "from"],
      ["from=2026-01-01T00:00:00Z", "from"],
      ["from=20260101", "from"],
      ["from=%zz", "from"],
      ["from=2026-01-01%00", "from"],
      ["from=2026-01-01&from=2026-01-02", "from"],
      ["to=2026-13-01", "to"],
      ["to=0000-00-00", "to"],
      ["to=0001-01-01", "to"],
      ["to=9999-12-31", "to"],
      ["from=9999-12-31", "from"],
      ["to=2026-01-01&from=2027-01-01", "from"],
      ["from=2026-01-02&to=2026-01-01", "from"],
      ["from=2024-01-30&to=2026-01-31", "from"],
      ["from=2022-01-01&to=2022-06-01", "to"],
      ["from=2022-12-01&to=2023-06-01", "from"],
      [`from=${"1".repeat(40)}`, "from"],
    ])("?%s of the invoices is wrong in %s", async (query, field) => {
      const answer = await get(`/v2/accounts/${id}/billing/invoices?${query}`);
      expect([answer.status, (answer.body as { code: number }).code]).toEqual([400, 300]);
      expect(fields(answer.body)).toEqual([field]);
    });

    it.each([
      "from=2025-12-01",
      "to=2026-12-31",
      "to=2023-06-01",
      "to=9998-12-31",
      "from=2025-06-01&to=2026-06-01",
      "from=2026-12-01&to=2027-11-30",
    ])("?%s of the invoices is allowed", async (query) => {
      expect((await get(`/v2/accounts/${id}/billing/invoices?${query}`)).status).toBe(200);
    });
  });

  describe("tokens", () => {
    const { stringify } = JSON;
    const ask = (
      body: string,
      headers: Readonly<Record<string, string>> = {},
      path = "/oauth/token",
    ) => exchange(stage, { method: "POST", path, token: null, headers, body });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const basic = (text: string) => ({
      authorization: `Basic ${Buffer.from(text).toString("base64")}`,
    });
    const own = () => {
      const { client_id, client_secret } = stage.paymaster.credentials;
      return basic(`${client_id}:${client_secret}`);
    };
    const INVALID_CLIENT = [
      400,
      { reason: "Invalid client_id or client_secret", error: "invalid_client" },
    ];
    const BAD_REQUEST = [400, { reason: "Bad Request", error: "invalid_request" }];
    const UNSUPPORTED = [
      400,
      { reason: "unsupported grant type", error: "unsupported_grant_type" },
    ];

    it.each([
      ["no client", {}],
      ["a client without a secret", basic("client")],
      ["an empty client", basic(":secret")],
      ["a client with a NUL", basic("a\0b:c")],
      ["a client that is no base64", { authorization: "Basic ***" }],
      ["a bearer token", { authorization: "Bearer abc" }],
      ["a client of 10 KB", basic(`${"a".repeat(5_000)}:b`)],
    ])("%s is refused", async (_what, headers) => {
      for (const path of ["/oauth/token", "/oauth/revoke"]) {
        const answer = await ask("grant_type=client_credentials", { ...form, ...headers }, path);
        expect([answer.status, answer.body]).toEqual(INVALID_CLIENT);
      }
    });

    it.each([
      "",
      "grant_type",
      "grant_type=",
      "grant_type=password",
      "grant_type=%zz",
      "grant_type=%00",
      `grant_type=${"a".repeat(2_000)}`,
      "grant_type=refresh_token&refresh_token=a",
      "grant_type=__proto__",
    ])("a form of %s asks for nothing that is granted", async (body) => {
      const answer = await ask(body, { ...form, ...own() });
      expect([answer.status, answer.body]).toEqual(UNSUPPORTED);
    });

    it.each(["", "me", NOBODY, "%00", "a".repeat(5_000)])(
      "an account %s is another's",
      async (account) => {
        const body = `grant_type=account_credentials&account_id=${account}`;
        const answer = await ask(body, { ...form, ...own() });
        expect([answer.status, answer.body]).toEqual(BAD_REQUEST);
      },
    );

    it("bodies that cannot be read are bad requests in OAuth's own shape", async () => {
      const json = { "content-type": "application/json" };
      const bodies: [string, Readonly<Record<string, string>>][] = [
        ["{", json],
        ['{"__proto__": {}}', json],
        ["a".repeat(300_000), form],
        ["{}", { "content-type": "application/" }],
      ];
      for (const [body, headers] of bodies) {
        const answer = await ask(body, { ...headers, ...own() });
        expect([answer.status, answer.body]).toEqual(BAD_REQUEST);
      }
      for (const body of ["null", "[]", "7", stringify({ grant_type: 7 })]) {
        const answer = await ask(body, { ...json, ...own() });
        expect([answer.status, answer.body]).toEqual(UNSUPPORTED);
      }
    });
  });

  it("two at once with the same address get one account and one refusal", async () => {
    const owner = newOwner();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => stage.call("POST", "/accounts", owner)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
  });

  it("leaves books that hold", async () => {
    expect(await stage.operate("GET", "/invariants")).toMatchObject({ ok: true });
  });
});
