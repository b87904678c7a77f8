/**
 * What callers are told about their quota. Answers carry X-RateLimit-Category, -Limit and -Remaining;
 * refusals also X-RateLimit-Type and Retry-After, an instant [wire facts 5.2, 5.3].
 */
import { commonErrors, type RateLimitLabel } from "@paymaster/contract";
import { WireFault } from "../http/wire-fault.js";
import { instantText, SECOND_MS } from "./windows.js";

export interface Refusal {
  readonly category: RateLimitLabel | null;
  /** A day was used up, or else a second, a minute or an interval. */
  readonly isDaily: boolean;
  /** The number that was exceeded. */
  readonly limit: number;
  /** Service time from which the rule admits calls again. */
  readonly untilMs: number;
}

export interface Quota {
  readonly category: RateLimitLabel | null;
  readonly limit: number;
  readonly remaining: number;
}

/** Where headers are put: Fastify's reply. */
export interface HeaderSink {
  header(name: string, value: string): unknown;
}

/**
 * The numbers of normal answers. Where a day is limited they are the day's, as captured answers have it
 * (6000 and 5893 on a free account's Light call; 100 and fewer under a special daily rule); where it is
 * not, they are the label's, as the developer guides show it (60 and 55 for Medium).
 */
export function setQuotaHeaders(reply: HeaderSink, quota: Quota): void {
  if (quota.category !== null) reply.header("x-ratelimit-category", quota.category);
  reply.header("x-ratelimit-limit", String(quota.limit));
  reply.header("x-ratelimit-remaining", String(Math.max(0, quota.remaining)));
}

/**
 * The contract's 429. An interval travels as a per-second limit, since only two messages are documented.
 * X-RateLimit-Reset comes with per-second refusals as the developer guides have it [SK; unverified].
 */
export function refusalFault({ category, isDaily, limit, untilMs }: Refusal): WireFault {
  const headers: Record<string, string> = {
    "x-ratelimit-type": isDaily ? "Daily-limit" : "QPS",
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": "0",
    "retry-after": instantText(untilMs),
  };
  if (category !== null) headers["x-ratelimit-category"] = category;
  if (!isDaily) headers["x-ratelimit-reset"] = String(Math.ceil(untilMs / SECOND_MS));
  const error = isDaily ? commonErrors.dailyLimit : commonErrors.perSecondLimit;
  return new WireFault(error, {}, { headers });
}
