/** Syncs on a simulated clock, against a limiter that shares nothing with the planner. */
import { describe, expect, it } from "vitest";
import { SimulatedFleet } from "./support/simulated-fleet.js";
import { asked, memoryStore, sync } from "./support/sync.js";

const HOUR_MS = 3_600_000;

function pass(fleet: SimulatedFleet, ms: number): Promise<void> {
  return fleet.time.run(fleet.time.sleep(ms));
}

function json(status: number, code: number, message: string): Response {
  const headers = { "content-type": "application/json", date: "Sun, 22 Nov 2026 10:00:05 GMT" };
  return new Response(JSON.stringify({ code, message }), { status, headers });
}

describe("a first sync", () => {
  it("reads everything once, as fast as the limits allow, without one refusal", async () => {
    const fleet = new SimulatedFleet({ accounts: 160 });
    const store = memoryStore();
    const startMs = fleet.service.nowMs;
    const { summary, events } = await sync(fleet, store);
    expect(summary).toMatchObject({ outcome: "done", accounts: 160, failed: 0, left: 0 });
    expect(summary.read).toEqual({ plans: 160, contact: 160, usage: 160, invoices: 160 });
    expect(fleet.service.refused).toBe(0);
    // Two Heavy calls an account, forty a second: the last ones begin in the eighth second.
    expect(fleet.service.lastAdmittedMs - startMs).toBeLessThan(9_500);
    const schedule = events.find(({ event }) => event === "schedule");
    expect(schedule).toMatchObject({ calls: 640, days: [{ date: "2026-11-22", calls: 640 }] });
    const rows = (table: string) =>
      store.database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n;
    expect(["plans", "licences", "storage", "contacts", "invoices"].map(rows)).toEqual([
      480, 320, 160, 160, 1_920,
    ]);
  });

  it("says when the day's pool is used up and goes on the next day", async () => {
    const startMs = Date.parse("2026-11-22T23:58:30Z");
    const fleet = new SimulatedFleet({ accounts: 60, startMs });
    // 600 of the 60,000 are left to others by whoever works in the background.
    fleet.service.useHeavy(59_400 - 50);
    const quota = fleet.planner();
    const first = await fleet.time.run(quota.turn({ tool: "get_plan_usage", input: {} }));
    first.answered({
      dateMs: Math.floor(startMs / 1_000) * 1_000,
      rateLimit: {
        category: "Heavy",
        type: undefined,
        limit: 60_000,
        remaining: 650,
        retryAt: undefined,
      },
    });
    const { summary, events } = await sync(fleet, memoryStore(), { quota });
    expect(summary.outcome).toBe("done");
    expect(fleet.service.refused).toBe(0);
    expect(summary.ended_at > "2026-11-23T00:00:00").toBe(true);
    const schedule = events.find((event) => event.event === "schedule");
    expect(schedule?.event === "schedule" && schedule.days.map(({ date }) => date)).toEqual([
      "2026-11-22",
      "2026-11-23",
    ]);
    expect(schedule).toMatchObject({
      days: [{ pool_used_up_at: expect.stringMatching(/^2026-11-22T23:58/) }, {}],
    });
  });
});

describe("a later sync", () => {
  it("asks nothing that was read a short while ago, and says so", async () => {
    const fleet = new SimulatedFleet({ accounts: 20 });
    const store = memoryStore();
    await sync(fleet, store);
    const before = asked(fleet).size;
    const { summary, events } = await sync(fleet, store);
    expect(summary).toMatchObject({ outcome: "done", read: {} });
    expect(asked(fleet).size).toBe(before);
    const schedule = events.find(({ event }) => event === "schedule");
    expect(schedule).toMatchObject({ calls: 0 });
    expect(JSON.stringify(schedule)).toContain(
      '"kind":"invoices","label":"Heavy","calls":0,"skipped":{"fresh":20}',
    );
  });

  it("the next night asks for plans and usage, but for no invoices where none can have come", async () => {
    const fleet = new SimulatedFleet({ accounts: 50 });
    const store = memoryStore();
    await sync(fleet, store);
    const open = store.database.get<{ n: number }>(
      "SELECT count(DISTINCT account_id) AS n FROM invoices WHERE is_open = 1",
    )?.n;
    await pass(fleet, 24 * HOUR_MS);
    const { summary } = await sync(fleet, store);
    expect(open).toBeGreaterThan(0);
    expect(open).toBeLessThan(50);
    expect(summary.read).toEqual({ plans: 50, usage: 50, invoices: open });
    expect(fleet.service.refused).toBe(0);
  });

  it("reads an account's usage and invoices again when its plans have changed meanwhile", async () => {
    const fleet = new SimulatedFleet({ accounts: 5 });
    const store = memoryStore();
    await sync(fleet, store);
    await pass(fleet, HOUR_MS);
    fleet.answer = (path) =>
      path === "/accounts/account-3/plans"
        ? { plan_base: { type: "monthly", hosts: 1, status: "active" } }
        : undefined;
    fleet.answered.length = 0;
    const { summary } = await sync(fleet, store, { maxAges: { plans: 0 } });
    expect(summary.outcome).toBe("done");
    expect(Array.from(asked(fleet).keys()).sort()).toEqual([
      "/accounts/account-0/plans",
      "/accounts/account-1/plans",
      "/accounts/account-2/plans",
      "/accounts/account-3/billing/invoices",
      "/accounts/account-3/plans",
      "/accounts/account-3/plans/usage",
      "/accounts/account-4/plans",
    ]);
  });

  it("a full one reads everything anew; broken off, it goes on where it was", async () => {
    const fleet = new SimulatedFleet({ accounts: 40 });
    const store = memoryStore();
    await sync(fleet, store);
    await pass(fleet, HOUR_MS);
    fleet.answered.length = 0;
    const stopped = await sync(fleet, store, {
      full: true,
      watch: (event, stop) => {
        if (event.event === "progress" && event.done > 60) stop.abort();
      },
    });
    expect(stopped.summary.outcome).toBe("stopped");
    await pass(fleet, 600_000);
    const rest = await sync(fleet, store, { full: true });
    expect(rest.summary.outcome).toBe("done");
    expect(Math.max(...asked(fleet).values())).toBe(1);
    expect(asked(fleet).size).toBe(160);
  });
});

