import { describe, expect, it } from "vitest";
import { families, findFamily } from "../src/catalogue/families.js";
import { findPlan, MAX_HOSTS, mayBeBase, plans } from "../src/catalogue/plan.js";
import { baseClassOf } from "../src/catalogue/plan-rules.js";

describe("the plan catalogue", () => {
  it("has the 650 plan types, each once and in families that the wire has", () => {
    expect(plans).toHaveLength(650);
    expect(new Set(plans.map((plan) => plan.type)).size).toBe(650);
    for (const plan of plans) {
      for (const name of plan.families) expect(findFamily(name).name).toBe(name);
    }
  });

  it("uses every family", () => {
    const used = new Set(plans.flatMap((plan) => plan.families));
    expect(families.map((one) => one.name).filter((name) => !used.has(name))).toEqual([]);
  });

  it("states the documented host limits", () => {
    expect(findPlan("monthly")?.hosts).toEqual({ min: 1, max: 9 });
    expect(findPlan("business_monthly")?.hosts).toEqual({ min: 10, max: 49 });
    expect(findPlan("edu20")?.hosts).toEqual({ min: 20, max: 149 });
    expect(findPlan("trial")?.hosts).toEqual({ min: 1, max: MAX_HOSTS });
    for (const { hosts } of plans) {
      if (hosts !== null) expect(hosts.min).toBeLessThanOrEqual(hosts.max);
    }
  });

  it("reads the storage of recording plans from their names", () => {
    expect(findPlan("cmr_monthly_commitment_40")?.storageGb).toBe(100);
    expect(findPlan("cmr_3TB_yearly")?.storageGb).toBe(3 * 1024);
    expect(findPlan("monthly")?.storageGb).toBe(0);
  });

  it("drops the slip that a phone base plan needs a phone base plan", () => {
    expect(findPlan("phone_payongo")?.rules).toEqual([]);
    expect(findPlan("phone_number_jp_monthly")?.rules).toEqual([
      { kind: "needs_family", families: ["plan_phone.plan_base"] },
    ]);
  });

  it("knows which plans may be a base plan, and of what class they are", () => {
    expect([
      "monthly",
      "zobp_usca_monthly_unlimited",
      "zroom_monthly",
      "webinar500_monthly",
    ]).toSatisfy(
      (types: string[]) =>
        types.map((type) => mayBeBase(findPlan(type) as never)).join() === "true,true,true,false",
    );
    expect(baseClassOf("business_yearly")).toBe("business");
    expect(baseClassOf("edu20")).toBe("education");
    expect(baseClassOf("vsdk_payongo")).toBe("video_sdk");
    expect(baseClassOf("yearly")).toBe("commercial");
  });
});
