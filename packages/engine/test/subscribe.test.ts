import { describe, expect, it } from "vitest";
import {
  addon,
  booksWith,
  brief,
  changeBase,
  freeAccount,
  plan,
  subscribe,
  total,
  World,
} from "./world.js";

describe("Subscribe: all items start today, on one invoice", () => {
  it("Given a free account, when 2 Pro hosts and 1 webinar of the same interval are bought on 11 March, then both run to 11 April", () => {
    const world = new World();
    const lines = world.on("2026-03-11", subscribe("monthly", 2, [plan("webinar500_monthly", 1)]));
    expect(brief(lines)).toEqual([
      {
        planType: "monthly",
        startDate: "2026-03-11",
        endDate: "2026-04-11",
        amountMinor: 2998,
        reason: "recurring",
      },
      {
        planType: "webinar500_monthly",
        startDate: "2026-03-11",
        endDate: "2026-04-11",
        amountMinor: world.item("webinar500_monthly").unitPriceMinor,
        reason: "recurring",
      },
    ]);
    expect(world.state.account.everPaid).toBe(true);
    expect(world.last?.nextDueDate).toBe("2026-04-11");
  });

  it("Given a monthly base, when a yearly add-on is bought with it, then each has its own interval from the same day", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("monthly", 2, [plan("large500_yearly", 1)]));
    expect(world.item("monthly").periodEnd).toBe("2026-02-28");
    expect(world.item("large500_yearly").periodEnd).toBe("2027-01-31");
  });

  it("the tax of each line is rounded by itself", () => {
    const world = new World(freeAccount({ taxRatePpm: 77_000 }));
    const [line] = world.on("2026-03-11", subscribe("monthly", 1));
    expect(line?.taxMinor).toBe(115); // 14.99 x 7.7 % = 1.154
  });
});

describe("Add-ons join the base's periods, or keep their own", () => {
  it("Given a base from 11 March to 11 April, when an add-on of its interval starts on 21 March, then it pays 21 of 31 days and then renews with the base", () => {
    const world = new World(freeAccount(), booksWith({ webinar500_monthly: 7900 }, "2020-01-01"));
    world.on("2026-03-11", subscribe("monthly", 2));
    const lines = world.on("2026-03-21", addon(plan("webinar500_monthly", 1)));
    expect(brief(lines)).toEqual([
      {
        planType: "webinar500_monthly",
        startDate: "2026-03-21",
        endDate: "2026-04-11",
        amountMinor: 5352, // 79.00 - 25.48
        reason: "recurring",
      },
    ]);
    expect(world.due("2026-04-11").map((line) => line.planType)).toEqual([
      "monthly",
      "webinar500_monthly",
    ]);
  });

  it("Given a base anchored on the 31st, when an add-on joins in February, then it keeps the 31st", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("monthly", 2));
    world.on("2026-02-10", addon(plan("webinar500_monthly", 1)));
    expect(world.item("webinar500_monthly").periodStart).toBe("2026-01-31");
    expect(world.item("webinar500_monthly").periodEnd).toBe("2026-02-28");
    world.due("2026-02-28");
    expect(world.item("webinar500_monthly").periodEnd).toBe("2026-03-31");
    world.due("2026-03-31");
    expect(world.item("webinar500_monthly").periodEnd).toBe("2026-04-30");
  });

  it("Given a monthly base, when a yearly add-on is bought later, then its year starts that day", () => {
    const world = new World();
    world.on("2026-03-11", subscribe("monthly", 2));
    const [line] = world.on("2026-03-21", addon(plan("webinar500_yearly", 1)));
    expect([line?.startDate, line?.endDate]).toEqual(["2026-03-21", "2027-03-21"]);
    expect(line?.derivation.rule).toBe("full_period");
  });
});

describe("More hosts at once, fewer from the next period", () => {
  it("Given 10 hosts of 19.99 from 1 March, when 2 are added on 11 March, then their 21 of 31 days cost 27.08", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 10));
    const lines = world.on("2026-03-11", changeBase("business_monthly", 12));
    expect(brief(lines)).toEqual([
      {
        planType: "business_monthly",
        startDate: "2026-03-11",
        endDate: "2026-04-01",
        amountMinor: 2708, // 39.98 - 12.90
        reason: "added_hosts:11-12",
      },
    ]);
    expect(total(world.due("2026-04-01"))).toBe(12 * 1999);
  });

  it("Given 12 hosts, when reduced to 10, then nothing is charged or returned and 10 renew", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    expect(world.on("2026-03-11", changeBase("business_monthly", 10))).toEqual([]);
    expect(world.last?.effectiveDate).toBe("2026-04-01");
    expect(world.item("business_monthly").hosts).toBe(12);
    expect(world.item("business_monthly").pending?.hosts).toBe(10);
    expect(total(world.due("2026-04-01"))).toBe(10 * 1999);
    expect(world.item("business_monthly").pending).toBeNull();
  });

  it("Given a pending reduction, when hosts are added before it happens, then the increase replaces it", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.on("2026-03-11", changeBase("business_monthly", 10));
    const lines = world.on("2026-03-16", changeBase("business_monthly", 13));
    expect(lines.map((line) => line.reason)).toEqual(["added_hosts:13-13"]);
    expect(total(world.due("2026-04-01"))).toBe(13 * 1999);
  });

  it("Given a pending reduction, when the present number is asked for, then it is withdrawn", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.on("2026-03-11", changeBase("business_monthly", 10));
    expect(world.on("2026-03-12", changeBase("business_monthly", 12))).toEqual([]);
    expect(total(world.due("2026-04-01"))).toBe(12 * 1999);
  });

  it("Given 11 licences in use, when reduced to 10, then it is refused with their number", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.use("2026-03-02", { hosts: { business_monthly: 11 } });
    expect(world.refusal("2026-03-03", changeBase("business_monthly", 10))).toMatchObject({
      error: "paidUsers",
      params: { 0: 11 },
    });
    world.on("2026-03-03", changeBase("business_monthly", 11));
  });
});
