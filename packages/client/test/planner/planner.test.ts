/** The planner alone, on virtual time: what it lets out, when, and what it says otherwise. */
import { describe, expect, it } from "vitest";
import {
  AbortError,
  createQuotaPlanner,
  QueueFullError,
  type QuotaCall,
  type QuotaPlanner,
  type QuotaPlannerOptions,
  RateLimitError,
  type Turn,
  type TurnOptions,
} from "../../src/index.js";
import { readRateLimit } from "../../src/rate-limit.js";
import { VirtualTime } from "../support/virtual-time.js";

/** Within a second, since at its very edge nobody knows which one it is. */
const NOON = Date.parse("2021-06-01T12:00:00.100Z");
const SECOND = NOON - 100;

class World {
  readonly time = new VirtualTime(NOON);
  readonly quota: QuotaPlanner;
  /** Tools in the order in which their turn came. */
  readonly order: string[] = [];
  /** How far the service's clock is ahead. */
  aheadMs = 0;

  constructor(options: QuotaPlannerOptions = {}) {
    this.quota = createQuotaPlanner({ clock: this.time, ...options });
    this.quota.showServiceTime(NOON);
  }

  /** An answer from now. */
  seen(headers: Record<string, string> = {}) {
    const rateLimit = readRateLimit(new Headers(headers), this.time.now());
    return { dateMs: this.dateMs, rateLimit };
  }

  get dateMs(): number {
    return Math.floor((this.time.now() + this.aheadMs) / 1_000) * 1_000;
  }

  turn(tool: string, options?: TurnOptions, input: QuotaCall["input"] = { accountId: "a" }) {
    return this.quota.turn({ tool, input }, options);
  }

  /** A call that is answered 10 ms after its turn. @returns service time of its turn */
  async call(
    tool: string,
    options?: TurnOptions,
    input?: QuotaCall["input"],
    name = tool,
  ): Promise<number> {
    const turn = await this.turn(tool, options, input);
    this.order.push(name);
    const atMs = this.time.now();
    await this.time.sleep(10);
    turn.answered(this.seen());
    return atMs;
  }

