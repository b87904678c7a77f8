/** `/mcp` on a real server, in front of an endpoint that tells what reaches it. */
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig, type ServerConfig, startServer } from "../../src/index.js";
import type { McpCaller, McpEndpoint, McpService } from "../../src/mcp-http/endpoint.js";
import type { RunningServer } from "../../src/server.js";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";

let database: TestDatabase;
let dataDir: string;
let server: RunningServer;
let key: string;
let adminKey: string;
let service: McpService;
let created = 0;
let closed = 0;
const reached: { readonly body: unknown; readonly caller: McpCaller }[] = [];

/** Tells what it was given; a GET stays open, as a stream of the protocol does. */
const endpoint: McpEndpoint = {
  async handle(incoming, response, body, caller) {
    reached.push({ body, caller });
    response.writeHead(200, { "content-type": "application/json" });
    if (incoming.method !== "GET") response.end(JSON.stringify({ account: caller.accountId }));
    else response.write("open");
  },
  async close() {
    closed += 1;
  },
};

beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "paymaster-mcp-http-"));
  const args = ["--empty", "--port", "0", "--data-dir", dataDir, "--test-clock", "2021-06-01"];
  const config = readConfig(args, { DATABASE_URL: database.url }) as ServerConfig;
  server = await startServer(config, () => {}, {
    mcp: {
      hosts: ["billing.example.com"],
      create: async (given) => {
        service = given;
        created += 1;
        return endpoint;
      },
    },
  });
  const credentials = await import(join(dataDir, "credentials.json"), { with: { type: "json" } });
  ({ api_key: key, admin_key: adminKey } = credentials.default);
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** With headers that `fetch` does not let a program set. */
function send({ method = "POST", body = "{}", headers = {} }: Sent = {}) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const all = {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        ...headers,
      };
      const outgoing = request(`${server.origin}/mcp`, { method, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString("utf8"),
            headers: response.headers,
          }),
        );
      });
      outgoing.on("error", reject);
      outgoing.end(method === "POST" ? body : undefined);
    },
  );
}

describe("/mcp", () => {
  it("hands on the request with its body and its caller, and loads the endpoint once", async () => {
    expect(created).toBe(0);
    const answers = await Promise.all([send({ body: '{"a":1}' }), send({ body: '{"a":1}' })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(created).toBe(1);
    expect(reached[0]).toMatchObject({
      body: { a: 1 },
      caller: { token: key, actor: expect.stringMatching(/^key:/) },
    });
    expect(service).toMatchObject({
      baseUrl: `${server.origin}/v2`,
      profile: "2021",
      hasQuotas: true,
      auditFile: join(dataDir, "mcp-audit.jsonl"),
    });
    expect(new Date(service.serviceNow()).toISOString()).toMatch(/^2021-06-01T/);
  });

  it("takes an access token of OAuth as well, and knows its account", async () => {
    const admin = { authorization: `Bearer ${adminKey}`, "content-type": "application/json" };
    const made = await fetch(`${server.origin}/admin/v1/accounts`, {
      method: "POST",
      headers: admin,
      body: JSON.stringify({ kind: "regular", account_name: "Regular" }),
    });
    const { id, client_id, client_secret } = (await made.json()) as Record<string, string>;
    const given = await fetch(
      `${server.origin}/oauth/token?grant_type=account_credentials&account_id=${id}`,
      {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
      },
    );
    const { access_token } = (await given.json()) as { access_token: string };
    const answer = await send({ headers: { authorization: `Bearer ${access_token}` } });
    expect(JSON.parse(answer.body)).toEqual({ account: id });
    expect(reached.at(-1)?.caller.actor).toBe(`client:${client_id}`);
  });

  it.each([
    ["no token", { authorization: "" }],
    ["an unknown token", { authorization: "Bearer nothing" }],
    ["another scheme", { authorization: "Basic YTpi" }],
  ])("refuses %s with 401 and the scheme to use", async (_, headers) => {
    const before = reached.length;
    const answer = await send({ headers });
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer /);
    expect(JSON.parse(answer.body)).toMatchObject({
      jsonrpc: "2.0",
      error: { message: expect.stringContaining("Authorization: Bearer") },
    });
    expect(reached).toHaveLength(before);
  });

  it("refuses the operator's key: an assistant acts for an account", async () => {
    expect((await send({ headers: { authorization: `Bearer ${adminKey}` } })).status).toBe(401);
  });

  it.each([
    ["a name of somebody's own", { host: "rebound.example" }, 403],
    [
      "the same with a page of that name",
      { host: "rebound.example", origin: "http://rebound.example" },
      403,
    ],
    ["a page of another origin", { origin: "https://evil.example" }, 403],
    ["a page of no origin", { origin: "null" }, 403],
    ["a name that the operator allows", { host: "billing.example.com" }, 200],
    [
      "a page of that name",
      { host: "billing.example.com", origin: "https://billing.example.com" },
      200,
    ],
    ["localhost", { host: "localhost:8080" }, 200],
    ["its own page", { host: "localhost:8080", origin: "http://localhost:8080" }, 200],
    ["another port's page", { host: "localhost:8080", origin: "http://localhost:3000" }, 403],
  ])("a request from %s", async (_, headers, status) => {
    expect((await send({ headers })).status).toBe(status);
  });

  it("checks the origin before the token: a page learns nothing", async () => {
    const headers = { origin: "https://evil.example", authorization: "" };
    expect((await send({ headers })).status).toBe(403);
  });

  it("refuses what is too long or no JSON in the protocol's terms", async () => {
    const long = await send({ body: JSON.stringify({ text: "x".repeat(300_000) }) });
    expect([long.status, JSON.parse(long.body).error.message]).toEqual([
      413,
      expect.stringContaining("262144 bytes"),
    ]);
    for (const body of ["{", "", '{"__proto__":{}}']) {
      const answer = await send({ body });
      expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([400, -32_700]);
    }
  });

  it("is not there when nobody brings an endpoint", async () => {
    const folder = await mkdtemp(join(tmpdir(), "paymaster-mcp-http-"));
    const other = await (await startTestPostgres()).createDatabase();
    const args = ["--empty", "--port", "0", "--data-dir", folder];
    const config = readConfig(args, { DATABASE_URL: other.url }) as ServerConfig;
    const plain = await startServer(config, () => {});
    expect((await fetch(`${plain.origin}/mcp`, { method: "POST" })).status).toBe(404);
    await plain.stop();
    await other.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it("closes the endpoint when the server stops", async () => {
    await server.stop();
    expect(closed).toBe(1);
  });
});
