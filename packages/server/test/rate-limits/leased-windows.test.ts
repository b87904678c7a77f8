/** The windows themselves, which tell in which of them a call was counted. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../../src/database/pool.js";
import { LeasedWindows, type WindowRule } from "../../src/rate-limits/leased-windows.js";
import { DAY_MS, SECOND_MS } from "../../src/rate-limits/windows.js";
import { newCaller, openDatabase } from "./support.js";

const NOON_MS = Date.parse("2021-06-01T12:00:00Z");

let pool: Pool;
beforeAll(async () => {
  pool = await openDatabase();
});

function newWindows(table: "quota_seconds" | "quota_windows" = "quota_seconds"): LeasedWindows {
  return new LeasedWindows({ db: pool, table, maxEntries: 100, divisor: 2 });
}

/** One call of `account`; the start of the window that it was counted in, or null if refused. */
async function takeOne(
  windows: LeasedWindows,
  account: string,
  rule: WindowRule,
  clockMs: () => number,
): Promise<number | null> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const entry = windows.entry(account, account, rule, clockMs());
    const state = windows.poll(entry, rule.limit, clockMs());
    if (state === "refused") return null;
    if (state === "ready") {
      windows.take(entry);
      return entry.startMs;
    }
    await windows.wait(entry, state, clockMs);
  }
  throw new Error("A call waits for ever.");
}

describe("leased windows", () => {
  it.each([
    ["seconds", SECOND_MS, "quota_seconds"],
    ["days", DAY_MS, "quota_windows"],
  ] as const)(
    "no window is given away twice though clocks differ: %s",
    async (_, lengthMs, table) => {
      const step = fc.record({
        process: fc.nat(2),
        calls: fc.integer({ min: 1, max: 12 }),
        advance: fc.constantFrom(0, 0, 0.4, 1, 1, 3, 9),
        lag: fc.constantFrom(0, 0, 0, 1, 2.5),
        kill: fc.constantFrom(false, false, false, true),
      });
      const steps = fc.array(step, { minLength: 10, maxLength: 40 });
      const limits = fc.constantFrom(1, 4, 10, 40);
      await fc.assert(
        fc.asyncProperty(steps, limits, async (history, limit) => {
          const account = newCaller().accountId;
          const rule = { name: "rule", limit, lengthMs };
          const processes = [newWindows(table), newWindows(table), newWindows(table)];
          const lagsMs = [0, 0, 0];
          let nowMs = NOON_MS;
          const counted = new Map<number, number>();
          const underWay: Promise<void>[] = [];
          for (const { process, calls, advance, lag, kill } of history) {
            const windows = processes[process] ?? newWindows(table);
            lagsMs[process] = lag * lengthMs;
            for (let call = 0; call < calls; call += 1) {
              const clockMs = () => nowMs - (lagsMs[process] ?? 0);
              const taken = takeOne(windows, account, rule, clockMs).then((startMs) => {
                if (startMs !== null) counted.set(startMs, (counted.get(startMs) ?? 0) + 1);
              });
              underWay.push(taken);
            }
            // Half of the time the clock moves while calls are under way.
            if (calls % 2 === 0) await Promise.all(underWay.splice(0));
            nowMs += advance * lengthMs;
            if (kill) processes[process] = newWindows(table);
          }
          await Promise.all(underWay);
          expect(counted.size).toBeGreaterThan(0);
          expect(Math.max(...counted.values())).toBeLessThanOrEqual(limit);
        }),
        { numRuns: 40, seed: 20210601 },
      );
    },
  );

  it("a standing share spares the questions, and its end is the epoch's", async () => {
    const account = newCaller().accountId;
    const rule = { name: "rule", limit: 40, lengthMs: SECOND_MS };
    const windows = newWindows();
    let nowMs = Date.parse("2021-06-01T12:00:00Z"); // an epoch of 8 seconds begins
    let asked = 0;
    const askedIn: number[] = [];
    for (let second = 0; second < 24; second += 1) {
      for (let call = 0; call < 5; call += 1) {
        const entry = windows.entry(account, account, rule, nowMs);
        const asks = windows.poll(entry, rule.limit, nowMs) === "ask";
        expect(await takeOne(windows, account, rule, () => nowMs)).toBe(nowMs);
        if (asks) asked += 1;
        if (asks && askedIn.at(-1) !== second) askedIn.push(second);
      }
      nowMs += SECOND_MS;
    }
    // It calls, goes on calling, and then again when an epoch has ended.
    expect(askedIn).toEqual([0, 1, 8, 16]);
    expect(asked).toBeLessThan(12);
  });

  it("a standing share is kept from the others, and free again when its epoch ends", async () => {
    const account = newCaller().accountId;
    const rule = { name: "rule", limit: 40, lengthMs: SECOND_MS };
    const [mine, others] = [newWindows(), newWindows()];
    let nowMs = Date.parse("2021-06-01T12:00:00Z");
    const takeMany = async (windows: LeasedWindows) => {
      const calls = Array.from({ length: 60 }, () => takeOne(windows, account, rule, () => nowMs));
      return (await Promise.all(calls)).filter((startMs) => startMs !== null).length;
    };
    expect(await takeMany(mine)).toBe(40);
    nowMs += SECOND_MS;
    expect(await takeMany(mine)).toBe(40); // and is given a standing share of 10
    nowMs += SECOND_MS;
    expect(await takeMany(others)).toBe(30);
    expect(await takeMany(mine)).toBe(10);
    nowMs += 6 * SECOND_MS; // the next epoch
    expect(await takeMany(others)).toBe(40);
    expect(await takeMany(mine)).toBe(0);
  });
});