  run<T>(work: Promise<T>): Promise<T> {
    return this.time.run(work);
  }
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const patient = { maxWaitMs: Number.POSITIVE_INFINITY } as const;
const REFUSED = {
  "x-ratelimit-category": "Heavy",
  "x-ratelimit-type": "QPS",
  "x-ratelimit-limit": "40",
  "x-ratelimit-remaining": "0",
};

describe("gates", () => {
  it("let out as many calls in a second as the label allows, and the rest in the next ones", async () => {
    const world = new World();
    const calls = Array.from({ length: 100 }, (_, index) =>
      world.call("get_plan_usage", patient, { accountId: `a${index}` }),
    );
    const seconds = (await world.run(Promise.all(calls))).map((ms) => Math.floor(ms / 1_000));
    const first = Math.floor(NOON / 1_000);
    const count = (second: number) => seconds.filter((one) => one === second).length;
    expect([count(first), count(first + 1), count(first + 2)]).toEqual([40, 40, 20]);
  });

  it("count labels apart", async () => {
    const world = new World();
    const heavy = Array.from({ length: 80 }, () => world.call("get_plan_usage", patient));
    const light = world.call("account");
    expect(await world.run(light)).toBe(NOON);
    await world.run(Promise.all(heavy));
  });

  it("hold back an account's second list of invoices, and nobody else's", async () => {
    const world = new World();
    const list = (accountId: string) =>
      world.call("account_billing_invoices", patient, { accountId });
    const [first, second, other] = await world.run(Promise.all([list("a"), list("a"), list("b")]));
    expect([first, other]).toEqual([NOON, NOON]);
    expect((second ?? 0) - NOON).toBeGreaterThanOrEqual(300_000);
    expect((second ?? 0) - NOON).toBeLessThan(300_050);
  });

  it("are taken all or none: a call that one rule refuses uses up no other", async () => {
    const world = new World();
    await world.run(world.call("account_billing_invoices"));
    const refused = Array.from({ length: 50 }, () =>
      failureOf(world.turn("account_billing_invoices", { maxWaitMs: 0 })),
    );
    for (const error of await world.run(Promise.all(refused))) {
      expect(error).toBeInstanceOf(RateLimitError);
    }
    const heavy = world.quota.status().rules.find(({ rule }) => rule === "pace:Heavy");
    expect(heavy?.used).toBe(1);
  });

  it("share a day's pool between Heavy and Resource-intensive calls, `me` and the account's id", async () => {
    const world = new World({ accountId: "master" });
    await world.run(world.call("account_billing_invoices", {}, { accountId: "me" }));
    const again = world.turn("account_billing_invoices", {}, { accountId: "master" });
    expect(await world.run(failureOf(again))).toBeInstanceOf(RateLimitError);
    const pool = world.quota.status().rules.find(({ rule }) => rule.startsWith("day:Heavy"));
    expect(pool).toMatchObject({ rule: "day:Heavy+Resource-intensive", limit: 60_000, used: 1 });
  });

  it("follow the tier, and a header that names another tier's number", async () => {
    const world = new World({ tier: "free" });
    const turn = await world.run(world.turn("account_plans"));
    expect(world.quota.status().tier).toBe("free");
    turn.answered(
      world.seen({
        "x-ratelimit-category": "Medium",
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": "59",
      }),
    );
    expect(world.quota.status().tier).toBe("business");
    const calls = Array.from({ length: 59 }, () => world.call("account_plans"));
    for (const atMs of await world.run(Promise.all(calls))) expect(atMs).toBe(NOON);
  });

  it("know no rule for an operation without a label in the generation of 2021", async () => {
    const world = new World();
    const calls = Array.from({ length: 120 }, () => world.call("account_plan_create"));
    for (const atMs of await world.run(Promise.all(calls))) expect(atMs).toBe(NOON);
  });

  it("refuse options that cannot be", () => {
    expect(() => createQuotaPlanner({ maxQueued: 0 })).toThrow(TypeError);
    expect(() => createQuotaPlanner({ interactiveShare: 1 })).toThrow(TypeError);
    expect(() => createQuotaPlanner({ tier: "gold" as "free" })).toThrow(/gold/);
    expect(() => createQuotaPlanner({ specialLimits: { no_such_tool: [] } })).toThrow(/no_such/);
  });

  it("refuse a call of no operation", async () => {
    await expect(new World().turn("no_such_tool")).rejects.toThrow(/no_such_tool/);
  });
});

describe("a 429", () => {
  async function refused(world: World, headers: Record<string, string>, isDaily?: boolean) {
    const turn = await world.run(world.turn("get_plan_usage"));
    turn.refused(world.seen(headers), isDaily);
  }

  it("holds everybody of the label back at once, until the service said", async () => {
    const world = new World();
    const turns = await world.run(
      Promise.all(Array.from({ length: 10 }, () => world.turn("get_plan_usage"))),
    );
    const waiting = Array.from({ length: 60 }, () => world.call("get_plan_usage", patient));
    expect(world.quota.status().queued.interactive).toBe(30);
    const [first, ...others] = turns as [Turn, ...Turn[]];
    first.refused(world.seen({ ...REFUSED, "retry-after": "2021-06-01T12:00:03Z" }), false);
    for (const turn of others) turn.answered(world.seen());
    const late = world.call("get_plan_usage", patient);
    const atMs = await world.run(Promise.all([...waiting, late]));
    // Thirty had been let out before; not one of the others goes before the time named.
    expect(atMs.filter((ms) => ms === NOON)).toHaveLength(30);
    for (const ms of atMs.slice(30)) expect(ms).toBeGreaterThanOrEqual(SECOND + 3_000);
  });

  it("ends at once the calls that cannot wait so long, with the time to come back", async () => {
    const world = new World();
    const turn = await world.run(world.turn("get_plan_usage"));
    for (let index = 0; index < 39; index += 1) {
      (await world.run(world.turn("get_plan_usage"))).answered(world.seen());
    }
    const waiting = failureOf(world.turn("get_plan_usage"));
    const elsewhere = world.turn("account_plans");
    const headers = { ...REFUSED, "x-ratelimit-type": "Daily-limit", "x-ratelimit-limit": "60000" };
    turn.refused(world.seen({ ...headers, "retry-after": "2021-06-02T00:00:00Z" }), true);
    const error = (await waiting) as RateLimitError;
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ sent: false, rule: "day:Heavy+Resource-intensive" });
    expect(error.retryAt?.toISOString()).toBe("2021-06-02T00:00:00.000Z");
    expect(error.retryAfterMs).toBeGreaterThan(11 * 3_600_000);
    expect(error.rateLimit).toMatchObject({ type: "Daily-limit", limit: 60_000, remaining: 0 });
    expect(error.message).toContain("2021-06-02T00:00:00.000Z");
    expect(world.time.now()).toBe(NOON);
    await world.run(elsewhere);
  });

