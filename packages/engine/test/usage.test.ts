import { describe, expect, it } from "vitest";
import { decide } from "../src/decide.js";
import { decideDue } from "../src/due.js";
import {
  addon,
  BOOKS,
  brief,
  cancelAddon,
  cancelBase,
  changeAddon,
  changeBase,
  plan,
  subscribe,
  World,
} from "./world.js";

const usage = (world: World, date: string) =>
  world.due(date).filter((line) => line.chargeType === "Usage");

describe("Recording storage: in arrears, per started GB and month", () => {
  it("Given 2 hosts and 5.2 GB used, then 3 started GB above the free 3 are charged for the month that ended", () => {
    const world = new World();
    world.on("2026-03-11", subscribe("monthly", 2));
    world.use("2026-03-20", { recordingGb: 5.2 });
    expect(world.last?.nextDueDate).toBe("2026-04-11");
    const [line] = usage(world, "2026-04-11");
    expect(line).toMatchObject({
      chargeType: "Usage",
      reason: "usage:recording",
      quantity: 3,
      unitPriceMinor: 150,
      amountMinor: 450,
      startDate: "2026-03-11",
      endDate: "2026-04-11",
    });
    expect(line?.derivation.inputs).toEqual({ used_gb: 5.2, free_gb: 3, plan_gb: 0 });
  });

  it("Given 10 hosts, then 10 GB are free, and exactly 10 GB cost nothing", () => {
    const world = new World();
    world.on("2026-03-11", subscribe("business_monthly", 10));
    world.use("2026-03-20", { recordingGb: 10 });
    expect(usage(world, "2026-04-11")).toEqual([]);
    world.use("2026-04-12", { recordingGb: 10.01 });
    expect(usage(world, "2026-05-11").map((line) => line.quantity)).toEqual([1]);
  });

  it("Given a recording plan of 100 GB, then only what exceeds both is charged", () => {
    const world = new World();
    world.on("2026-03-11", subscribe("monthly", 2, [plan("cmr_monthly_commitment_40")]));
    world.use("2026-03-20", { recordingGb: 110 });
    expect(usage(world, "2026-04-11").map((line) => line.quantity)).toEqual([7]);
  });

  it("Given that storage was freed before the month's end, then the peak counts, and for one month only", () => {
    const world = new World();
    world.on("2026-03-11", subscribe("monthly", 2));
    world.use("2026-03-20", { recordingGb: 9 });
    world.use("2026-03-25", { recordingGb: 1 });
    expect(usage(world, "2026-06-11").map((line) => [line.startDate, line.quantity])).toEqual([
      ["2026-03-11", 6],
    ]);
  });

  it("Given a yearly base, then storage is charged every month on the anchor's day", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("yearly", 2));
    world.use("2026-02-01", { recordingGb: 4 });
    expect(usage(world, "2026-04-30").map((line) => [line.startDate, line.endDate])).toEqual([
      ["2026-01-31", "2026-02-28"],
      ["2026-02-28", "2026-03-31"],
      ["2026-03-31", "2026-04-30"],
    ]);
  });

  it("Given quiet months before a report, then they are not charged with what came later", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("yearly", 2));
    world.use("2026-04-15", { recordingGb: 4 });
    expect(usage(world, "2026-04-30").map((line) => line.startDate)).toEqual(["2026-03-31"]);
  });

  it("Given quiet months, then a command starts from where they end", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("yearly", 2));
    const outcome = decide(world.state, changeBase("yearly", 3), "2026-05-10", BOOKS);
    expect(outcome).toMatchObject({ ok: true, state: { usageChargedThrough: "2026-04-30" } });
  });

  it("Given a yearly plan with nothing over, then nothing is due before its renewal", () => {
    const world = new World();
    world.on("2026-01-31", subscribe("yearly", 2));
    expect(world.last?.nextDueDate).toBe("2027-01-31");
    world.use("2026-02-01", { recordingGb: 4 });
    expect(world.last?.nextDueDate).toBe("2026-02-28");
  });

  it("Given hosts that go at the period's end, then the month before still has their free storage", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.use("2026-03-02", { recordingGb: 12 });
    world.on("2026-03-11", changeBase("business_monthly", 10));
    expect(usage(world, "2026-04-01")).toEqual([]);
    expect(usage(world, "2026-05-01").map((line) => line.quantity)).toEqual([2]);
  });

  it("Given an upgrade within the month, then use is charged by the day up to it and a new month starts", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.use("2026-03-02", { recordingGb: 13 });
    const lines = world.on("2026-03-11", changeBase("yearly", 2));
    expect(brief(lines)[0]).toEqual({
      planType: "monthly",
      startDate: "2026-03-01",
      endDate: "2026-03-11",
      amountMinor: 484, // 10 GB x 1.50 x 10 / 31
      reason: "usage:recording",
    });
    expect(usage(world, "2026-04-11").map((line) => line.startDate)).toEqual(["2026-03-11"]);
  });

  it("Given use that was charged ahead of its time, then an upgrade before does not charge its days again", () => {
    const world = new World();
    world.on("2026-01-01", subscribe("yearly", 2));
    world.use("2026-01-02", { recordingGb: 13 });
    expect(usage(world, "2026-06-01")).toHaveLength(5);
    world.on("2026-03-11", changeBase("plan_pro_two_years", 2));
    expect(usage(world, "2026-07-11").map((line) => [line.startDate, line.endDate])).toEqual([
      ["2026-06-01", "2026-06-11"],
      ["2026-06-11", "2026-07-11"],
    ]);
  });

  it("Given charges for use reported on the day of an upgrade, then the upgrade does not lose them", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 10, [plan("phone_payongo")]));
    world.use("2026-03-01", { usageChargesMinor: { phone_payongo: 5_000 } });
    world.on("2026-03-01", changeBase("business_yearly", 10));
    expect(usage(world, "2026-04-01").map((line) => line.amountMinor)).toEqual([5_000]);
  });

  it("Given a recording plan that runs out within a month, then its storage counts until then", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.on("2026-03-11", addon(plan("cmr_1TB_quarterly")));
    world.use("2026-03-11", { recordingGb: 13 });
    world.on("2026-03-12", cancelAddon("cmr_1TB_quarterly"));
    expect(usage(world, "2026-07-01").map((line) => [line.startDate, line.amountMinor])).toEqual([
      ["2026-06-11", 1000], // 20 of 30 days of 10 x 1.50
    ]);
  });

  it("Given less storage at once for a longer term, then the days before still have the larger plan", () => {
    const world = new World();
    world.on("2026-01-01", subscribe("yearly", 2, [plan("cmr_1TB_quarterly")]));
    world.use("2026-01-02", { recordingGb: 113 });
    const lines = world.on("2026-03-11", changeAddon("cmr_100GB_yearly", 1));
    expect(lines.map((line) => line.reason)).toEqual(["unused", "recurring"]);
    expect(usage(world, "2026-04-01").map((line) => [line.startDate, line.amountMinor])).toEqual([
      ["2026-03-11", 1016], // 21 of 31 days of 10 x 1.50
    ]);
  });

  it("Given the end of the base plan, then its last month is charged and no later one", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.use("2026-03-02", { recordingGb: 4 });
    world.on("2026-03-03", cancelBase);
    expect(usage(world, "2026-08-01").map((line) => line.startDate)).toEqual(["2026-03-01"]);
  });

  it("Given a trial, then storage costs nothing", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("trial", 2));
    world.use("2026-03-02", { recordingGb: 400 });
    expect(world.due("2026-06-01")).toEqual([]);
  });

  it("Given a subscription after a trial, then only storage since then counts", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("trial", 2));
    world.use("2026-03-02", { recordingGb: 400 });
    world.use("2026-03-03", { recordingGb: 4 });
    world.on("2026-03-11", subscribe("monthly", 2));
    expect(usage(world, "2026-04-11").map((line) => line.quantity)).toEqual([1]);
  });
});

