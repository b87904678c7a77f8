import { describe, expect, it } from "vitest";
import {
  addon,
  brief,
  cancelAddon,
  cancelBase,
  changeAddon,
  changeBase,
  plan,
  subscribe,
  total,
  World,
} from "./world.js";

describe("Cancel: no refund, service to the end of the paid period", () => {
  it("Given a plan cancelled on 11 March, then it runs to 31 March and is expired on 1 April", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    expect(world.on("2026-03-11", cancelBase)).toEqual([]);
    expect(world.item("monthly").status).toBe("cancel");
    expect(world.last?.warnings).toEqual(["monthly runs until 31 March 2026, without refund."]);
    expect(world.due("2026-03-31")).toEqual([]);
    expect(world.item("monthly").status).toBe("cancel");
    expect(world.due("2026-04-01")).toEqual([]);
    expect(world.item("monthly")).toMatchObject({ status: "expired", endDate: "2026-04-01" });
    expect(world.last?.nextDueDate).toBeNull();
  });

  it("Given active add-ons, when the base is cancelled, then the add-ons must go first", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [plan("webinar500_monthly", 1)]));
    expect(world.refusal("2026-03-11", cancelBase).error).toBe("cancelAddonsFirst");
    world.on("2026-03-11", cancelAddon("webinar500_monthly"));
    world.on("2026-03-11", cancelBase);
  });

  it("Given a cancelled plan, when it is cancelled again, then nothing changes", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.on("2026-03-11", cancelBase);
    const before = world.item("monthly");
    world.on("2026-03-12", { ...cancelBase, kind: "cancelBase", reason: 1, comment: "again" });
    expect(world.item("monthly")).toEqual(before);
    expect(world.last?.audit).toEqual([]);
  });

  it("Given a cancelled plan, when its hosts should change, then there is no subscription to change", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [plan("webinar500_monthly", 1)]));
    world.on("2026-03-11", cancelAddon("webinar500_monthly"));
    world.on("2026-03-11", cancelBase);
    expect(world.refusal("2026-03-12", changeBase("monthly", 3)).error).toBe("noSubscription");
    expect(world.refusal("2026-03-12", changeAddon("webinar500_monthly", 2)).error).toBe(
      "noSubscription",
    );
  });

  it("Given a pending reduction, when the plan is cancelled, then only the cancellation remains", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.on("2026-03-02", changeBase("business_monthly", 10));
    world.on("2026-03-03", cancelBase);
    expect(world.item("business_monthly").pending).toBeNull();
  });

  it("Given the whole phone plan, when `plan_phone` is cancelled, then all of its parts are", () => {
    const world = new World();
    const phone = [
      plan("phone_monthly_prepay_usage"),
      plan("phone_calling_usca_monthly_metered", 2),
    ];
    world.on("2026-03-01", subscribe("monthly", 2, phone));
    world.on("2026-03-02", cancelAddon("plan_phone"));
    expect(world.state.items.map((item) => item.status)).toEqual(["active", "cancel", "cancel"]);
    expect(world.refusal("2026-03-02", cancelAddon("webinar500_monthly"))).toMatchObject({
      error: "noSubscription",
      params: { planCode: "webinar500_monthly" },
    });
    expect(world.refusal("2026-03-02", cancelAddon(null)).error).toBe("planTypeRequired");
    world.due("2026-04-01");
    expect(world.refusal("2026-04-02", cancelAddon("phone_type")).error).toBe(
      "noPhoneSubscription",
    );
  });
});

describe("Uncancel: subscribing to the same type again before the end", () => {
  it("Given a cancelled base, when POST plans asks for the same, then it renews and nothing is charged twice", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.on("2026-03-11", cancelBase);
    expect(world.on("2026-03-20", subscribe("monthly", 2))).toEqual([]);
    expect(world.item("monthly")).toMatchObject({
      number: 1,
      status: "active",
      cancellation: null,
    });
    expect(total(world.due("2026-04-01"))).toBe(2998);
  });

  it("Given a cancelled base, when more hosts are asked for, then only the added ones are charged", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.on("2026-03-11", cancelBase);
    expect(brief(world.on("2026-03-11", subscribe("monthly", 3)))).toEqual([
      {
        planType: "monthly",
        startDate: "2026-03-11",
        endDate: "2026-04-01",
        amountMinor: 1015,
        reason: "added_hosts:3-3",
      },
    ]);
  });

  it("Given a cancelled base, when fewer hosts are asked for, then the reduction is pending", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 3));
    world.on("2026-03-11", cancelBase);
    expect(world.on("2026-03-11", subscribe("monthly", 2))).toEqual([]);
    expect(world.item("monthly")).toMatchObject({ hosts: 3, pending: { hosts: 2 } });
    world.use("2026-03-12", { hosts: { monthly: 3 } });
    world.on("2026-03-12", cancelBase);
    expect(world.refusal("2026-03-13", subscribe("monthly", 2))).toMatchObject({
      error: "buyHostsTooFew",
      params: { minBuyHost: 3 },
    });
  });

  it("Given a cancelled base, when another type is asked for, then the account is not free", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.on("2026-03-11", cancelBase);
    expect(world.refusal("2026-03-12", subscribe("yearly", 2)).error).toBe("notFreePlan");
  });

  it("Given a cancelled add-on, when POST addons asks for it, then it renews with the base", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [plan("webinar500_monthly", 1)]));
    world.on("2026-03-11", cancelAddon("webinar500_monthly"));
    expect(world.on("2026-03-20", addon(plan("webinar500_monthly", 1)))).toEqual([]);
    expect(world.due("2026-04-01")).toHaveLength(2);
    expect(world.refusal("2026-04-02", addon(plan("webinar500_monthly", 1)))).toMatchObject({
      error: "alreadyHasAddon",
      params: { planCode: "webinar500_monthly" },
    });
  });

  it("Given a cancelled base and add-on, when POST plans asks for both, then both renew", () => {
    const world = new World();
    const both = subscribe("monthly", 2, [plan("webinar500_monthly", 1)]);
    world.on("2026-03-01", both);
    world.on("2026-03-11", cancelAddon("webinar500_monthly"));
    world.on("2026-03-11", cancelBase);
    expect(world.on("2026-03-12", both)).toEqual([]);
    expect(world.due("2026-04-01")).toHaveLength(2);
  });
});

describe("Expired items", () => {
  it("stay in sight until their type is subscribed to again, under a new number", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [plan("webinar500_monthly", 1)]));
    world.on("2026-03-11", cancelAddon("webinar500_monthly"));
    world.due("2026-04-01");
    expect(world.item("webinar500_monthly").status).toBe("expired");
    world.on("2026-05-10", addon(plan("webinar1000_monthly", 1)));
    expect(world.item("webinar500_monthly").status).toBe("expired");
    world.on("2026-05-10", addon(plan("webinar500_monthly", 1)));
    const held = world.state.items.filter((item) => item.planType === "webinar500_monthly");
    expect(held).toMatchObject([{ number: 4, status: "active" }]);
    expect(world.last?.changedItems.map(({ number, status }) => [number, status])).toEqual([
      [2, "replaced"],
      [4, "active"],
    ]);
  });

  it("in a family that holds one, give way to whatever takes their place", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.on("2026-03-11", cancelBase);
    world.on("2026-06-01", subscribe("yearly", 2));
    expect(world.state.items.map((item) => item.planType)).toEqual(["yearly"]);
  });
});
