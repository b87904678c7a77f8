import { describe, expect, it } from "vitest";
import { decide } from "../src/decide.js";
import { decideDue } from "../src/due.js";
import {
  addon,
  BOOKS,
  booksWith,
  brief,
  cancelAddon,
  cancelBase,
  changeBase,
  freeAccount,
  plan,
  subscribe,
  total,
  World,
} from "./world.js";

describe("Renewal on next_invoice_date", () => {
  it("Given a base of 31 January, then its periods start on 28 February, 31 March and 30 April", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("monthly", 1));
    expect(world.due("2026-04-30").map((line) => [line.startDate, line.endDate])).toEqual([
      ["2026-02-28", "2026-03-31"],
      ["2026-03-31", "2026-04-30"],
      ["2026-04-30", "2026-05-31"],
    ]);
  });

  it("Given a price that rises on 15 March, then March keeps the old one and April has the new", () => {
    const world = new World(freeAccount(), booksWith({ monthly: 1699 }, "2026-03-15"));
    world.on("2026-03-01", subscribe("monthly", 2));
    const added = world.on("2026-03-20", changeBase("monthly", 3));
    expect(added[0]?.unitPriceMinor).toBe(1499);
    expect(total(world.due("2026-04-01"))).toBe(3 * 1699);
  });

  it("Given that it was decided, when it is decided again, then nothing changes", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("monthly", 1, [plan("webinar500_yearly", 1)]));
    world.due("2026-06-15");
    const again = decideDue(world.state, "2026-06-15", BOOKS);
    expect(again).toMatchObject({ lines: [], changedItems: [], audit: [] });
    expect(again.state).toEqual(world.state);
  });

  it("Given three missed periods of several items, when they are billed at once, then in the order of their dates", () => {
    const world = new World();
    world.on("2026-01-10", subscribe("monthly", 2));
    world.on("2026-01-20", addon(plan("webinar500_monthly", 1), plan("large500_yearly", 1)));
    expect(brief(world.due("2026-04-10")).map((line) => [line.startDate, line.planType])).toEqual([
      ["2026-02-10", "monthly"],
      ["2026-02-10", "webinar500_monthly"],
      ["2026-03-10", "monthly"],
      ["2026-03-10", "webinar500_monthly"],
      ["2026-04-10", "monthly"],
      ["2026-04-10", "webinar500_monthly"],
    ]);
  });

  it("a command on a state with something due is a defect of the caller", () => {
    const world = new World();
    world.on("2026-01-10", subscribe("monthly", 2));
    expect(() => decide(world.state, cancelBase, "2026-02-10", BOOKS)).toThrow("decideDue");
  });
});

describe("Expiry", () => {
  it("Given auto-renew off, then every item runs out at its own end", () => {
    const world = new World();
    world.on("2026-01-10", subscribe("yearly", 4, [plan("webinar500_monthly", 1)]));
    world.on("2026-01-11", { kind: "setOptions", autoRenew: false });
    expect(world.due("2027-06-01")).toEqual([]);
    expect(world.state.items.map((item) => [item.planType, item.status, item.endDate])).toEqual([
      ["yearly", "expired", "2027-01-10"],
      ["webinar500_monthly", "expired", "2026-02-10"],
    ]);
    expect(world.state.usageChargedThrough).toBeNull();
  });

  it("Given a yearly add-on, when its monthly base runs out, then it goes with the base, and the preview has warned", () => {
    const world = new World();
    world.on("2026-01-10", subscribe("monthly", 4, [plan("webinar500_yearly", 1)]));
    world.on("2026-01-11", { kind: "setOptions", autoRenew: false });
    expect(world.last?.warnings).toEqual([
      "webinar500_yearly ends with the base plan on 9 February 2026, without refund of the days it has paid beyond that.",
    ]);
    world.due("2026-02-10");
    expect(world.item("webinar500_yearly")).toMatchObject({
      status: "expired",
      endDate: "2026-02-10",
    });
  });

  it("Given a cancelled base, when an add-on is bought, then it is warned that it ends with the base", () => {
    const world = new World();
    world.on("2026-01-10", subscribe("monthly", 4));
    world.on("2026-01-11", cancelBase);
    const [line] = world.on("2026-01-20", addon(plan("webinar500_monthly", 1)));
    expect(line?.endDate).toBe("2026-02-10");
    expect(world.last?.warnings).toEqual([
      "webinar500_monthly ends with the base plan on 9 February 2026.",
    ]);
    expect(world.due("2026-02-10")).toEqual([]);
    expect(world.item("webinar500_monthly").status).toBe("expired");
  });

  it("Given licences in use, when their plan expires, then they are gone from usage", () => {
    const world = new World();
    world.on("2026-01-10", subscribe("monthly", 4, [plan("webinar500_monthly", 1)]));
    world.use("2026-01-11", { hosts: { monthly: 3, webinar500_monthly: 1 } });
    world.on("2026-01-12", cancelAddon("webinar500_monthly"));
    world.due("2026-02-10");
    expect(world.state.usage.hosts).toEqual({ monthly: 3 });
  });
});

describe("Pending changes meet their date", () => {
  it("Given a pending reduction and a price rise on the same day, then fewer hosts renew at the new price", () => {
    const world = new World(freeAccount(), booksWith({ business_monthly: 2500 }, "2026-04-01"));
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.on("2026-03-11", changeBase("business_monthly", 10));
    expect(total(world.due("2026-04-01"))).toBe(10 * 2500);
  });

  it("Given several months missed with a change pending in the first, then it takes effect in time", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.on("2026-03-11", changeBase("monthly", 5));
    expect(brief(world.due("2026-05-01")).map((line) => [line.planType, line.amountMinor])).toEqual(
      [
        ["monthly", 7495],
        ["monthly", 7495],
      ],
    );
    expect(world.state.account.nextItemNumber).toBe(3);
  });
});
