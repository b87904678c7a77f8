/** A browser's part of a session, spoken by hand: cookie, CSRF token and origin can each be left out. */
import type { TestServer } from "../support/server.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  readonly body: any;
}

export interface Asking {
  readonly cookie?: string | null;
  readonly csrf?: string | null;
  readonly origin?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SignedIn {
  readonly cookie: string;
  readonly csrf: string;
  /** A call as the console makes it; what is given replaces a part of it, null leaves it out. */
  call(method: string, path: string, asking?: Asking): Promise<Answer>;
}

export function originOf({ credentials }: TestServer): string {
  return new URL(credentials.base_url).origin;
}

export async function ask(
  server: TestServer,
  method: string,
  path: string,
  { cookie, csrf, origin, body, headers }: Asking,
): Promise<Answer> {
  const response = await fetch(`${originOf(server)}${path}`, {
    method,
    headers: {
      ...(cookie ? { cookie: `theme=dark; ${cookie}` } : {}),
      ...(csrf ? { "x-paymaster-csrf": csrf } : {}),
      ...(origin ? { origin } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

export async function signIn(server: TestServer, credentials: unknown): Promise<SignedIn> {
  const origin = originOf(server);
  const answer = await ask(server, "POST", "/console/api/session", { origin, body: credentials });
  if (answer.status !== 201) throw new Error(`Sign-in: ${JSON.stringify(answer.body)}`);
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const csrf: string = answer.body.session.csrf_token;
  return {
    cookie,
    csrf,
    call: (method, path, asking = {}) =>
      ask(server, method, path, { cookie, csrf, origin, ...asking }),
  };
}
