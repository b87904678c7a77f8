import { describe, expect, it } from "vitest";
import {
  ApiError,
  AuthenticationError,
  NetworkError,
  type PaymasterError,
  RateLimitError,
  TimeoutError,
  UnexpectedResponseError,
} from "../src/errors.js";
import type { RateLimit } from "../src/rate-limit.js";
import { DEFAULT_RETRY_POLICY, shouldRetry } from "../src/retry.js";

const policy = { maxAttempts: 3, maxWaitMs: 5_000, baseDelayMs: 200 };

function decide(error: PaymasterError, over: { effect?: "read" | "write"; attempt?: number } = {}) {
  const failed = { effect: over.effect ?? "read", attempt: over.attempt ?? 1, error, jitter: 0 };
  return shouldRetry(failed, policy);
}

function quota(retryAfterMs: number | undefined, type?: string): RateLimitError {
  const rateLimit = { type } as RateLimit;
  return new RateLimitError({ status: 429, code: 429, message: "limit", rateLimit }, retryAfterMs);
}

const unavailable = new UnexpectedResponseError("x", { status: 503 });

describe("shouldRetry", () => {
  it("repeats a read after a failure that says nothing about the request", () => {
    expect(decide(new NetworkError("x"))).toEqual({ retry: true, waitMs: 100 });
    expect(decide(new TimeoutError(10))).toEqual({ retry: true, waitMs: 100 });
    expect(decide(unavailable)).toEqual({ retry: true, waitMs: 100 });
    const envelope = new ApiError({ status: 503, code: 503, message: "x" });
    expect(decide(envelope).retry).toBe(true);
  });

  it("never repeats a write, whatever happened", () => {
    for (const error of [new NetworkError("x"), unavailable, quota(100)]) {
      expect(decide(error, { effect: "write" })).toEqual({ retry: false, reason: "write" });
    }
  });

  it("takes a refusal as final", () => {
    const refusal = new ApiError({ status: 400, code: 2100, message: "x" });
    for (const error of [refusal, new AuthenticationError("x", { status: 401 })]) {
      expect(decide(error)).toEqual({ retry: false, reason: "final" });
    }
    const broken = new UnexpectedResponseError("x", { status: 200 });
    expect(decide(broken)).toEqual({ retry: false, reason: "final" });
  });

  it("doubles the pause and gives up after the last attempt", () => {
    expect(decide(unavailable, { attempt: 2 })).toEqual({ retry: true, waitMs: 200 });
    expect(decide(unavailable, { attempt: 3 })).toEqual({ retry: false, reason: "attempts" });
  });

  it("waits for a short quota and tells of a long one", () => {
    expect(decide(quota(900))).toEqual({ retry: true, waitMs: 1000 });
    expect(decide(quota(4_901))).toEqual({ retry: false, reason: "wait_too_long" });
    expect(decide(quota(86_400_000))).toEqual({ retry: false, reason: "wait_too_long" });
  });

  it("waits for the next second when a per-second limit names no time, not for a day", () => {
    expect(decide(quota(undefined, "QPS"))).toEqual({ retry: true, waitMs: 1100 });
    const daily = quota(undefined, "Daily-limit");
    expect(decide(daily)).toEqual({ retry: false, reason: "wait_too_long" });
  });

  it("spreads callers that failed together, never beyond the full pause", () => {
    const waits = [0, 0.5, 0.999].map((jitter) =>
      shouldRetry({ effect: "read", attempt: 1, error: unavailable, jitter }, policy),
    );
    expect(waits).toEqual([
      { retry: true, waitMs: 100 },
      { retry: true, waitMs: 150 },
      { retry: true, waitMs: 200 },
    ]);
  });

  it("is conservative by default: two repetitions, short waits", () => {
    expect(DEFAULT_RETRY_POLICY.maxAttempts).toBe(3);
    expect(DEFAULT_RETRY_POLICY.maxWaitMs).toBeLessThanOrEqual(5_000);
  });
});
