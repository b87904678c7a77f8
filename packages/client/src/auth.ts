/** How a call proves who makes it. */
import { AuthenticationError } from "./errors.js";

/** The request as an authentication may change it, before each sending. */
export interface OutgoingRequest {
  url: string;
  /** Lower-case names. */
  readonly headers: Record<string, string>;
}

export interface AuthenticationContext {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly timeoutMs: number;
  /** Ends this caller's wait, not work that others share. */
  readonly signal: AbortSignal;
}

/** A strategy; the functions of this folder make the usual ones, a caller may bring its own. */
export interface Authentication {
  /**
   * Adds the credential.
   * @returns what was used, so that `renew` can tell a stale credential from a fresh one
   */
  apply(request: OutgoingRequest, context: AuthenticationContext): Promise<string> | string;
  /**
   * The service refused the credential `rejected` (401).
   * @returns true when another one is there and the call may be sent once more
   */
  renew?(rejected: string, context: AuthenticationContext): Promise<boolean> | boolean;
}

export type ApiKeyLocation = "header" | "query" | "cookie";

/** A token that somebody else obtained and renews. */
export function bearerToken(token: string): Authentication {
  return apiKey({ value: token });
}

/**
 * An API key. In the header `Authorization` (the default: facts, section 0) it travels as
 * `Bearer <key>`, unless the value names a scheme itself; anywhere else as it is.
 * Browsers do not let a script set cookies on a request: there, `cookie` has no effect.
 */
export function apiKey(options: {
  readonly value: string;
  readonly in?: ApiKeyLocation | undefined;
  readonly name?: string | undefined;
}): Authentication {
  const location = options.in ?? "header";
  const name = options.name ?? (location === "header" ? "Authorization" : "access_token");
  const value = checkedSecret(options.value, "API key");
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    throw new TypeError(`not a possible name for a ${location} parameter: ${JSON.stringify(name)}`);
  }
  if (location === "header") return headerKey(name.toLowerCase(), value);
  return { apply: location === "query" ? queryKey(name, value) : cookieKey(name, value) };
}

/** HTTP Basic authentication (RFC 7617). */
export function basicAuth(username: string, password: string): Authentication {
  if (username.includes(":")) throw new TypeError("a user name must not hold a colon");
  return headerKey("authorization", `Basic ${base64(`${username}:${password}`)}`);
}

function headerKey(name: string, value: string): Authentication {
  const hasScheme = /^(bearer|basic) /i.test(value);
  const text = name === "authorization" && !hasScheme ? `Bearer ${value}` : value;
  return {
    apply(request) {
      request.headers[name] = text;
      return value;
    },
  };
}

function queryKey(name: string, value: string): Authentication["apply"] {
  const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return (request) => {
    request.url += `${request.url.includes("?") ? "&" : "?"}${pair}`;
    return value;
  };
}

function cookieKey(name: string, value: string): Authentication["apply"] {
  if (/[\s",;\\]/.test(value)) throw new TypeError("the API key cannot be sent in a cookie");
  return (request) => {
    request.headers.cookie = `${name}=${value}`;
    return value;
  };
}

/** @throws AuthenticationError without showing the value */
export function checkedSecret(value: string, what: string): string {
  if (value === "") throw new AuthenticationError(`the ${what} is empty`);
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code > 0x7e) {
      throw new AuthenticationError(`the ${what} holds a character that a header cannot carry`);
    }
  }
  return value;
}

/** UTF-8, then base64: `btoa` alone refuses characters beyond Latin-1. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
