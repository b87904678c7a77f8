/**
 * A real server for a test file: real sockets, a database of its own, a test clock. Every answer of the
 * wire is checked against the OpenAPI document on its way to the test.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WireProfile } from "@paymaster/contract";
import type { LogLine } from "../../src/http/app.js";
import type { Credentials, ServerConfig } from "../../src/index.js";
import { type RunningServer, type ServerParts, startServer } from "../../src/index.js";
import { startTestPostgres } from "./postgres.js";
import { checkReply } from "./reply-check.js";

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; null when there was no body. */
  readonly body: Body;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the call off. */
  readonly signal?: AbortSignal;
}

export interface TestServer {
  readonly server: RunningServer;
  readonly credentials: Credentials;
  readonly databaseUrl: string;
  readonly profile: WireProfile;
  /** What the server logged, oldest first. */
  readonly logged: readonly LogLine[];
  /** A call of the wire, e.g. `wire("GET", "/accounts/me/plans/usage")`, with the master's API key. */
  wire<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<Answer<Body>>;
  /** A call of the operator's API. */
  admin<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>>;
  /** Makes a sub account and returns its id. */
  subAccount(more?: Readonly<Record<string, unknown>>): Promise<string>;
  stop(): Promise<void>;
}

/** A contact that nothing is wrong with. */
export const CONTACT = {
  first_name: "Mira",
  last_name: "Castellan",
  email: "mira.castellan@harbor.example",
  phone_number: "+1 206 555 0134",
  address: "1200 Pike Street",
  apt: "4",
  city: "Seattle",
  state: "WA",
  zip: "98101",
  country: "US",
} as const;

let emails = 0;

export async function startTestServer(
  options: Partial<Omit<ServerConfig, "dataDir" | "port">> = {},
  parts: ServerParts = {},
): Promise<TestServer> {
  const postgres = await startTestPostgres();
  // A second server on the database of another leaves it there.
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: async () => {} }
    : await postgres.createDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "paymaster-server-"));
  const profile = options.profile ?? "2021";
  const logged: LogLine[] = [];
  const server = await startServer(
    {
      host: "127.0.0.1",
      port: 0,
      dataDir,
      world: "empty",
      testClock: "2026-01-31",
      rateLimits: false,
      specialLimits: null,
      profile,
      priceBook: null,
      taxTable: null,
      issuer: null,
      tls: null,
      publicUrl: null,
      trustedProxies: [],
      corsOrigins: [],
      metricsAddress: null,
      checkBooksMinutes: null,
      logFormat: "text",
      requestLog: "off",
      ...options,
      databaseUrl: database.url,
    },
    (line) => logged.push(line),
    parts,
  );
  const credentials: Credentials = JSON.parse(
    await readFile(join(dataDir, "credentials.json"), "utf8"),
  );
  return {
    server,
    credentials,
    databaseUrl: database.url,
    profile,
    logged,
    ...callsOf(profile, credentials),
    stop: async () => {
      await server.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Calls with the secrets of a server, each answer of the wire held to the document. */
export function callsOf(
  profile: WireProfile,
  credentials: Credentials,
): Pick<TestServer, "wire" | "admin" | "subAccount"> {
  const wire: TestServer["wire"] = async (method, path, call = {}) => {
    const url = path.startsWith("http") ? path : `${credentials.base_url}${path}`;
    const answer = await send(method, url, call.token ?? credentials.api_key, call);
    checkReply(profile, method, new URL(url).pathname, answer);
    return answer as never;
  };
  return {
    wire,
    admin: async (method, path, body) =>
      (await send(method, `${credentials.admin_url}${path}`, credentials.admin_key, {
        body,
      })) as never,
    subAccount: async (more = {}) => {
      emails += 1;
      const answer = await wire<{ id: string }>("POST", "/accounts", {
        body: {
          first_name: "Mira",
          last_name: "Castellan",
          email: `owner${emails}@harbor.example`,
          password: "Long-enough-9",
          ...more,
        },
      });
      if (answer.status !== 201) throw new Error(`POST /accounts: ${JSON.stringify(answer.body)}`);
      return answer.body.id;
    },
  };
}

export async function send(
  method: string,
  url: string,
  token: string | null,
  { body, headers = {}, signal }: CallOptions = {},
): Promise<Answer<unknown>> {
  const response = await fetch(url, {
    method,
    ...(signal === undefined ? {} : { signal }),
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  const text = isJson ? await response.text() : "";
  if (!isJson) await response.arrayBuffer();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : JSON.parse(text),
  };
}
