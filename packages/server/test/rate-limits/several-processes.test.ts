/** Several limiters on one database: never more than the limit in any window, whatever happens to them. */
import { setTimeout as sleep } from "node:timers/promises";
import { rateLimitTiers } from "@paymaster/contract";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../../src/database/pool.js";
import type { RateLimiter } from "../../src/rate-limits/index.js";
import {
  admittedOf,
  call,
  newCaller,
  newLimiter,
  openDatabase,
  operationOf,
  SettableClock,
} from "./support.js";

const usage = operationOf("get_plan_usage"); // Heavy: 40 a second for business
const NOON = "2021-06-01T12:00:00Z";

/** Few enough calls a day that a test can use them up. */
const DAY_LIMIT = 120;
const smallDays = {
  ...rateLimitTiers,
  business: {
    ...rateLimitTiers.business,
    Heavy: {
      ...rateLimitTiers.business.Heavy,
      daily: { name: "Heavy+Resource-intensive", count: DAY_LIMIT },
    },
  },
};

let pool: Pool;
beforeAll(async () => {
  pool = await openDatabase();
});

async function takenOf(table: string, masterId: string): Promise<number> {
  const { rows } = await pool.query(
    `select coalesce(sum(taken), 0)::int as taken from ${table} where master_id = $1`,
    [masterId],
  );
  return rows[0].taken;
}

const step = fc.record({
  process: fc.nat(2),
  calls: fc.integer({ min: 1, max: 30 }),
  after: fc.constantFrom("go on", "go on", "go on", "tick", "second", "day", "kill", "restart"),
});

describe("several processes", () => {
  it("never admit more than a second's or a day's calls, over any history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const clock = new SettableClock(NOON);
        const start = () => newLimiter({ pool, clock, tiers: smallDays });
        const processes: RateLimiter[] = [start(), start(), start()];
        const caller = newCaller();
        const seconds = new Map<number, number>();
        const days = new Map<number, number>();
        const underWay: Promise<void>[] = [];
        for (const { process, calls, after } of steps) {
          const limiter = processes[process] ?? start();
          const [second, day] = [Math.floor(clock.ms / 1_000), Math.floor(clock.ms / 86_400_000)];
          const counted = admittedOf(calls, limiter, usage, caller).then((admitted) => {
            seconds.set(second, (seconds.get(second) ?? 0) + admitted);
            days.set(day, (days.get(day) ?? 0) + admitted);
          });
          underWay.push(counted);
          // Calls of several processes overlap, but none spans a move of the clock: it would be counted
          // in whichever window it was admitted, which this test could not tell.
          if (after === "go on") continue;
          await Promise.all(underWay.splice(0));
          if (after === "tick") clock.ms += 300;
          if (after === "second") clock.ms += 1_000;
          if (after === "day") clock.ms += 86_400_000;
          if (after === "restart") await limiter.close();
          if (after === "kill" || after === "restart") processes[process] = start();
        }
        await Promise.all(underWay);
        for (const [second, admitted] of seconds)
          expect([second, admitted <= 40]).toEqual([second, true]);
        for (const [day, admitted] of days)
          expect([day, admitted <= DAY_LIMIT]).toEqual([day, true]);
      }),
      { numRuns: 25, seed: 20210601 },
    );
  });

  it("admit the whole limit between them when each has callers enough", async () => {
    const clock = new SettableClock(NOON);
    const processes = [1, 2, 3].map(() => newLimiter({ pool, clock }));
    const caller = newCaller();
    for (let second = 0; second < 5; second += 1) {
      const admitted = await Promise.all(
        processes.map((limiter) => admittedOf(50, limiter, usage, caller)),
      );
      expect(admitted.reduce((sum, each) => sum + each, 0)).toBe(40);
      clock.ms += 1_000;
    }
  });

  it("admit nearly the whole limit when calls go round between them", async () => {
    const clock = new SettableClock(NOON);
    const processes = [1, 2, 3].map(() => newLimiter({ pool, clock }));
    const caller = newCaller();
    for (let second = 0; second < 5; second += 1) {
      let admitted = 0;
      for (let calls = 0; calls < 40; calls += 1) {
        const limiter = processes[calls % 3];
        if (limiter && (await call(limiter, usage, caller)).admitted) admitted += 1;
      }
      expect(admitted).toBeGreaterThanOrEqual(34);
      expect(admitted).toBeLessThanOrEqual(40);
      clock.ms += 1_000;
    }
  });

  it("lose at most what it held when a process is killed, and nothing when it is stopped", async () => {
    const clock = new SettableClock(NOON);
    const caller = newCaller();
    const first = newLimiter({ pool, clock });
    expect(await admittedOf(3, first, usage, caller)).toBe(3);
    await first.close();
    expect(await takenOf("quota_windows", caller.masterId)).toBe(3);
    expect(await takenOf("quota_seconds", caller.masterId)).toBe(3);
    const second = newLimiter({ pool, clock });
    expect(await admittedOf(4, second, usage, caller)).toBe(4);
    // Killed: never closed.
    const third = newLimiter({ pool, clock });
    const admitted = await admittedOf(50, third, usage, caller);
    expect(admitted).toBeLessThanOrEqual(33);
    expect(admitted).toBeGreaterThanOrEqual(25);
  });

  it("give back what stands for them when they are stopped", async () => {
    const clock = new SettableClock(NOON);
    const caller = newCaller();
    const first = newLimiter({ pool, clock });
    for (let second = 0; second < 3; second += 1) {
      expect(await admittedOf(45, first, usage, caller)).toBe(40);
      clock.ms += 1_000;
    }
    await first.close();
    expect(await admittedOf(45, newLimiter({ pool, clock }), usage, caller)).toBe(40);
  });

  it("give idle shares of a day to the others", async () => {
    const clock = new SettableClock(NOON);
    const [idle, busy] = [1, 2].map(() => newLimiter({ pool, clock, tiers: rateLimitTiers }));
    if (idle === undefined || busy === undefined) throw new Error("two processes");
    const caller = newCaller();
    await call(idle, usage, caller);
    expect(await takenOf("quota_windows", caller.masterId)).toBe(120);
    await idle.sweep();
    expect(await takenOf("quota_windows", caller.masterId)).toBe(120);
    await idle.sweep();
    expect(await takenOf("quota_windows", caller.masterId)).toBe(1);
    clock.ms += 1_000;
    const outcome = await call(busy, usage, caller);
    expect(outcome.headers["x-ratelimit-remaining"]).toBe("59998");
  });

  it("give back nothing of a window that has passed meanwhile", async () => {
    const behind = new SettableClock(NOON);
    const caller = newCaller();
    const late = newLimiter({ pool, clock: behind });
    await call(late, usage, caller);
    const ahead = new SettableClock("2021-06-02T12:00:00Z");
    const early = newLimiter({ pool, clock: ahead });
    expect(await admittedOf(30, early, usage, caller)).toBe(30);
    // It still believes in the first of June, and returns what it held of that day.
    await late.close();
    await early.close();
    expect(await takenOf("quota_seconds", caller.masterId)).toBe(30);
    expect(await takenOf("quota_windows", caller.masterId)).toBe(30);
  });

  it("count in the later window while one has not heard that the clock jumped", async () => {
    const ahead = new SettableClock("2021-06-02T12:00:00Z");
    const behind = new SettableClock(NOON);
    const caller = newCaller();
    const first = newLimiter({ pool, clock: ahead, tiers: smallDays });
    const second = newLimiter({ pool, clock: behind, tiers: smallDays });
    expect(await admittedOf(25, first, usage, caller)).toBe(25);
    const admitted = await admittedOf(50, second, usage, caller);
    expect(admitted).toBeLessThanOrEqual(15);
    expect(25 + admitted + (await admittedOf(50, first, usage, caller))).toBe(40);
    const refused = await call(second, usage, caller);
    expect(refused.headers["retry-after"]).toBe("2021-06-02T12:00:01Z");
    behind.ms = ahead.ms + 1_000;
    expect(await admittedOf(50, second, usage, caller)).toBe(40);
  });

  it("let go of a window that a wrong clock had put into the future", async () => {
    const clock = new SettableClock("2031-01-01T00:00:00Z");
    const caller = newCaller();
    const limiter = newLimiter({ pool, clock });
    expect(await admittedOf(50, limiter, usage, caller)).toBe(40);
    clock.ms = Date.parse(NOON);
    expect(await admittedOf(5, limiter, usage, caller)).toBe(0);
    // Ten seconds of the machine's time in which no server believes in 2031.
    for (const table of ["quota_seconds", "quota_windows"]) {
      await pool.query(
        `update ${table} set touched_at = touched_at - interval '11 seconds' where master_id = $1`,
        [caller.masterId],
      );
    }
    await sleep(1_050);
    expect(await admittedOf(50, limiter, usage, caller)).toBe(40);
    expect(await admittedOf(5, limiter, usage, caller)).toBe(0);
    clock.ms += 1_000;
    expect(await admittedOf(50, limiter, usage, caller)).toBe(40);
  });
});