  it("closes the rule that its headers mean, not its neighbours", async () => {
    const world = new World();
    const turn = await world.run(world.turn("account_billing_invoices"));
    const headers = { ...REFUSED, "x-ratelimit-limit": "1", "retry-after": "2021-06-01T12:04:00Z" };
    turn.refused(world.seen(headers), false);
    const input = { accountId: "b" };
    expect(await world.run(world.call("account_billing_invoices", {}, input))).toBe(NOON);
    const again = await world.run(world.call("account_billing_invoices", patient));
    expect(again).toBeGreaterThanOrEqual(SECOND + 240_000);
    expect(again).toBeLessThan(NOON + 241_100);
  });

  it("without any header closes the label for a second, or for the day", async () => {
    const world = new World();
    await refused(world, {});
    const next = await world.run(world.call("get_plan_usage"));
    expect(next).toBeGreaterThanOrEqual(SECOND + 1_000);
    await refused(world, {}, true);
    const error = (await world.run(failureOf(world.turn("get_plan_usage")))) as RateLimitError;
    expect(error.retryAt?.toISOString()).toBe("2021-06-02T00:00:00.000Z");
  });

  it("of an operation without a label closes its lane", async () => {
    const world = new World();
    const turn = await world.run(world.turn("account_plan_create"));
    turn.refused(world.seen({ "retry-after": "2021-06-01T12:00:02Z" }), false);
    const next = await world.run(world.call("account_plan_create", patient));
    expect(next).toBeGreaterThanOrEqual(SECOND + 2_000);
  });

  it("is not counted, as the service does not count it", async () => {
    const world = new World();
    await refused(world, { ...REFUSED, "retry-after": "2021-06-01T12:00:01Z" });
    const pool = world.quota.status().rules.find(({ rule }) => rule.startsWith("day:Heavy"));
    expect(pool?.used).toBe(0);
  });

  it("does not believe an instant of another clock or another age", async () => {
    const world = new World();
    await refused(world, { ...REFUSED, "retry-after": "2020-01-01T00:00:00Z" });
    expect(await world.run(world.call("get_plan_usage"))).toBeGreaterThanOrEqual(SECOND + 1_000);
    await refused(world, { ...REFUSED, "retry-after": "2031-01-01T00:00:00Z" });
    expect(await world.run(world.call("get_plan_usage"))).toBeLessThan(NOON + 5_000);
  });
});

