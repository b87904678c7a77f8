import { describe, expect, it } from "vitest";
import {
  addon,
  booksWith,
  brief,
  changeAddon,
  changeBase,
  freeAccount,
  plan,
  subscribe,
  total,
  World,
} from "./world.js";

describe("Another plan type, upward: at once", () => {
  it("Given Pro monthly from 1 March, when it becomes yearly on 11 March, then the unused 21 of 31 days come back and the year starts today", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    const lines = world.on("2026-03-11", changeBase("yearly", 2));
    expect(brief(lines)).toEqual([
      {
        planType: "monthly",
        startDate: "2026-03-11",
        endDate: "2026-04-01",
        amountMinor: -2031, // 29.98 - 9.67
        reason: "unused",
      },
      {
        planType: "yearly",
        startDate: "2026-03-11",
        endDate: "2027-03-11",
        amountMinor: 29_980,
        reason: "recurring",
      },
    ]);
    expect(world.item("yearly")).toMatchObject({ number: 2, anchor: "2026-03-11" });
    expect(world.state.items).toHaveLength(1);
  });

  it("Given hosts that were added later, when the plan changes, then each comes back as it was charged", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 11));
    const [added] = world.on("2026-03-08", changeBase("business_monthly", 13));
    expect(added?.amountMinor).toBe(3095); // 39.98 - 9.03
    const [unused] = world.on("2026-03-20", changeBase("business_yearly", 13));
    // 11 hosts: 219.89 - 134.77 = 85.12; the 2 of 8 March: 39.98 - 24.50 = 15.48
    expect(unused).toMatchObject({ amountMinor: -(8512 + 1548), quantity: 13, reason: "unused" });
    expect(unused?.derivation.hostBlocks).toEqual([11, 2]);
  });

  it("Given everything that was charged for a period, when the plan changes on its first day, then all of it comes back", () => {
    const world = new World();
    const bought = world.on("2026-03-01", subscribe("business_monthly", 11));
    const added = world.on("2026-03-01", changeBase("business_monthly", 13));
    const [unused] = world.on("2026-03-01", changeBase("business_yearly", 13));
    expect(unused?.amountMinor).toBe(-total([...bought, ...added]));
  });

  it("Given Pro, when it becomes Business with more hosts, then the higher charge makes it upward", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 9));
    const lines = world.on("2026-03-16", changeBase("business_monthly", 10));
    expect(lines.map((line) => [line.planType, line.reason])).toEqual([
      ["monthly", "unused"],
      ["business_monthly", "recurring"],
    ]);
  });

  it("Given the licences in use, when the type changes, then they are in use of the new type", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 9));
    world.use("2026-03-02", { hosts: { monthly: 7 } });
    world.on("2026-03-16", changeBase("yearly", 9));
    expect(world.state.usage.hosts).toEqual({ yearly: 7 });
  });
});

