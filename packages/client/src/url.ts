/** From an operation's path and a call's input to the address. */
import type { Operation } from "@paymaster/contract";

/** Values of path and query parameters as they are given to a method. */
export type ParameterValues = Readonly<Record<string, unknown>>;

/**
 * @returns the base without a final slash
 * @throws TypeError when it is not an absolute http(s) address without query, fragment or password
 */
export function normalizeBaseUrl(baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError(`baseUrl is not an absolute URL: ${JSON.stringify(baseUrl)}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new TypeError(`baseUrl must begin with https:// or http://, not ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("baseUrl must not hold a user name or password");
  }
  if (url.search !== "" || url.hash !== "") {
    throw new TypeError("baseUrl must not hold a query or a fragment");
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** Names in braces of a path template, in their order. */
export function pathParameterNames(path: string): string[] {
  return Array.from(path.matchAll(/\{([^}]+)\}/g), (match) => match[1] ?? "");
}

/**
 * @throws TypeError when a path parameter is missing, not text, or would change the path's shape
 */
export function expandPath(path: string, values: ParameterValues): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (typeof value !== "string" || value === "" || /\p{Surrogate}/u.test(value)) {
      throw new TypeError(`${name} must be a non-empty string`);
    }
    // URL parsing resolves "." and "..", encoded or not: they would address another operation.
    if (value === "." || value === "..") {
      throw new TypeError(`${name} must not be ${JSON.stringify(value)}`);
    }
    return encodeURIComponent(value);
  });
}

/**
 * @param names the query parameters that the operation documents; others are ignored by this function
 * @returns "" or a query with its question mark; undefined and null values are left out
 * @throws TypeError when a value is not a string, number or boolean
 */
export function buildQuery(names: readonly string[], values: ParameterValues): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = values[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      throw new TypeError(`${name} must be a string, a number or a boolean`);
    }
    query.append(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Names of the query parameters that the contract gives an operation. */
export function queryParameterNames(operation: Pick<Operation, "query">): string[] {
  return Object.keys((operation.query as { properties?: object } | null)?.properties ?? {});
}