describe("headers of answers", () => {
  it("tell of calls that others have made today", async () => {
    const world = new World();
    const turn = await world.run(world.turn("get_plan_usage"));
    turn.answered(
      world.seen({
        "x-ratelimit-category": "Heavy",
        "x-ratelimit-limit": "60000",
        "x-ratelimit-remaining": "9",
      }),
    );
    const pool = world.quota.status().rules.find(({ rule }) => rule.startsWith("day:Heavy"));
    expect(pool?.used).toBe(59_991);
    const plan = world.quota.plan(
      Array.from({ length: 20 }, () => ({ tool: "get_plan_usage", input: { accountId: "a" } })),
    );
    expect(plan.days).toEqual([
      { date: "2021-06-01", calls: 9 },
      { date: "2021-06-02", calls: 11 },
    ]);
  });

  it("tell of calls that others have made in this second", async () => {
    const world = new World();
    const turn = await world.run(world.turn("account_plans"));
    await world.time.run(world.time.sleep(200));
    turn.answered(
      world.seen({
        "x-ratelimit-category": "Medium",
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": "2",
      }),
    );
    const calls = Array.from({ length: 5 }, () => world.call("account_plans"));
    const atMs = await world.run(Promise.all(calls));
    expect(atMs.filter((ms) => ms < SECOND + 1_000)).toHaveLength(2);
  });
});

describe("the queue", () => {
  it("lets interactive calls go first", async () => {
    const world = new World();
    const night = Array.from({ length: 200 }, () =>
      world.call("get_plan_usage", { ...patient, priority: "background" }),
    );
    const now = world.call("get_plan_usage", {}, undefined, "interactive");
    await world.run(Promise.all([...night, now]));
    expect(world.order.indexOf("interactive")).toBeLessThanOrEqual(40);
  });

  it("does not let background calls starve", async () => {
    const world = new World();
    const calls = Array.from({ length: 170 }, () => world.call("get_plan_usage", patient));
    const quiet = world.call(
      "get_plan_usage",
      { ...patient, priority: "background" },
      undefined,
      "background",
    );
    await world.run(Promise.all([...calls, quiet]));
    expect(world.order.indexOf("background")).toBeLessThan(80);
  });

  it("leaves a share of the day to interactive calls", async () => {
    const world = new World({ interactiveShare: 0.5, tier: "free" });
    const turn = await world.run(world.turn("get_plan_usage"));
    const headers = {
      "x-ratelimit-category": "Heavy",
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "400",
    };
    turn.answered(world.seen(headers));
    const quiet = world.turn("get_plan_usage", { priority: "background" });
    expect(await world.run(failureOf(quiet))).toBeInstanceOf(RateLimitError);
    await world.run(world.call("get_plan_usage"));
  });

  it("lets flows take turns, and keeps the order within one", async () => {
    const world = new World({ tier: "free" });
    const many = Array.from({ length: 6 }, (_, index) =>
      world.call("get_plan_usage", { ...patient, flow: "big" }, undefined, `big${index}`),
    );
    const few = Array.from({ length: 2 }, (_, index) =>
      world.call("get_plan_usage", { ...patient, flow: "small" }, undefined, `small${index}`),
    );
    await world.run(Promise.all([...many, ...few]));
    expect(world.order).toEqual([
      "big0",
      "big1",
      "small0",
      "big2",
      "small1",
      "big3",
      "big4",
      "big5",
    ]);
  });

  it("drops an aborted call at once, and those behind it move up", async () => {
    const world = new World({ tier: "free" });
    const going = await world.run(world.turn("get_plan_usage"));
    going.answered(world.seen());
    const controller = new AbortController();
    const aborted = failureOf(
      world.turn("get_plan_usage", { ...patient, signal: controller.signal }),
    );
    const behind = world.call("get_plan_usage", patient);
    controller.abort(new Error("enough"));
    const error = (await aborted) as AbortError;
    expect(error).toBeInstanceOf(AbortError);
    expect((error.cause as Error).message).toBe("enough");
    expect(world.quota.status().queued.interactive).toBe(1);
    expect(await world.run(behind)).toBeLessThan(NOON + 1_100);
  });

  it("does not take a call whose signal is aborted already", async () => {
    const world = new World();
    const signal = AbortSignal.abort();
    expect(await failureOf(world.turn("account", { signal }))).toBeInstanceOf(AbortError);
    expect(world.quota.status().inFlight).toBe(0);
  });

  it("is bounded, and says so", async () => {
    const world = new World({ maxQueued: 3, tier: "free" });
    const calls = Array.from({ length: 4 }, () => world.call("get_plan_usage", patient));
    const error = await failureOf(world.turn("get_plan_usage"));
    expect(error).toBeInstanceOf(QueueFullError);
    expect((error as QueueFullError).maxQueued).toBe(3);
    await world.run(Promise.all(calls));
  });

  it("refuses at once what would have to wait behind too many", async () => {
    const world = new World();
    const calls = Array.from({ length: 400 }, () => world.call("get_plan_usage", patient));
    const error = (await failureOf(world.turn("get_plan_usage"))) as RateLimitError;
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ sent: false, rule: "pace:Heavy" });
    expect(error.retryAt?.toISOString()).toBe("2021-06-01T12:00:10.000Z");
    const soon = world.call("get_plan_usage", { maxWaitMs: 10_500 });
    await world.run(Promise.all([...calls, soon]));
  });

  it("bounds the calls on their way", async () => {
    const world = new World({ maxInFlight: 5 });
    const calls = Array.from({ length: 12 }, () => world.call("account"));
    expect(world.quota.status()).toMatchObject({ inFlight: 5, queued: { interactive: 7 } });
    await world.run(Promise.all(calls));
  });

  it("ends all waits when it is closed", async () => {
    const world = new World({ tier: "free" });
    await world.run(world.turn("get_plan_usage"));
    const waiting = failureOf(world.turn("get_plan_usage"));
    await world.quota.close();
    expect(await waiting).toBeInstanceOf(AbortError);
    expect(await failureOf(world.turn("account"))).toBeInstanceOf(AbortError);
  });
});

