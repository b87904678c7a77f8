/** Reading of the quota headers (facts, 5.3). */

/** What an answer says about the quota; members that it did not send are undefined. */
export interface RateLimit {
  /** Light, Medium, Heavy or Resource-intensive. */
  readonly category: string | undefined;
  /** QPS or Daily-limit. */
  readonly type: string | undefined;
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** From Retry-After, else from X-RateLimit-Reset. */
  readonly retryAt: Date | undefined;
}

const RATE_LIMIT_HEADERS = [
  "x-ratelimit-category",
  "x-ratelimit-type",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "retry-after",
] as const;

/** @returns undefined when the answer carries none of the headers */
export function readRateLimit(headers: Headers, nowMs: number): RateLimit | undefined {
  if (!RATE_LIMIT_HEADERS.some((name) => headers.has(name))) return undefined;
  return {
    category: headers.get("x-ratelimit-category") ?? undefined,
    type: headers.get("x-ratelimit-type") ?? undefined,
    limit: readCount(headers.get("x-ratelimit-limit")),
    remaining: readCount(headers.get("x-ratelimit-remaining")),
    retryAt:
      parseRetryAfter(headers.get("retry-after"), nowMs) ??
      parseResetSeconds(headers.get("x-ratelimit-reset")),
  };
}

/**
 * The service sends an ISO instant (`2020-05-31T00:00:00Z`), proxies send seconds or an HTTP date.
 * @returns undefined when absent or not understood
 */
export function parseRetryAfter(value: string | null, nowMs: number): Date | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return new Date(nowMs + Number(text) * 1000);
  // Without a weekday or a full date, Date.parse would read fragments such as "1.5" as a date.
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) && !/^[A-Z][a-z]{2}, /.test(text)) return undefined;
  const instantMs = Date.parse(text);
  return Number.isNaN(instantMs) ? undefined : new Date(instantMs);
}

function parseResetSeconds(value: string | null): Date | undefined {
  if (value === null || !/^\d{9,11}$/.test(value.trim())) return undefined;
  return new Date(Number(value) * 1000);
}

function readCount(value: string | null): number | undefined {
  return value !== null && /^\d{1,12}$/.test(value.trim()) ? Number(value) : undefined;
}

/**
 * The service's clock as its answer shows it. An instant in Retry-After is only meaningful on that
 * clock: a Paymaster with a test clock may live in another year than this machine.
 */
export function serviceNowMs(headers: Headers, localNowMs: number): number {
  return answerDateMs(headers) ?? localNowMs;
}

/** The answer's Date in milliseconds since 1970; undefined: it has none that can be read. */
export function answerDateMs(headers: Headers): number | undefined {
  const dateMs = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(dateMs) ? undefined : dateMs;
}
