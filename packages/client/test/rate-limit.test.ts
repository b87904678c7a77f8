import { describe, expect, it } from "vitest";
import { parseRetryAfter, readRateLimit, serviceNowMs } from "../src/rate-limit.js";

const now = Date.parse("2021-06-01T12:00:00Z");

describe("parseRetryAfter", () => {
  it("reads the instant that the service sends", () => {
    const instant = parseRetryAfter("2020-05-31T00:00:00Z", now);
    expect(instant?.toISOString()).toBe("2020-05-31T00:00:00.000Z");
  });

  it("reads seconds and HTTP dates, as proxies send them", () => {
    expect(parseRetryAfter("120", now)?.toISOString()).toBe("2021-06-01T12:02:00.000Z");
    const date = parseRetryAfter("Wed, 02 Jun 2021 07:28:00 GMT", now);
    expect(date?.toISOString()).toBe("2021-06-02T07:28:00.000Z");
  });

  it.each([null, "", "soon", "1.5", "-3", "2020-13-45T99:00:00Z", "9999999999"])(
    "does not guess from %j",
    (value) => {
      expect(parseRetryAfter(value, now)).toBeUndefined();
    },
  );
});

describe("readRateLimit", () => {
  it("reads every documented header", () => {
    const headers = new Headers({
      "X-RateLimit-Category": "Heavy",
      "X-RateLimit-Type": "Daily-limit",
      "X-RateLimit-Limit": "60000",
      "X-RateLimit-Remaining": "0",
      "Retry-After": "2021-06-02T00:00:00Z",
    });
    expect(readRateLimit(headers, now)).toEqual({
      category: "Heavy",
      type: "Daily-limit",
      limit: 60000,
      remaining: 0,
      retryAt: new Date("2021-06-02T00:00:00Z"),
    });
  });

  it("falls back to X-RateLimit-Reset in unix seconds", () => {
    const headers = new Headers({ "X-RateLimit-Reset": "1622548801" });
    expect(readRateLimit(headers, now)?.retryAt?.toISOString()).toBe("2021-06-01T12:00:01.000Z");
  });

  it("is undefined without any of them, and drops what is not a number", () => {
    expect(readRateLimit(new Headers({ date: "x" }), now)).toBeUndefined();
    const odd = readRateLimit(new Headers({ "X-RateLimit-Limit": "many" }), now);
    expect(odd?.limit).toBeUndefined();
  });
});

describe("serviceNowMs", () => {
  it("is the Date of the answer, else the local clock", () => {
    const headers = new Headers({ date: "Tue, 01 Jun 2021 12:00:00 GMT" });
    expect(serviceNowMs(headers, 5)).toBe(now);
    expect(serviceNowMs(new Headers(), 5)).toBe(5);
    expect(serviceNowMs(new Headers({ date: "yesterday" }), 5)).toBe(5);
  });
});