describe("calls without an answer", () => {
  it("stay counted, but not for ever", async () => {
    const world = new World({ tier: "free" });
    const turn = await world.run(world.turn("get_plan_usage"));
    const next = world.call("get_plan_usage", patient);
    await world.run(world.time.sleep(30_000));
    turn.lost();
    const atMs = await world.run(next);
    expect(atMs).toBeGreaterThanOrEqual(SECOND + 1_000);
    expect(atMs).toBeLessThan(NOON + 4_100);
  });

  it("that were never sent use up nothing", async () => {
    const world = new World({ tier: "free" });
    (await world.run(world.turn("get_plan_usage"))).unsent();
    expect(await world.run(world.call("get_plan_usage"))).toBe(NOON);
  });
});

describe("a plan", () => {
  it("says when each call goes and what it waits for", () => {
    const world = new World();
    const plan = world.quota.plan([
      { tool: "account_billing_invoices", input: { accountId: "a" } },
      { tool: "account_billing_invoices", input: { accountId: "a" } },
      { tool: "account_billing_invoices", input: { accountId: "b" } },
    ]);
    const after = plan.steps.map(({ index, atMs }) => [index, atMs - plan.nowMs]);
    expect(after).toEqual([
      [0, 0],
      [2, 0],
      [1, 300_000],
    ]);
    expect(plan.steps[2]?.waitsFor).toBe("account_billing_invoices:300s:account:a");
    expect(plan.durationMs).toBe(300_000);
    expect(plan.rules.map(({ rule, calls }) => [rule, calls])).toEqual([
      ["pace:Heavy", 3],
      ["day:Heavy+Resource-intensive", 3],
    ]);
  });

  it("spreads six lists a day of one account over the days", () => {
    const world = new World();
    const list = { tool: "account_billing_invoices", input: { accountId: "a" } };
    const plan = world.quota.plan(Array.from({ length: 14 }, () => list));
    expect(plan.days).toEqual([
      { date: "2021-06-01", calls: 6 },
      { date: "2021-06-02", calls: 6 },
      { date: "2021-06-03", calls: 2 },
    ]);
  });

  it("puts interactive calls first, and those that wait already before all", async () => {
    const world = new World({ tier: "free" });
    const waiting = Array.from({ length: 4 }, () => world.call("get_plan_usage", patient));
    const plan = world.quota.plan([
      { tool: "get_plan_usage", input: { accountId: "a" }, priority: "background" },
      { tool: "get_plan_usage", input: { accountId: "a" } },
    ]);
    const seconds = plan.steps.map(({ index, atMs }) => [
      index,
      Math.floor((atMs - SECOND) / 1_000),
    ]);
    expect(seconds).toEqual([
      [1, 4],
      [0, 5],
    ]);
    await world.run(Promise.all(waiting));
  });

  it("of nothing is over at once", () => {
    const { calls, durationMs, steps } = new World().quota.plan([]);
    expect({ calls, durationMs, steps }).toEqual({ calls: 0, durationMs: 0, steps: [] });
  });

  it("changes nothing and takes little time for 100,000 calls", () => {
    const world = new World();
    const calls = Array.from({ length: 100_000 }, (_, index) => ({
      tool: index % 2 === 0 ? "get_plan_usage" : "account_billing_invoices",
      input: { accountId: `a${index}` },
      priority: "background" as const,
    }));
    const startedMs = performance.now();
    const plan = world.quota.plan(calls);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(plan.days.map(({ calls: count }) => count)).toEqual([59_400, 40_600]);
    expect(world.quota.status().rules.every(({ used }) => used === 0)).toBe(true);
  });
});