describe("stopped in the middle", () => {
  it("what was let in is kept, and the rest is read by the next run: nothing twice", async () => {
    const fleet = new SimulatedFleet({ accounts: 100 });
    const store = memoryStore();
    const quota = fleet.planner();
    const first = await sync(fleet, store, {
      quota,
      watch: (event, stop) => {
        if (event.event === "progress" && event.done > 100) stop.abort();
      },
    });
    expect(first.summary.outcome).toBe("stopped");
    expect(first.summary.left).toBeGreaterThan(100);
    const second = await sync(fleet, store, { quota });
    expect(second.summary.outcome).toBe("done");
    expect(fleet.service.refused).toBe(0);
    expect(asked(fleet).size).toBe(400);
    expect(Math.max(...asked(fleet).values())).toBe(1);
  });
});

describe("what goes wrong", () => {
  it("an account that was asked for by name and is not there is told before anything is read", async () => {
    const fleet = new SimulatedFleet({ accounts: 2 });
    const one = await sync(fleet, memoryStore(), { accounts: new Set(["account-1"]) });
    expect(one.summary.read).toEqual({ plans: 1, contact: 1, usage: 1, invoices: 1 });
    fleet.answered.length = 0;
    const mistyped = sync(fleet, memoryStore(), { accounts: new Set(["account-9"]) });
    await expect(mistyped).rejects.toThrow("the list of sub accounts has no account-9");
    expect(asked(fleet).size).toBe(0);
  });

  it("an account that disappears between list and read is told of, and is no failure", async () => {
    const fleet = new SimulatedFleet({ accounts: 5 });
    const store = memoryStore();
    fleet.answer = (path) =>
      path.startsWith("/accounts/account-2/")
        ? json(path.endsWith("invoices") ? 400 : 404, 2001, "Account does not exist: account-2.")
        : undefined;
    const { summary } = await sync(fleet, store);
    expect(summary).toMatchObject({ outcome: "done", gone: ["account-2"], failed: 0 });
    expect(summary.read.plans).toBe(4);
  });

  it("a failure is listed, and is the only thing that the next sync asks for", async () => {
    const fleet = new SimulatedFleet({ accounts: 5 });
    const store = memoryStore();
    fleet.answer = (path) =>
      path === "/accounts/account-1/plans/usage" ? json(500, 999, "Oops.") : undefined;
    const { summary } = await sync(fleet, store);
    expect(summary).toMatchObject({ outcome: "partial", failed: 1 });
    expect(summary.problems).toEqual([
      { account_id: "account-1", account_name: "Customer 1", kind: "usage", problem: "Oops." },
    ]);
    fleet.answer = () => undefined;
    fleet.answered.length = 0;
    const next = await sync(fleet, store);
    expect(next.summary.outcome).toBe("done");
    expect(Array.from(asked(fleet).keys())).toEqual(["/accounts/account-1/plans/usage"]);
  });

  it("accounts that pay for themselves have nothing to read, which is no failure", async () => {
    const fleet = new SimulatedFleet({ accounts: 3 });
    fleet.answer = (path) =>
      path === "/accounts/account-0/plans"
        ? json(400, 2100, "This sub account is on self pay mode.")
        : undefined;
    const { summary } = await sync(fleet, memoryStore());
    expect(summary).toMatchObject({ outcome: "done", none: 1, failed: 0 });
  });

  it("a service that fails every call is given up, and what was read is kept", async () => {
    const fleet = new SimulatedFleet({ accounts: 100 });
    const store = memoryStore();
    fleet.answer = (path) =>
      fleet.answered.length > 100 && path.split("/").length > 3
        ? new Response("<h1>Bad Gateway</h1>", { status: 502 })
        : undefined;
    await expect(sync(fleet, store)).rejects.toThrow(/40 calls in a row had no answer/);
    const kept = store.database.get<{ n: number }>(
      "SELECT count(*) AS n FROM readings WHERE outcome = 'read'",
    );
    expect(kept?.n).toBeGreaterThan(80);
    fleet.answer = () => undefined;
    expect((await sync(fleet, store)).summary.outcome).toBe("done");
  });

  it("an account whose lists are used up for today waits for tomorrow, not the sync", async () => {
    const fleet = new SimulatedFleet({ accounts: 3 });
    const store = memoryStore();
    const quota = fleet.planner();
    const client = fleet.client({ quota });
    for (let list = 0; list < 6; list += 1) {
      await fleet.time.run(client.accountBillingInvoices({ accountId: "account-1" }));
      await pass(fleet, 301_000);
    }
    const { summary } = await sync(fleet, store, { quota });
    expect(summary).toMatchObject({ outcome: "partial", deferred: 1, failed: 0 });
    expect(summary.problems).toMatchObject([
      { account_id: "account-1", kind: "invoices", retry_at: "2026-11-23T00:00:00.000Z" },
    ]);
    expect(fleet.service.refused).toBe(0);
    const again = await sync(fleet, store, { quota });
    expect(again.summary.outcome).toBe("done");
    expect(JSON.stringify(again.events)).toContain('"quota":1');
  });
});
