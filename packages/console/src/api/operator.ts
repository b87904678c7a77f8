/** The operator's API, as far as the screens use it: docs/reference/operator-api.md. */
import { callJson } from "./call.js";
import type { SignedIn } from "./session.js";

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

type Headers = Readonly<Record<string, string>>;

export interface Operator {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  send<T>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
    headers?: Headers,
  ): Promise<T>;
}

export function createOperator(session: SignedIn): Operator {
  const csrfToken = session.csrf_token;
  const url = (path: string, query: Query = {}) => {
    const given = Object.entries(query).filter(
      ([, value]) => value !== null && value !== undefined && value !== "",
    );
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return `/console/api/admin/v1${path}${given.length === 0 ? "" : `?${search}`}`;
  };
  return {
    get: (path, query, signal) =>
      callJson("GET", url(path, query), { csrfToken, ...(signal && { signal }) }),
    send: (method, path, body, headers = {}) =>
      callJson(method, url(path), { csrfToken, headers, ...(body === undefined ? {} : { body }) }),
  };
}