describe("a clock that is moved", () => {
  it("reopens what its day or interval had closed, as soon as an answer shows it", async () => {
    const world = new World();
    await world.run(world.call("account_billing_invoices"));
    const closed = await world.run(failureOf(world.turn("account_billing_invoices")));
    expect(closed).toBeInstanceOf(RateLimitError);
    const turn = await world.run(world.turn("account"));
    turn.answered({ dateMs: NOON + 400_000, rateLimit: undefined });
    await world.run(world.turn("account_billing_invoices"));
  });

  async function movedWorld() {
    const world = new World();
    world.aheadMs = 86_400_000;
    world.quota.showServiceTime(NOON + world.aheadMs);
    const options = { askTime: async () => world.dateMs };
    await world.run(world.call("account_billing_invoices", options));
    return { world, options };
  }

  it("is asked for its time before a call is refused", async () => {
    const { world, options } = await movedWorld();
    await world.run(world.time.sleep(2_000));
    world.aheadMs += 400_000;
    await world.run(world.call("account_billing_invoices", options));
    await world.run(world.time.sleep(2_000));
    const still = failureOf(world.turn("account_billing_invoices", options));
    expect(await world.run(still)).toBeInstanceOf(RateLimitError);
  });

  it("is asked for its time while calls wait", async () => {
    const { world, options } = await movedWorld();
    const waiting = world.call("account_billing_invoices", { ...patient, ...options });
    world.aheadMs += 400_000;
    expect((await world.run(waiting)) - NOON).toBeLessThan(6_000);
  });

  it("is not asked where it shows the time of day", async () => {
    const world = new World();
    let asked = 0;
    const askTime = async () => {
      asked += 1;
      return world.dateMs;
    };
    await world.run(world.call("account_billing_invoices", { askTime }));
    await world.run(world.time.sleep(2_000));
    const refused = failureOf(world.turn("account_billing_invoices", { askTime }));
    expect(await world.run(refused)).toBeInstanceOf(RateLimitError);
    expect(asked).toBe(0);
  });
});