describe("Use beyond a commitment", () => {
  const audio = {
    ...plan("tollfree_monthly_commitment_100"),
    options: { tollfree_countries: "US" },
  };

  it("Given a commitment of 100.00 and calls for 130.00, then 30.00 are charged", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [audio]));
    world.use("2026-03-10", { usageChargesMinor: { tollfree_monthly_commitment_100: 6000 } });
    world.use("2026-03-20", { usageChargesMinor: { tollfree_monthly_commitment_100: 7000 } });
    expect(brief(usage(world, "2026-04-01"))).toEqual([
      {
        planType: "tollfree_monthly_commitment_100",
        startDate: "2026-03-01",
        endDate: "2026-04-01",
        amountMinor: 3000,
        reason: "usage:tollfree_monthly_commitment_100",
      },
    ]);
    expect(world.state.usage.usageChargesMinor).toEqual({});
  });

  it("Given calls within the commitment, then nothing more is charged", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [audio]));
    world.use("2026-03-10", { usageChargesMinor: { tollfree_monthly_commitment_100: 10_000 } });
    expect(usage(world, "2026-04-01")).toEqual([]);
  });

  it("Given pay as you go, then all of it is charged, and nothing in advance", () => {
    const world = new World();
    const paygo = { ...plan("tollfree_payongo"), options: { tollfree_countries: "US" } };
    const bought = world.on("2026-03-01", subscribe("business_monthly", 10, [paygo]));
    expect(bought.map((line) => line.planType)).toEqual(["business_monthly"]);
    world.use("2026-03-10", { usageChargesMinor: { tollfree_payongo: 1234 } });
    expect(usage(world, "2026-04-01").map((line) => line.amountMinor)).toEqual([1234]);
    expect(world.item("tollfree_payongo").periodEnd).toBe("2026-05-01");
  });

  it("Given another commitment within the month, then what was used belongs to it", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [audio]));
    world.use("2026-03-10", { usageChargesMinor: { tollfree_monthly_commitment_100: 13_000 } });
    world.on("2026-03-11", changeAddon("tollfree_monthly_commitment_250", 1));
    expect(usage(world, "2026-04-01")).toEqual([]);
  });
});

describe("Usage reports", () => {
  it("keep the highest storage of the month, and replace licences by type", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    world.use("2026-03-02", { hosts: { monthly: 2 }, recordingGb: 7.5 });
    world.use("2026-03-03", { hosts: { monthly: 1 }, recordingGb: 2 });
    expect(world.state.usage).toEqual({
      hosts: { monthly: 1 },
      recordingGb: 2,
      recordingPeakGb: 7.5,
      usageChargesMinor: {},
    });
  });

  it("refuse what cannot be", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    expect(() => world.use("2026-03-02", { recordingGb: -1 })).toThrow("storage");
    expect(() => world.use("2026-03-02", { hosts: { monthly: 1.5 } })).toThrow("licences");
    expect(() => world.use("2026-03-02", { hosts: { nonsense: 1 } })).toThrow("catalogue");
  });

  it("close the months before them first", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("yearly", 2));
    world.use("2026-03-02", { recordingGb: 4 });
    const lines = world.use("2026-05-15", { recordingGb: 1 });
    expect(lines.map((line) => line.startDate)).toEqual(["2026-03-01", "2026-04-01"]);
    expect(decideDue(world.state, "2026-05-31", BOOKS).lines).toEqual([]);
  });
});