describe("bounded memory", () => {
  it("forgetting accounts never admits more than the limit", async () => {
    const clock = new SettableClock(NOON);
    const limiter = newLimiter({ pool, clock, maxEntries: 100 });
    const callers = Array.from({ length: 400 }, () => newCaller("pro"));
    const admitted = new Map<string, number>();
    for (let round = 0; round < 4; round += 1) {
      for (let from = 0; from < callers.length; from += 50) {
        const some = callers.slice(from, from + 50).map(async (caller) => {
          const count = await admittedOf(4, limiter, usage, caller);
          admitted.set(caller.accountId, (admitted.get(caller.accountId) ?? 0) + count);
        });
        await Promise.all(some);
      }
      await limiter.sweep();
    }
    expect(Math.max(...admitted.values())).toBeLessThanOrEqual(10);
    expect(Math.min(...admitted.values())).toBeGreaterThanOrEqual(4);
  });

  it("rows of windows long over are deleted, and no others", async () => {
    const clock = new SettableClock(NOON);
    const limiter = newLimiter({ pool, clock });
    const [old, recent] = [newCaller(), newCaller()];
    await admittedOf(40, limiter, usage, old);
    clock.ms += 2 * 86_400_000;
    await admittedOf(40, limiter, usage, recent);
    await limiter.sweep();
    expect(await takenOf("quota_seconds", old.masterId)).toBe(40);
    for (const table of ["quota_seconds", "quota_windows"]) {
      await pool.query(`update ${table} set touched_at = touched_at - interval '11 minutes'`);
    }
    await limiter.sweep();
    expect(await takenOf("quota_seconds", old.masterId)).toBe(0);
    expect(await takenOf("quota_windows", old.masterId)).toBe(0);
    expect(await takenOf("quota_seconds", recent.masterId)).toBe(40);
    expect(await admittedOf(10, limiter, usage, recent)).toBe(0);
  });
});
