import { describe, expect, it } from "vitest";
import { addonCommandOf, subscribeCommandOf } from "../src/request.js";
import { CONTACT, World } from "./world.js";

describe("POST plans as a command", () => {
  it("reads each plan where its family stands", () => {
    const command = subscribeCommandOf({
      contact: CONTACT,
      plan_base: { type: "business_monthly", hosts: 12 },
      plan_zoom_rooms: { type: "zroom_monthly", hosts: 1 },
      plan_webinar: [
        { type: "webinar500_monthly", hosts: 2 },
        { type: "webinar1000_monthly", hosts: 1 },
      ],
      plan_recording: "cmr_monthly_commitment_40",
      plan_audio: { type: "tollfree_payongo", tollfree_countries: "US,CA", ddi_numbers: 3 },
      plan_phone: {
        plan_base: { type: "phone_monthly_prepay_usage", callout_countries: "DE" },
        plan_calling: [{ type: "phone_calling_usca_monthly_metered", hosts: 4 }],
      },
    });
    expect(command.base).toEqual({
      family: "plan_base",
      role: "base",
      planType: "business_monthly",
      hosts: 12,
      options: {},
    });
    expect(
      command.addons.map(({ family, planType, hosts, options }) => [
        family,
        planType,
        hosts,
        options,
      ]),
    ).toEqual([
      ["plan_zoom_rooms", "zroom_monthly", 1, {}],
      ["plan_webinar", "webinar500_monthly", 2, {}],
      ["plan_webinar", "webinar1000_monthly", 1, {}],
      ["plan_recording", "cmr_monthly_commitment_40", null, {}],
      ["plan_audio", "tollfree_payongo", null, { tollfree_countries: "US,CA", ddi_numbers: 3 }],
      ["plan_phone.plan_base", "phone_monthly_prepay_usage", null, { callout_countries: "DE" }],
      ["plan_phone.plan_calling", "phone_calling_usca_monthly_metered", 4, {}],
    ]);
    expect(new World().on("2026-03-01", command)).toHaveLength(7);
  });

  it("hundreds of plans are answered like a few: a type that comes twice is refused", () => {
    const webinar = { type: "webinar500_monthly", hosts: 1 };
    const command = subscribeCommandOf({
      plan_base: { type: "monthly", hosts: 2 },
      plan_webinar: Array.from({ length: 5000 }, () => webinar),
    });
    expect(new World().refusal("2026-03-01", command).error).toBe("cannotBuyPlan");
  });

  it("a bundle is not read, only refused", () => {
    const command = subscribeCommandOf({
      plan_base: { type: "monthly", hosts: 2 },
      plan_bundle: "whatever this is",
    });
    expect(command.addons).toEqual([]);
    expect(new World().refusal("2026-03-01", command).error).toBe("planBundleField");
  });

  it("a contract term must be one that is sold", () => {
    const body = { plan_base: { type: "monthly", hosts: 2 }, contact: CONTACT };
    const withTerm = (contract_term: number) =>
      subscribeCommandOf({ ...body, subscription_options: { contract_term } });
    expect(new World().refusal("2026-03-01", withTerm(13)).error).toBe("invalidContractTerm");
    new World().on("2026-03-01", withTerm(12));
  });
});

describe("POST addons as a command", () => {
  it("one type with its hosts finds its family", () => {
    expect(addonCommandOf({ type: "webinar500_monthly", hosts: 2 }).addons).toEqual([
      {
        family: "plan_webinar",
        role: "addon",
        planType: "webinar500_monthly",
        hosts: 2,
        options: {},
      },
    ]);
  });

  it("the phone plan comes by its parts", () => {
    const { addons } = addonCommandOf({
      type: "plan_phone",
      plan_details: {
        plan_base: { type: "phone_monthly_prepay_usage", callout_countries: "DE" },
        plan_number: [{ type: "phone_number_jp_monthly", hosts: 3 }],
      },
    });
    expect(addons.map(({ family, planType, hosts }) => [family, planType, hosts])).toEqual([
      ["plan_phone.plan_base", "phone_monthly_prepay_usage", null],
      ["plan_phone.plan_number", "phone_number_jp_monthly", 3],
    ]);
  });

  it("so do the groups of 2026", () => {
    const { addons } = addonCommandOf({
      type: "plan_znode",
      plan_znode_details: { plan_znode_base: { type: "znode_monthly", hosts: 1 } },
    });
    expect(addons.map((one) => one.family)).toEqual(["plan_znode.plan_znode_base"]);
  });

  it.each([
    ["an unknown type", { type: "nonsense", hosts: 1 }, "nonsense"],
    ["a base plan", { type: "monthly", hosts: 1 }, "monthly"],
    ["a group without parts", { type: "plan_phone" }, "plan_phone"],
    ["a group with none of its parts", { type: "plan_phone", plan_details: {} }, "plan_phone"],
  ])("%s is refused by its name", (_, body, newPlanCode) => {
    const world = new World();
    world.on("2026-03-01", subscribeCommandOf({ plan_base: { type: "monthly", hosts: 2 } }));
    expect(world.refusal("2026-03-02", addonCommandOf(body))).toEqual({
      ok: false,
      error: "invalidAddonType",
      params: { newPlanCode },
    });
  });
});
