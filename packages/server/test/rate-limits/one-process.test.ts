import { rateLimitTiers } from "@paymaster/contract";
import { beforeAll, describe, expect, it } from "vitest";
import type { Pool, Queryable } from "../../src/database/pool.js";
import {
  admittedOf,
  call,
  newCaller,
  newLimiter,
  openDatabase,
  operationOf,
  SettableClock,
} from "./support.js";

const usage = operationOf("get_plan_usage"); // Heavy, no special rule
const plans = operationOf("account_plans"); // Medium
const update = operationOf("account_billing_update"); // Heavy
const subscribe = operationOf("account_plan_create"); // no label in 2021

let pool: Pool;
beforeAll(async () => {
  pool = await openDatabase();
});

describe("one process", () => {
  it.each([
    ["free", 1, 2],
    ["pro", 10, 20],
    ["business", 40, 60],
  ] as const)("admits exactly the label's calls of a second: %s", async (tier, heavy, medium) => {
    const clock = new SettableClock("2021-06-01T12:00:00.500Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller(tier);
    expect(await admittedOf(heavy + 30, limiter, usage, caller)).toBe(heavy);
    expect(await admittedOf(medium + 30, limiter, plans, caller)).toBe(medium);
    clock.ms += 499;
    expect(await admittedOf(5, limiter, usage, caller)).toBe(0);
    clock.ms += 1;
    expect(await admittedOf(heavy + 30, limiter, usage, caller)).toBe(heavy);
  });

  it("admits as many one after the other as at once", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller();
    let admitted = 0;
    for (let calls = 0; calls < 50; calls += 1) {
      admitted += (await call(limiter, usage, caller)).admitted ? 1 : 0;
    }
    expect(admitted).toBe(40);
  });

  it("lets all operations of a label share its limit, and the labels have their own", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller("pro");
    expect(await admittedOf(6, limiter, usage, caller)).toBe(6);
    expect(await admittedOf(6, limiter, update, caller)).toBe(4);
    expect(await admittedOf(30, limiter, plans, caller)).toBe(20);
  });

  it("counts an account's calls together whichever token is used, and accounts apart", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller("pro");
    const otherToken = { ...caller, actor: "client:other", scopes: new Set(["account:master"]) };
    expect(await admittedOf(7, limiter, usage, caller)).toBe(7);
    expect(await admittedOf(7, limiter, usage, otherToken)).toBe(3);
    const sub = newCaller("pro", caller.masterId);
    expect(await admittedOf(15, limiter, usage, sub)).toBe(10);
  });

  it("draws Heavy calls on one pool a day until 00:00 UTC", async () => {
    const clock = new SettableClock("2021-06-01T23:00:00Z");
    const pool_ = { name: "Heavy+Resource-intensive", count: 95 };
    const business = {
      ...rateLimitTiers.business,
      Heavy: { ...rateLimitTiers.business.Heavy, daily: pool_ },
    };
    const limiter = newLimiter({ pool, clock, tiers: { ...rateLimitTiers, business } });
    const caller = newCaller();
    const perSecond: number[] = [];
    for (let second = 0; second < 4; second += 1) {
      perSecond.push(await admittedOf(45, limiter, usage, caller));
      clock.ms += 1_000;
    }
    expect(perSecond).toEqual([40, 40, 15, 0]);
    expect(await admittedOf(5, limiter, plans, caller)).toBe(5);
    clock.ms = Date.parse("2021-06-01T23:59:59.999Z");
    expect(await admittedOf(1, limiter, usage, caller)).toBe(0);
    clock.ms += 1;
    expect(await admittedOf(45, limiter, usage, caller)).toBe(40);
  });

  it("admits the whole day of a free account, and no call more", async () => {
    const clock = new SettableClock("2021-06-01T00:00:00Z");
    const { daily } = rateLimitTiers.free.Heavy;
    const faster = {
      ...rateLimitTiers.free,
      Heavy: { count: 45, window_seconds: 1 as const, daily },
    };
    const limiter = newLimiter({ pool, clock, tiers: { ...rateLimitTiers, free: faster } });
    const caller = newCaller("free");
    let admitted = 0;
    for (let second = 0; second < 25; second += 1) {
      for (let calls = 0; calls < 9; calls += 1) {
        admitted += await admittedOf(5, limiter, usage, caller);
      }
      clock.ms += 1_000;
    }
    expect(admitted).toBe(1_000);
  });

  it("does not limit an operation without a label", async () => {
    const limiter = newLimiter({ pool, clock: new SettableClock("2021-06-01T00:00:00Z") });
    const caller = newCaller("free");
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () => call(limiter, subscribe, caller)),
    );
    expect(outcomes.every(({ admitted }) => admitted)).toBe(true);
    expect(outcomes[0]?.headers).toEqual({});
    const newer = newLimiter({
      pool,
      clock: new SettableClock("2021-06-01T00:00:00Z"),
      profile: "2026",
    });
    expect(await admittedOf(5, newer, subscribe, caller)).toBe(1);
  });

  it("counts nothing and says nothing when it is off", async () => {
    const clock = new SettableClock("2021-06-01T00:00:00Z");
    const limiter = newLimiter({ pool, clock, enabled: false });
    const caller = newCaller("free");
    for (let calls = 0; calls < 20; calls += 1) {
      expect(await call(limiter, usage, caller)).toEqual({ admitted: true, headers: {} });
    }
    const { rows } = await pool.query("select 1 from quota_windows where master_id = $1", [
      caller.masterId,
    ]);
    expect(rows).toEqual([]);
  });

  it("is exact over many seconds, whatever the rhythm of calls and of sweeps", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller();
    for (let second = 0; second < 60; second += 1) {
      const calls = (second * 7) % 55;
      expect(await admittedOf(calls, limiter, usage, caller)).toBe(Math.min(calls, 40));
      if (second % 11 === 0) expect(await admittedOf(50, limiter, plans, caller)).toBe(50);
      clock.ms += second % 5 === 0 ? 3_000 : 1_000;
      if (second % 3 === 0) await limiter.sweep();
    }
  });

  it("asks the database seldom: not once for each call", async () => {
    let statements = 0;
    const counting = {
      query: ((...parameters: Parameters<Pool["query"]>) => {
        statements += 1;
        return pool.query(...parameters);
      }) as Queryable["query"],
    };
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool: counting, clock });
    const caller = newCaller();
    let calls = 0;
    for (let second = 0; second < 20; second += 1) {
      for (; calls < (second + 1) * 30; calls += 1) await call(limiter, usage, caller);
      clock.ms += 1_000;
    }
    expect(calls).toBe(600);
    expect(statements).toBeLessThan(80);
    const before = statements;
    await admittedOf(100, limiter, usage, caller);
    expect(statements - before).toBeLessThanOrEqual(6);
  });

  it("allows more at once when the account's tier rises, and less when it falls", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller("pro");
    expect(await admittedOf(15, limiter, usage, caller)).toBe(10);
    expect(await admittedOf(50, limiter, usage, { ...caller, tier: "business" })).toBe(30);
    expect(await admittedOf(5, limiter, usage, caller)).toBe(0);
    clock.ms += 1_000;
    expect(await admittedOf(50, limiter, usage, { ...caller, tier: "business" })).toBe(40);
    clock.ms += 1_000; // of which a standing share is left, too large for a lower tier
    for (let second = 0; second < 3; second += 1) {
      expect(await admittedOf(50, limiter, usage, { ...caller, tier: "free" })).toBeLessThan(2);
      clock.ms += 1_000;
    }
  });
});
