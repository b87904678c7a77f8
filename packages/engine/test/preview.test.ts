import { describe, expect, it } from "vitest";
import type { Command } from "../src/command.js";
import { decide } from "../src/decide.js";
import { explain } from "../src/explain.js";
import { type Preview, previewOf } from "../src/preview.js";
import {
  addon,
  cancelAddon,
  cancelBase,
  changeBase,
  freeAccount,
  plan,
  subscribe,
  World,
} from "./world.js";

function preview(world: World, today: string, command: Command, creditMinor = 0): Preview {
  const before = JSON.stringify(world.state);
  const decision = decide(world.state, command, today, world.books);
  if (!decision.ok) throw new Error(decision.error);
  const context = { today, creditMinor, paymentTermDays: 30 };
  const result = previewOf(world.state, decision, world.books, context);
  expect(JSON.stringify(world.state)).toBe(before);
  return result;
}

describe("A preview tells what the write would do", () => {
  it("Given more hosts, then today's line, its tax, and the next invoice of the whole account", () => {
    const world = new World(freeAccount({ taxRatePpm: 100_000 }));
    world.on("2026-03-01", subscribe("business_monthly", 10));
    const result = preview(world, "2026-03-11", changeBase("business_monthly", 12), 1000);
    expect(result).toMatchObject({
      effectiveDate: "2026-03-11",
      taxMinor: 271,
      totalMinor: 2979,
      creditAppliedMinor: 1000,
      nextInvoice: { date: "2026-04-01", totalMinor: 12 * 1999 + 2399 },
      warnings: [],
    });
    expect(result.lines).toEqual(world.on("2026-03-11", changeBase("business_monthly", 12)));
  });

  it("Given fewer hosts, then nothing now, and the next invoice with fewer", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    expect(preview(world, "2026-03-11", changeBase("business_monthly", 10))).toMatchObject({
      effectiveDate: "2026-04-01",
      lines: [],
      taxMinor: 0,
      totalMinor: 0,
      nextInvoice: { date: "2026-04-01", totalMinor: 19_990 },
      warnings: ["Pending: business_monthly with 10 hosts from 1 April 2026."],
    });
  });

  it("Given that more comes back than is charged, then the total is negative and takes no credit", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 49));
    const result = preview(world, "2026-03-02", changeBase("yearly", 1), 500);
    expect(result.lines.map((line) => line.amountMinor)).toEqual([-94_791, 14_990]);
    expect(result).toMatchObject({ totalMinor: -79_801, creditAppliedMinor: 0 });
  });

  it("Given a cancellation, then no next invoice, and the last day in words", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    expect(preview(world, "2026-03-11", cancelBase)).toMatchObject({
      effectiveDate: "2026-04-01",
      nextInvoice: null,
      warnings: ["monthly runs until 31 March 2026, without refund."],
    });
  });

  it("Given the base cancelled before its longer add-on has run out, then the loss is told", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2, [plan("webinar500_yearly", 1)]));
    world.on("2026-03-11", cancelAddon("webinar500_yearly"));
    expect(preview(world, "2026-03-11", cancelBase).warnings).toEqual([
      "monthly runs until 31 March 2026, without refund.",
      "webinar500_yearly ends with the base plan on 31 March 2026, without refund of the days it has paid beyond that.",
    ]);
  });

  it("Given a pending change that the command replaces, then it says so", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("business_monthly", 12));
    world.on("2026-03-11", changeBase("business_monthly", 10));
    expect(preview(world, "2026-03-12", changeBase("business_monthly", 13)).warnings).toEqual([
      "The pending change to business_monthly with 10 hosts no longer applies.",
    ]);
  });

  it("Given a trial, then there is no invoice at all", () => {
    expect(preview(new World(), "2026-03-01", subscribe("trial", 5))).toMatchObject({
      lines: [],
      totalMinor: 0,
      nextInvoice: null,
    });
  });

  it("Given a three-year plan, then the next invoice is found three years ahead", () => {
    const result = preview(new World(), "2026-03-01", subscribe("plan_pro_three_years", 1));
    expect(result.nextInvoice).toEqual({ date: "2029-03-01", totalMinor: 44_970 });
  });
});

describe("Every line can be explained", () => {
  it.each<[string, (world: World) => readonly Parameters<typeof explainLast>[0][number][], string]>(
    [
      [
        "a full period",
        (world) => world.on("2026-03-01", subscribe("monthly", 1)),
        "1 host from 1 March to 31 March 2026, a full period of 14.99 USD: 14.99 USD.",
      ],
      [
        "added hosts",
        (world) => {
          world.on("2026-03-01", subscribe("business_monthly", 10));
          return world.on("2026-03-11", changeBase("business_monthly", 12));
        },
        "2 hosts added, from 11 March to 31 March 2026, 21 of 31 days of 2 x 19.99 USD: 27.08 USD.",
      ],
      [
        "a part of a period",
        (world) => {
          world.on("2026-03-11", subscribe("monthly", 2));
          return world.on("2026-03-21", addon(plan("cmr_monthly_commitment_40")));
        },
        "1 plan from 21 March to 10 April 2026, 21 of 31 days of 40.00 USD: 27.10 USD.",
      ],
      [
        "an unused part of hosts bought at two times",
        (world) => {
          world.on("2026-03-01", subscribe("business_monthly", 11));
          world.on("2026-03-08", changeBase("business_monthly", 13));
          return world.on("2026-03-20", changeBase("business_yearly", 13)).slice(0, 1);
        },
        "Unused part of business_monthly, 13 hosts from 20 March to 31 March 2026, 12 of 31 days of 13 x 19.99 USD, as charged for 11 + 2 hosts: -100.60 USD.",
      ],
      [
        "storage",
        (world) => {
          world.on("2026-12-11", subscribe("monthly", 2));
          world.use("2026-12-20", { recordingGb: 5.2 });
          return world.due("2027-01-11").slice(0, 1);
        },
        "5.2 GB of recordings used at most, 3 GB free and 0 GB in the plan: 3 GB more from 11 December 2026 to 10 January 2027, 31 of 31 days of 3 x 1.50 USD: 4.50 USD.",
      ],
      [
        "use beyond a commitment",
        (world) => {
          const audio = {
            ...plan("tollfree_monthly_commitment_100"),
            options: { premium_countries: "IN" },
          };
          world.on("2026-03-01", subscribe("monthly", 2, [audio]));
          world.use("2026-03-10", {
            usageChargesMinor: { tollfree_monthly_commitment_100: 13_000 },
          });
          return world.due("2026-04-01").slice(0, 1);
        },
        "Use of tollfree_monthly_commitment_100 from 1 March to 31 March 2026, 130.00 USD less the commitment of 100.00 USD: 30.00 USD.",
      ],
    ],
  )("%s", (_, act, sentence) => {
    expect(explainLast(act(new World()))).toBe(sentence);
  });
});

function explainLast(lines: ReturnType<World["due"]>): string {
  const line = lines.at(-1);
  if (line === undefined) throw new Error("no line");
  return explain(line.derivation);
}