describe("Another plan type, downward: at the end of the period", () => {
  it("Given a yearly plan of 31 January, when it becomes monthly, then it waits a year and keeps the 31st", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("yearly", 2));
    expect(world.on("2026-06-01", changeBase("monthly", 2))).toEqual([]);
    expect(world.last?.effectiveDate).toBe("2027-01-31");
    expect(brief(world.due("2027-02-28"))).toEqual([
      {
        planType: "monthly",
        startDate: "2027-01-31",
        endDate: "2027-02-28",
        amountMinor: 2998,
        reason: "recurring",
      },
      {
        planType: "monthly",
        startDate: "2027-02-28",
        endDate: "2027-03-31",
        amountMinor: 2998,
        reason: "recurring",
      },
    ]);
    expect(world.item("monthly")).toMatchObject({ number: 2, startDate: "2027-01-31" });
  });

  it("Given a change on 28 February of a plan of the 31st, then March still starts on the 31st", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("business_monthly", 10));
    world.on("2026-02-10", changeBase("monthly", 9));
    expect(world.due("2026-04-30").map((line) => [line.planType, line.startDate])).toEqual([
      ["monthly", "2026-02-28"],
      ["monthly", "2026-03-31"],
      ["monthly", "2026-04-30"],
    ]);
  });

  it("Given the same interval and the very same charge, then it is downward", () => {
    const world = new World(freeAccount(), booksWith({ monthly: 2199 }, "2020-01-01"));
    world.on("2026-03-01", subscribe("zm_one_ent_std_monthly", 9));
    expect(world.item("zm_one_ent_std_monthly").unitPriceMinor).toBe(2199);
    expect(world.on("2026-03-02", changeBase("monthly", 9))).toEqual([]);
  });

  it("Given a shorter interval, then it is downward whatever the price", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("yearly", 1));
    expect(world.on("2026-02-01", changeBase("business_monthly", 49))).toEqual([]);
    expect(world.item("yearly").pending).toMatchObject({ planType: "business_monthly", hosts: 49 });
  });

  it("Given the same interval and no higher a charge, then it is downward", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 10));
    expect(world.on("2026-03-02", changeBase("monthly", 9))).toEqual([]);
    expect(total(world.due("2026-04-01"))).toBe(9 * 1499);
  });

  it("Given a pending change of type, when the present type is asked for again, then it is withdrawn", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 10));
    world.on("2026-03-02", changeBase("monthly", 9));
    world.on("2026-03-03", changeBase("business_monthly", 10));
    expect(world.due("2026-04-01")[0]?.planType).toBe("business_monthly");
  });
});

describe("Across classes and within families", () => {
  it.each([
    ["monthly", 2, "edu20", 20],
    ["monthly", 2, "vsdk_monthly_prepay_usage", 1],
    ["monthly", 2, "webinar500_monthly", 1],
    ["monthly", 2, "trial", 1],
    ["monthly", 2, "no_such_plan", 1],
    ["monthly", 2, "monthly25", 2],
  ])(
    "Given %s with %d hosts, when it should become %s, then the types do not match",
    (type, hosts, to, toHosts) => {
      const world = new World();
      world.on("2026-03-01", subscribe(type, hosts));
      expect(world.refusal("2026-03-02", changeBase(to, toHosts))).toEqual({
        ok: false,
        error: "planTypesDoNotMatch",
        params: { oldPlanType: type, newPlanType: to },
      });
    },
  );

  it("Given a family that holds one, when its type changes, then that item changes", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [plan("cmr_monthly_commitment_40")]));
    const lines = world.on("2026-03-11", changeAddon("cmr_monthly_commitment_100", 1));
    expect(lines.map((line) => [line.planType, line.amountMinor])).toEqual([
      ["cmr_monthly_commitment_40", -2710],
      ["cmr_monthly_commitment_100", 10_000],
    ]);
    // Its new period starts today; the base keeps its own.
    expect(world.item("cmr_monthly_commitment_100").periodEnd).toBe("2026-04-11");
    expect(world.item("monthly").periodEnd).toBe("2026-04-01");
  });

  it("Given a family that holds several, when a type that is not held is asked for, then nothing tells which item is meant", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 4, [plan("webinar500_monthly", 1)]));
    expect(world.refusal("2026-03-02", changeAddon("webinar1000_monthly", 1))).toMatchObject({
      error: "planTypesDoNotMatch",
      params: { oldPlanType: "webinar500_monthly", newPlanType: "webinar1000_monthly" },
    });
    expect(world.refusal("2026-03-02", changeAddon("large500_monthly", 1))).toMatchObject({
      error: "noSubscription",
      params: { oldPlanCode: "large500_monthly" },
    });
  });

  it("Given an upgraded base, then add-ons keep their own anchors and only later ones join the new", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 4, [plan("webinar500_monthly", 1)]));
    world.on("2026-03-11", changeBase("business_monthly", 10));
    world.on("2026-03-21", addon(plan("large500_monthly", 1)));
    expect(world.item("webinar500_monthly").periodEnd).toBe("2026-04-01");
    expect(world.item("large500_monthly").periodEnd).toBe("2026-04-11");
  });
});
