import { rateLimitTiers, type SpecialLimit } from "@paymaster/contract";
import fc from "fast-check";
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

const list = operationOf("account_billing_invoices");
const detail = operationOf("get_account_billing_invoice");
const pdf = operationOf("download_invoice_p_d_f");
const usage = operationOf("get_plan_usage");
const MINUTE_MS = 60_000;

let pool: Pool;
beforeAll(async () => {
  pool = await openDatabase();
});

describe("special rules", () => {
  it("the list is counted for each account named, and `me` is the caller", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const master = newCaller();
    const admitted = async (accountId: string) =>
      (await call(limiter, list, master, { accountId })).admitted;
    expect(await admitted("me")).toBe(true);
    expect(await admitted(master.accountId)).toBe(false);
    expect(await admitted("sub-1")).toBe(true);
    expect(await admitted("sub-2")).toBe(true);
    expect(await admitted("sub-1")).toBe(false);
    const sub = newCaller("business", master.masterId);
    expect((await call(limiter, list, sub, { accountId: "sub-1" })).admitted).toBe(true);
  });

  it("detail and PDF are one in 30 minutes for each invoice, each operation by itself", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller();
    const admitted = async (operation: typeof detail, invoiceId: string) =>
      (await call(limiter, operation, caller, { accountId: "me", invoiceId })).admitted;
    for (const operation of [detail, pdf]) {
      expect(await admitted(operation, "a")).toBe(true);
      expect(await admitted(operation, "a")).toBe(false);
      expect(await admitted(operation, "b")).toBe(true);
    }
    clock.ms += 30 * MINUTE_MS - 1;
    expect(await admitted(detail, "a")).toBe(false);
    clock.ms += 1;
    expect(await admitted(detail, "a")).toBe(true);
    expect(await admitted(pdf, "a")).toBe(true);
  });

  it("100 details a day, however many invoices", async () => {
    const clock = new SettableClock("2021-06-01T23:30:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller();
    const ask = (invoice: number) =>
      call(limiter, detail, caller, { accountId: "me", invoiceId: `invoice-${invoice}` });
    for (let invoice = 0; invoice < 100; invoice += 1) {
      const outcome = await ask(invoice);
      expect([invoice, outcome.admitted]).toEqual([invoice, true]);
      expect(outcome.headers["x-ratelimit-remaining"]).toBe(String(99 - invoice));
      clock.ms += 1_000;
    }
    const refused = await ask(100);
    expect(refused.headers).toMatchObject({
      "x-ratelimit-type": "Daily-limit",
      "x-ratelimit-limit": "100",
      "retry-after": "2021-06-02T00:00:00Z",
    });
    clock.ms = Date.parse("2021-06-02T00:00:00Z");
    expect((await ask(100)).admitted).toBe(true);
    // Read at 23:31:39: 30 minutes go on over midnight.
    expect((await ask(99)).headers["retry-after"]).toBe("2021-06-02T00:01:39Z");
  });

  it("a call that one rule refuses uses up none of the others", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller("pro");
    const params = { accountId: "me", invoiceId: "a" };
    expect((await call(limiter, detail, caller, params)).admitted).toBe(true);
    for (let refused = 0; refused < 50; refused += 1) {
      expect((await call(limiter, detail, caller, params)).admitted).toBe(false);
    }
    // Nine of the label's ten are left, and 99 of the day's 100, and 29,999 of the pool's 30,000.
    expect(await admittedOf(20, limiter, usage, caller)).toBe(9);
    clock.ms += 1_000;
    const next = await call(limiter, detail, caller, { accountId: "me", invoiceId: "b" });
    expect(next.headers["x-ratelimit-remaining"]).toBe("98");
    const plain = await call(limiter, usage, caller);
    expect(plain.headers["x-ratelimit-remaining"]).toBe(String(30_000 - 1 - 9 - 1 - 1));
  });

  it("a call that the label refuses uses up no special rule", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller("pro");
    expect(await admittedOf(10, limiter, usage, caller)).toBe(10);
    const refused = await call(limiter, list, caller);
    expect(refused.headers["x-ratelimit-limit"]).toBe("10");
    clock.ms += 1_000;
    expect((await call(limiter, list, caller)).headers["x-ratelimit-remaining"]).toBe("5");
  });

  it("a call waits for one that holds the last token and may give it back", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const limiter = newLimiter({ pool, clock });
    const caller = newCaller("free"); // one Heavy call a second
    expect((await call(limiter, list, caller)).admitted).toBe(true);
    clock.ms += 1_000;
    const [special, plain] = await Promise.all([
      call(limiter, list, caller),
      call(limiter, usage, caller),
    ]);
    expect([special.admitted, plain.admitted]).toEqual([false, true]);
  });

  it("count the first of many calls at once, over several processes", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const processes = [1, 2, 3].map(() => newLimiter({ pool, clock }));
    const caller = newCaller();
    for (let round = 0; round < 7; round += 1) {
      const admitted = await Promise.all(
        processes.map((limiter) => admittedOf(10, limiter, list, caller)),
      );
      expect(admitted.reduce((sum, each) => sum + each, 0)).toBe(round < 6 ? 1 : 0);
      clock.ms += 5 * MINUTE_MS;
    }
  });

  it("never admit more than their counts, over any history of clock and processes", async () => {
    const steps = fc.array(
      fc.record({
        process: fc.nat(2),
        calls: fc.integer({ min: 1, max: 4 }),
        advanceMs: fc.constantFrom(0, 0, 1, 299_999, 300_000, 1_000_000, 86_400_000),
        kill: fc.boolean(),
      }),
      { minLength: 5, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const clock = new SettableClock("2021-06-01T22:00:00Z");
        const processes = [1, 2, 3].map(() => newLimiter({ pool, clock }));
        const caller = newCaller();
        const admittedAt: number[] = [];
        for (const { process, calls, advanceMs, kill } of history) {
          const limiter = processes[process] ?? newLimiter({ pool, clock });
          const admitted = await admittedOf(calls, limiter, list, caller);
          admittedAt.push(...Array.from({ length: admitted }, () => clock.ms));
          clock.ms += advanceMs;
          if (kill) processes[process] = newLimiter({ pool, clock });
        }
        const gaps = admittedAt.slice(1).map((at, index) => at - (admittedAt[index] ?? 0));
        expect(gaps.every((gap) => gap >= 300_000)).toBe(true);
        const days = admittedAt.map((at) => Math.floor(at / 86_400_000));
        for (const day of days) expect(days.filter((each) => each === day).length).toBeLessThan(7);
        expect(admittedAt.length).toBeGreaterThan(0);
      }),
      { numRuns: 25, seed: 20210601 },
    );
  });

  it("survive a restart", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const caller = newCaller();
    expect((await call(newLimiter({ pool, clock }), list, caller)).admitted).toBe(true);
    clock.ms += MINUTE_MS;
    const refused = await call(newLimiter({ pool, clock }), list, caller);
    expect(refused.headers["retry-after"]).toBe("2021-06-01T12:05:00Z");
  });

  it("can be replaced, by others that make sense", async () => {
    const clock = new SettableClock("2021-06-01T12:00:00Z");
    const rule = (count: number, interval_seconds?: number): SpecialLimit => ({
      count,
      window: interval_seconds === undefined ? "day" : "interval",
      ...(interval_seconds === undefined ? {} : { interval_seconds }),
      scope: "account",
      source: ["own"],
      confidence: "assumed",
    });
    const specialLimits = { account_billing_invoices: [rule(3, 60), rule(5)] };
    const limiter = newLimiter({ pool, clock, specialLimits });
    const caller = newCaller();
    expect(await admittedOf(10, limiter, list, caller)).toBe(3);
    clock.ms += MINUTE_MS;
    expect(await admittedOf(10, limiter, list, caller)).toBe(2);
    expect((await call(limiter, detail, caller, { invoiceId: "a" })).admitted).toBe(true);
    const none = newLimiter({ pool, clock, specialLimits: { account_billing_invoices: [] } });
    expect(await admittedOf(30, none, list, caller)).toBe(30);
    for (const wrong of [
      [rule(0)],
      [rule(1.5)],
      [rule(1, 0)],
      [rule(1, 0.5)],
      [rule(1), rule(2)],
    ]) {
      const overrides = { account_billing_invoices: wrong };
      expect(() => newLimiter({ pool, clock, specialLimits: overrides })).toThrow(
        "account_billing",
      );
    }
    const unknown = { get_invoices: [rule(1)] };
    expect(() => newLimiter({ pool, clock, specialLimits: unknown })).toThrow("get_invoices");
  });

  it("per minute, in windows of a minute: Resource-intensive", async () => {
    const clock = new SettableClock("2021-06-01T12:00:30Z");
    const dashboard = { ...usage, label: { "2021": "Resource-intensive", "2026": null } } as const;
    const caller = newCaller("pro");
    expect(await admittedOf(15, newLimiter({ pool, clock }), dashboard, caller)).toBe(10);
    clock.ms += 29_000;
    // Another process, as after a restart: minutes are remembered.
    const limiter = newLimiter({ pool, clock });
    const refused = await call(limiter, dashboard, caller);
    expect(refused.headers).toMatchObject({
      "x-ratelimit-category": "Resource-intensive",
      "x-ratelimit-type": "QPS",
      "x-ratelimit-limit": String(rateLimitTiers.pro["Resource-intensive"].count),
      "retry-after": "2021-06-01T12:01:00Z",
    });
    clock.ms += 1_000;
    expect(await admittedOf(15, limiter, dashboard, caller)).toBe(10);
  });
});
