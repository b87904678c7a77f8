/** The published table of labels and tiers, cell by cell, on the service's clock. */
import { type Operation, type RateLimitLabel, rateLimitTiers } from "@paymaster/contract";
import { beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../../src/database/pool.js";
import {
  admittedOf,
  call,
  newCaller,
  newLimiter,
  openDatabase,
  operationOf,
  SettableClock,
} from "./support.js";

const NOON = "2021-06-01T12:00:00Z";
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** As it is published: calls, of how many milliseconds, and calls of a day where a day is limited. */
const TABLE = [
  ["free", "Light", 4, SECOND_MS, 6_000],
  ["free", "Medium", 2, SECOND_MS, 2_000],
  ["free", "Heavy", 1, SECOND_MS, 1_000],
  ["free", "Resource-intensive", 10, MINUTE_MS, 30_000],
  ["pro", "Light", 30, SECOND_MS, null],
  ["pro", "Medium", 20, SECOND_MS, null],
  ["pro", "Heavy", 10, SECOND_MS, 30_000],
  ["pro", "Resource-intensive", 10, MINUTE_MS, 30_000],
  ["business", "Light", 80, SECOND_MS, null],
  ["business", "Medium", 60, SECOND_MS, null],
  ["business", "Heavy", 40, SECOND_MS, 60_000],
  ["business", "Resource-intensive", 20, MINUTE_MS, 60_000],
] as const;

/** No operation of the contract is Resource-intensive: one that is like the plan usage but for its label. */
function labelled(label: RateLimitLabel): Operation {
  return { ...operationOf("get_plan_usage"), label: { "2021": label, "2026": label } };
}

let pool: Pool;
beforeAll(async () => {
  pool = await openDatabase();
});

describe("the table of tiers and labels", () => {
  it.each(TABLE)("%s, %s: %i calls in %i ms, a day %s", async (tier, label, count, ms, day) => {
    const clock = new SettableClock(NOON);
    const limiter = newLimiter({ pool, clock });
    const [caller, operation] = [newCaller(tier), labelled(label)];
    expect(await admittedOf(count + 7, limiter, operation, caller)).toBe(count);
    const refused = await call(limiter, operation, caller);
    expect(refused.headers).toMatchObject({
      "x-ratelimit-category": label,
      "x-ratelimit-type": "QPS",
      "x-ratelimit-limit": String(count),
      "retry-after": new Date(clock.ms + ms).toISOString().replace(".000", ""),
    });
    clock.ms += ms - 1;
    expect(await admittedOf(3, limiter, operation, caller)).toBe(0);
    clock.ms += 1;
    const next = await call(limiter, operation, caller);
    expect([next.admitted, next.headers["x-ratelimit-limit"]]).toEqual([
      true,
      String(day ?? count),
    ]);
    const left = day === null ? count - 1 : day - count - 1;
    expect(next.headers["x-ratelimit-remaining"]).toBe(String(left));
  });

  it("has no other cell", () => {
    const cells = Object.values(rateLimitTiers).flatMap((labels) => Object.keys(labels));
    expect(cells).toHaveLength(TABLE.length);
  });

  it.each(["pro", "business"] as const)(
    "one pool a day for Heavy and Resource-intensive: %s",
    async (tier) => {
      const clock = new SettableClock(NOON);
      const limiter = newLimiter({ pool, clock });
      const caller = newCaller(tier);
      const day = rateLimitTiers[tier].Heavy.daily?.count ?? 0;
      expect(await admittedOf(5, limiter, labelled("Heavy"), caller)).toBe(5);
      const { headers } = await call(limiter, labelled("Resource-intensive"), caller);
      expect(headers["x-ratelimit-remaining"]).toBe(String(day - 6));
    },
  );

  it("a pool for each label on the free tier", async () => {
    const clock = new SettableClock(NOON);
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller("free");
    for (const [label, left] of [
      ["Heavy", "999"],
      ["Resource-intensive", "29999"],
      ["Light", "5999"],
    ] as const) {
      const { headers } = await call(limiter, labelled(label), caller);
      expect(headers["x-ratelimit-remaining"]).toBe(left);
    }
  });
});
