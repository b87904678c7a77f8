/** Bodies and headers as they leave the server. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../../src/database/pool.js";
import {
  newApp,
  newCaller,
  newLimiter,
  openDatabase,
  operationOf,
  SettableClock,
} from "./support.js";

const PER_SECOND = {
  code: 429,
  message: "You have reached the maximum per-second rate limit for this API. Try again later.",
};
const DAILY = {
  code: 429,
  message:
    "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.",
};

let pool: Pool;
beforeAll(async () => {
  pool = await openDatabase();
});

/** Quota headers of an answer, and nothing else. */
function quotaHeaders(headers: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^(x-ratelimit-.*|retry-after)$/.test(name)),
  );
}

describe("on the wire", () => {
  it("normal answers carry the day's numbers where a day is limited", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00.250Z");
    const app = newApp(newLimiter({ pool, clock }), operationOf("get_plan_usage"), newCaller());
    for (const remaining of ["59999", "59998", "59997"]) {
      const answer = await app.inject({ url: "/v2/accounts/me/plans/usage" });
      expect(answer.statusCode).toBe(200);
      expect(quotaHeaders(answer.headers)).toEqual({
        "x-ratelimit-category": "Heavy",
        "x-ratelimit-limit": "60000",
        "x-ratelimit-remaining": remaining,
      });
    }
  });

  it("normal answers carry the second's numbers where a day is not limited", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00.250Z");
    const app = newApp(newLimiter({ pool, clock }), operationOf("account_plans"), newCaller());
    for (const remaining of ["59", "58", "57"]) {
      const answer = await app.inject({ url: "/v2/accounts/me/plans" });
      expect(quotaHeaders(answer.headers)).toEqual({
        "x-ratelimit-category": "Medium",
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": remaining,
      });
    }
    clock.ms += 750;
    const next = await app.inject({ url: "/v2/accounts/me/plans" });
    expect(next.headers["x-ratelimit-remaining"]).toBe("59");
  });

  it("a second that is used up", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00.250Z");
    const app = newApp(
      newLimiter({ pool, clock }),
      operationOf("get_plan_usage"),
      newCaller("free"),
    );
    await app.inject({ url: "/v2/accounts/me/plans/usage" });
    const answer = await app.inject({ url: "/v2/accounts/me/plans/usage" });
    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toEqual(PER_SECOND);
    expect(quotaHeaders(answer.headers)).toEqual({
      "x-ratelimit-category": "Heavy",
      "x-ratelimit-type": "QPS",
      "x-ratelimit-limit": "1",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Date.parse("2021-06-01T12:00:01Z") / 1_000),
      "retry-after": "2021-06-01T12:00:01Z",
    });
  });

  it("a day that is used up", async () => {
    const clock = new SettableClock("2020-05-30T12:00:00Z");
    const caller = newCaller("free");
    const app = newApp(newLimiter({ pool, clock }), operationOf("get_plan_usage"), caller);
    await pool.query(
      `insert into quota_windows (master_id, rule, window_start_ms, window_end_ms, taken, touched_at)
       values ($1, $2, $3, $4, 1000, now())`,
      [
        caller.masterId,
        `${caller.accountId} day:Heavy`,
        Date.parse("2020-05-30T00:00:00Z"),
        Date.parse("2020-05-31T00:00:00Z"),
      ],
    );
    const answer = await app.inject({ url: "/v2/accounts/me/plans/usage" });
    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toEqual(DAILY);
    expect(quotaHeaders(answer.headers)).toEqual({
      "x-ratelimit-category": "Heavy",
      "x-ratelimit-type": "Daily-limit",
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "0",
      "retry-after": "2020-05-31T00:00:00Z",
    });
  });

  it("the list of invoices: one in five minutes, six a day", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00.100Z");
    const list = operationOf("account_billing_invoices");
    const app = newApp(newLimiter({ pool, clock }), list, newCaller());
    const url = "/v2/accounts/me/billing/invoices";
    const first = await app.inject({ url });
    expect(quotaHeaders(first.headers)).toEqual({
      "x-ratelimit-category": "Heavy",
      "x-ratelimit-limit": "6",
      "x-ratelimit-remaining": "5",
    });
    clock.ms += 299_999;
    const early = await app.inject({ url });
    expect(early.json()).toEqual(PER_SECOND);
    expect(quotaHeaders(early.headers)).toEqual({
      "x-ratelimit-category": "Heavy",
      "x-ratelimit-type": "QPS",
      "x-ratelimit-limit": "1",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Date.parse("2021-06-01T12:05:01Z") / 1_000),
      "retry-after": "2021-06-01T12:05:01Z",
    });
    clock.ms += 1;
    for (const remaining of ["4", "3", "2", "1", "0"]) {
      const answer = await app.inject({ url });
      expect([answer.statusCode, answer.headers["x-ratelimit-remaining"]]).toEqual([
        200,
        remaining,
      ]);
      clock.ms += 300_000;
    }
    const late = await app.inject({ url });
    expect(late.statusCode).toBe(429);
    expect(late.json()).toEqual(DAILY);
    expect(quotaHeaders(late.headers)).toEqual({
      "x-ratelimit-category": "Heavy",
      "x-ratelimit-type": "Daily-limit",
      "x-ratelimit-limit": "6",
      "x-ratelimit-remaining": "0",
      "retry-after": "2021-06-02T00:00:00Z",
    });
    clock.ms = Date.parse("2021-06-02T00:00:00Z");
    expect((await app.inject({ url })).statusCode).toBe(200);
  });

  it("the PDF, by both of its paths together, has no category", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const pdf = operationOf("download_invoice_p_d_f");
    const app = newApp(newLimiter({ pool, clock }), pdf, newCaller());
    const first = await app.inject({ url: "/v2/api/download/billing/invoices/abc" });
    expect(quotaHeaders(first.headers)).toEqual({
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "99",
    });
    const second = await app.inject({ url: "/api/download/billing/invoices/abc" });
    expect(second.json()).toEqual(PER_SECOND);
    expect(quotaHeaders(second.headers)).toEqual({
      "x-ratelimit-type": "QPS",
      "x-ratelimit-limit": "1",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Date.parse("2021-06-01T12:30:00Z") / 1_000),
      "retry-after": "2021-06-01T12:30:00Z",
    });
    const other = await app.inject({ url: "/api/download/billing/invoices/def" });
    expect(other.headers["x-ratelimit-remaining"]).toBe("98");
  });

  it("an id that no database text can hold is counted like any other", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const pdf = operationOf("download_invoice_p_d_f");
    const app = newApp(newLimiter({ pool, clock }), pdf, newCaller());
    const url = `/api/download/billing/invoices/%00%F0%9F%92%A9${"x".repeat(60)}`;
    expect((await app.inject({ url })).statusCode).toBe(200);
    expect((await app.inject({ url })).statusCode).toBe(429);
  });

  it("answers 503 and admits nobody while the database is away", async () => {
    const { createPool } = await import("../../src/database/pool.js");
    const away = createPool({ host: "/nowhere", port: 1, user: "nobody", database: "none" });
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const app = newApp(
      newLimiter({ pool: away, clock }),
      operationOf("account_plans"),
      newCaller(),
    );
    const answer = await app.inject({ url: "/v2/accounts/me/plans" });
    expect(answer.statusCode).toBe(503);
    await away.end();
  });
});
