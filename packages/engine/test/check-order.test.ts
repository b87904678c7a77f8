import { describe, expect, it } from "vitest";
import type { Command } from "../src/command.js";
import {
  addon,
  cancelAddon,
  cancelBase,
  changeAddon,
  changeBase,
  freeAccount,
  plan,
  subscribe,
  World,
} from "./world.js";

const commands = {
  subscribe: subscribe("nonsense", 0),
  addon: addon(plan("webinar500_monthly", 0)),
  changeAddon: changeAddon("nonsense", 0),
  cancelAddon: cancelAddon(null),
  changeBase: changeBase("nonsense", 0),
  cancelBase,
} satisfies Record<string, Command>;

/** A paying account with each obstacle that a command may meet, from the first to the last. */
function obstructed(over: Parameters<typeof freeAccount>[0]): World {
  const world = new World();
  world.on("2026-03-01", subscribe("monthly", 2));
  const { state } = world;
  return new World({ ...state, account: { ...state.account, ...over } });
}

describe("The first failing check answers: pay mode, bulk licences, VIP and trial, plan, catalogue", () => {
  it.each(Object.entries(commands))("%s: who pays comes before everything else", (_, command) => {
    const world = obstructed({ payMode: "sub", bulkLicenses: true, vip: true });
    expect(world.refusal("2026-03-02", command).error).toBe("selfPayMode");
  });

  it.each(Object.entries(commands))("%s: then bulk licences", (_, command) => {
    const world = obstructed({ bulkLicenses: true, vip: true, mayAddSubAccounts: false });
    expect(world.refusal("2026-03-02", command).error).toBe("bulkLicenses");
  });

  it.each([
    ["changeAddon", commands.changeAddon],
    ["cancelAddon", commands.cancelAddon],
    ["changeBase", commands.changeBase],
    ["cancelBase", commands.cancelBase],
  ])("%s: then VIP accounts", (_, command) => {
    expect(obstructed({ vip: true }).refusal("2026-03-02", command).error).toBe("vipOrTrial");
  });

  it("subscribe: then the master's permission, then the plan, then the catalogue", () => {
    const forbidden = obstructed({ mayAddSubAccounts: false });
    expect(forbidden.refusal("2026-03-02", commands.subscribe).error).toBe("mayNotAddSubAccounts");
    expect(obstructed({}).refusal("2026-03-02", commands.subscribe).error).toBe("notFreePlan");
    const free = new World();
    expect(free.refusal("2026-03-02", commands.subscribe).error).toBe("invalidBasePlan");
  });

  it.each([
    ["addon", "freePlan"],
    ["changeAddon", "freePlan"],
    ["cancelAddon", "freePlan"],
    ["changeBase", "noSubscription"],
    ["cancelBase", "freePlan"],
  ] as const)("%s: a free account is told so before its request is read", (name, error) => {
    expect(new World().refusal("2026-03-02", commands[name]).error).toBe(error);
  });

  it("the same request always gets the same answer", () => {
    const world = obstructed({});
    const first = world.refusal("2026-03-02", commands.changeAddon);
    expect(world.refusal("2026-03-02", commands.changeAddon)).toEqual(first);
  });

  it("a regular account or a master that pays for itself is not beyond its own plans", () => {
    const world = new World(freeAccount({ kind: "regular", payMode: "sub" }));
    expect(world.on("2026-03-01", subscribe("monthly", 2))).toHaveLength(1);
  });
});

describe("Options: who pays and whether plans renew", () => {
  it("Given a plan, then the pay mode stays; auto-renew may change at any time", () => {
    const world = new World();
    world.on("2026-03-01", subscribe("monthly", 2));
    const toSub: Command = { kind: "setOptions", payMode: "sub" };
    expect(world.refusal("2026-03-02", toSub).error).toBe("payModeHasPlan");
    world.on("2026-03-02", { kind: "setOptions", autoRenew: false });
    expect(world.state.account.autoRenew).toBe(false);
    world.due("2026-04-01");
    expect(world.refusal("2026-04-02", toSub).error).toBe("collectionMethod");
    world.on("2026-04-02", { kind: "setOptions", payMode: "master", autoRenew: true });
    expect(world.last?.audit).toEqual([
      {
        event: "options_changed",
        itemNumber: null,
        before: { payMode: "master", autoRenew: false },
        after: { payMode: "master", autoRenew: true },
      },
    ]);
  });

  it("Given no plan and no purchase, then the pay mode may change", () => {
    const world = new World();
    world.on("2026-03-02", { kind: "setOptions", payMode: "sub" });
    expect(world.state.account.payMode).toBe("sub");
    expect(world.refusal("2026-03-03", subscribe("monthly", 2)).error).toBe("selfPayMode");
  });
});
