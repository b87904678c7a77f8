import { describe, expect, it } from "vitest";
import { addon, brief, cancelBase, changeBase, plan, subscribe, World } from "./world.js";

describe("Trial: free, 30 days, once", () => {
  it("Given a trial of 1 March, then it costs nothing and is over on 31 March", () => {
    const world = new World();
    expect(world.on("2026-03-01", subscribe("trial", 25))).toEqual([]);
    expect(world.item("trial")).toMatchObject({ isTrial: true, periodEnd: "2026-03-31" });
    expect(world.state.account).toMatchObject({ trialUsedOn: "2026-03-01", everPaid: false });
    expect(world.last?.nextDueDate).toBe("2026-03-31");
    expect(world.due("2026-03-31")).toEqual([]);
    expect(world.item("trial")).toMatchObject({ status: "expired", endDate: "2026-03-31" });
    expect(world.last?.nextDueDate).toBeNull();
  });

  it("Given a trial under way, when a paid plan is bought, then it converts at once", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("trial", 25));
    world.use("2026-03-02", { hosts: { trial: 2 } });
    expect(brief(world.on("2026-03-11", subscribe("monthly", 2)))).toEqual([
      {
        planType: "monthly",
        startDate: "2026-03-11",
        endDate: "2026-04-11",
        amountMinor: 2998,
        reason: "recurring",
      },
    ]);
    expect(world.state.items.map((item) => item.planType)).toEqual(["monthly"]);
    expect(world.state.usage.hosts).toEqual({ monthly: 2 });
    expect(world.state.account.everPaid).toBe(true);
  });

  it("Given that there was a trial, then there is no second: neither during it nor after", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("trial", 25));
    expect(world.refusal("2026-03-02", subscribe("trial", 25)).error).toBe("trialAlreadyUsed");
    expect(world.refusal("2026-06-02", subscribe("trial", 25)).error).toBe("trialAlreadyUsed");
    world.on("2026-06-02", subscribe("monthly", 2));
    world.on("2026-06-03", cancelBase);
    expect(world.refusal("2026-08-01", subscribe("trial", 25)).error).toBe("trialAlreadyUsed");
  });

  it("a trial is not a paid plan: it takes no add-ons and no changes", () => {
    const world = new World();
    const withAddon = subscribe("trial", 25, [plan("webinar500_monthly", 1)]);
    expect(world.refusal("2026-03-01", withAddon).error).toBe("cannotBuyPlan");
    world.on("2026-03-01", subscribe("trial", 25));
    expect(world.refusal("2026-03-02", addon(plan("webinar500_monthly", 1))).error).toBe(
      "freePlan",
    );
    expect(world.refusal("2026-03-02", changeBase("trial", 30)).error).toBe("vipOrTrial");
    expect(world.refusal("2026-03-02", cancelBase).error).toBe("vipOrTrial");
  });

  it("an add-on on trial ends after 30 days by itself, whatever the base does", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [plan("phone_free_trial")]));
    world.due("2026-03-31");
    expect(world.item("phone_free_trial").status).toBe("expired");
    expect(world.item("monthly").status).toBe("active");
  });
});
