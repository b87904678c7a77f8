import { describe, expect, it } from "vitest";
import { addon, cancelAddon, changeAddon, changeBase, plan, subscribe, World } from "./world.js";

const MARCH = "2026-03-01";

function accountWith(planType: string, hosts: number): World {
  const world = new World();
  world.on(MARCH, subscribe(planType, hosts));
  return world;
}

describe("Hosts: the catalogue's limits, on base and add-ons alike", () => {
  it.each([
    ["monthly", 0, "invalidHostNumber", {}],
    ["monthly", -1, "invalidHostNumber", {}],
    ["monthly", 10, "buyHostsTooMany", { maxBuyHost: 9 }],
    ["monthly", 10_000, "buyHostsOverMaximum", {}],
    ["business_monthly", 9, "buyHostsTooFew", { minBuyHost: 10 }],
    ["edu20", 19, "buyHostsTooFew", { minBuyHost: 20 }],
    ["edu20", 150, "buyHostsTooMany", { maxBuyHost: 149 }],
  ])("POST plans of %s with %d hosts: %s", (type, hosts, error, params) => {
    expect(new World().refusal(MARCH, subscribe(type, hosts))).toEqual({
      ok: false,
      error,
      params,
    });
  });

  it.each([
    ["monthly", 1],
    ["monthly", 9],
    ["business_monthly", 10],
    ["business_monthly", 49],
    ["edu20", 149],
    ["trial", 9999],
  ])("POST plans of %s with %d hosts is allowed", (type, hosts) => {
    expect(accountWith(type, hosts).item(type).hosts).toBe(hosts);
  });

  it.each([
    ["monthly", 2, "business_monthly", 9, "insufficientBusinessHosts"],
    ["edu20", 20, "edu20", 19, "insufficientEducationHosts"],
    ["business_monthly", 10, "business_monthly", 50, "buyHostsTooMany"],
    ["business_monthly", 10, "monthly", 0, "invalidHostNumber"],
  ])("PUT base from %s (%d) to %s (%d): %s", (from, before, to, hosts, error) => {
    expect(accountWith(from, before).refusal(MARCH, changeBase(to, hosts)).error).toBe(error);
  });

  it("POST and PUT addons hold to the same limits", () => {
    const world = accountWith("business_monthly", 20);
    const webinar = (hosts: number) => addon(plan("webinar500_monthly", hosts));
    expect(world.refusal(MARCH, webinar(0)).error).toBe("invalidHostNumber");
    expect(world.refusal(MARCH, webinar(10_000)).error).toBe("buyHostsOverMaximum");
    world.on(MARCH, webinar(1));
    expect(world.refusal(MARCH, changeAddon("webinar500_monthly", 0)).error).toBe(
      "invalidHostNumber",
    );
    expect(world.refusal(MARCH, addon(plan("partner_premier_support_monthly", 2)))).toMatchObject({
      error: "buyHostsTooMany",
      params: { maxBuyHost: 1 },
    });
  });

  it("a plan without hosts counts once; more of it is refused rather than billed once", () => {
    const world = accountWith("monthly", 2);
    expect(world.refusal(MARCH, addon(plan("cmr_monthly_commitment_40", 2)))).toMatchObject({
      error: "buyHostsTooMany",
      params: { maxBuyHost: 1 },
    });
    world.on(MARCH, addon(plan("cmr_monthly_commitment_40", 1)));
  });
});

describe("Add-on hosts against the base plan's hosts", () => {
  it("Given 5 meeting hosts, then large meetings have fewer than 5 in total", () => {
    const world = accountWith("monthly", 5);
    world.on(MARCH, addon(plan("large500_monthly", 3)));
    expect(world.refusal(MARCH, addon(plan("large1000_monthly", 2)))).toMatchObject({
      error: "buyHostsTooMany",
      params: { maxBuyHost: 1 },
    });
    world.on(MARCH, addon(plan("large1000_monthly", 1)));
    expect(world.refusal(MARCH, changeAddon("large500_monthly", 4)).error).toBe("buyHostsTooMany");
  });

  it("Given 2 meeting hosts, then webinars have at most 2", () => {
    const world = accountWith("monthly", 2);
    expect(world.refusal(MARCH, addon(plan("webinar500_monthly", 3)))).toMatchObject({
      error: "buyHostsTooMany",
      params: { maxBuyHost: 2 },
    });
    world.on(MARCH, addon(plan("webinar500_monthly", 2)));
  });

  it("Given both in one request, then they are held against the base of that request", () => {
    const large = plan("large500_monthly", 2);
    expect(new World().refusal(MARCH, subscribe("monthly", 2, [large])).error).toBe(
      "buyHostsTooMany",
    );
    expect(new World().on(MARCH, subscribe("monthly", 3, [large]))).toHaveLength(2);
  });

  it("Given 4 webinar hosts, then the base keeps at least 4, now and at its next period", () => {
    const world = accountWith("business_monthly", 12);
    world.on(MARCH, addon(plan("webinar500_monthly", 11)));
    expect(world.refusal(MARCH, changeBase("business_monthly", 10))).toMatchObject({
      error: "buyHostsTooFew",
      params: { minBuyHost: 11 },
    });
    // Once the webinars shrink on the same day, the base may follow.
    world.on(MARCH, changeAddon("webinar500_monthly", 10));
    world.on(MARCH, changeBase("business_monthly", 10));
  });

  it("Given a base that will shrink, then add-ons are held against what it will be", () => {
    const world = accountWith("business_monthly", 12);
    world.on(MARCH, changeBase("business_monthly", 10));
    expect(world.refusal(MARCH, addon(plan("webinar500_monthly", 11)))).toMatchObject({
      error: "buyHostsTooMany",
      params: { maxBuyHost: 10 },
    });
  });

  it("Given a cancelled webinar plan, then the base may shrink when both have run out", () => {
    const world = accountWith("business_monthly", 12);
    world.on(MARCH, addon(plan("webinar500_monthly", 11)));
    world.on(MARCH, cancelAddon("webinar500_monthly"));
    world.on(MARCH, changeBase("business_monthly", 10));
    expect(world.refusal(MARCH, addon(plan("webinar500_monthly", 11))).error).toBe(
      "buyHostsTooMany",
    );
  });

  it("Given add-on licences in use, then fewer are refused", () => {
    const world = accountWith("monthly", 5);
    world.on(MARCH, addon(plan("webinar500_monthly", 3)));
    world.use(MARCH, { hosts: { webinar500_monthly: 2 } });
    expect(world.refusal(MARCH, changeAddon("webinar500_monthly", 1)).error).toBe("changeFailed");
    world.on(MARCH, changeAddon("webinar500_monthly", 2));
  });
});

describe("What plans need of each other", () => {
  it("calling plans need a phone base plan, which may come with the same request", () => {
    const calling = plan("phone_calling_usca_monthly_metered", 2);
    const world = accountWith("monthly", 2);
    expect(world.refusal(MARCH, addon(calling)).error).toBe("cannotBuyPlan");
    world.on(MARCH, addon(calling, plan("phone_monthly_prepay_usage")));
  });

  it("a base plan may need an add-on too", () => {
    expect(new World().refusal(MARCH, subscribe("zoe_monthly", 250)).error).toBe("cannotBuyPlan");
    const phone = plan("phone_monthly_prepay_usage");
    expect(new World().on(MARCH, subscribe("zoe_monthly", 250, [phone]))).toHaveLength(2);
  });

  it("a plan that needs enablement cannot be had", () => {
    expect(new World().refusal(MARCH, subscribe("monthly25", 2)).error).toBe("pro25NotAllowed");
    expect(new World().refusal(MARCH, subscribe("yearly50", 2)).error).toBe("pro50NotAllowed");
  });

  it("audio without a commitment needs a business or education base", () => {
    const paygo = { ...plan("tollfree_payongo"), options: { tollfree_countries: "US" } };
    expect(accountWith("monthly", 2).refusal(MARCH, addon(paygo)).error).toBe("audioPayAsYouGo");
    expect(new World().refusal(MARCH, subscribe("monthly", 2, [paygo])).error).toBe(
      "noPurchasePermission",
    );
    accountWith("edu20", 20).on(MARCH, addon(paygo));
  });

  it("recordings of the Video SDK need a Video SDK base plan", () => {
    const recordings = plan("zvsdkcr_1TB_monthly", 1);
    expect(new World().refusal(MARCH, subscribe("monthly", 2, [recordings])).error).toBe(
      "noPurchasePermission",
    );
    new World().on(MARCH, subscribe("vsdk_monthly_prepay_usage", null, [recordings]));
  });

  it("agents of the Contact Center come in two kinds that do not mix", () => {
    const assist = plan("ai_expert_assist_monthly", 1);
    const concurrentAssist = plan("ai_expert_assist_concurrent_monthly", 1);
    const basic = plan("zccp_monthly", 1);
    const concurrent = plan("zcc_con_pkg_monthly", 1);
    const world = () => accountWith("monthly", 2);
    expect(world().refusal(MARCH, addon(assist)).error).toBe("cannotBuyPlan");
    expect(world().refusal(MARCH, addon(assist, basic, concurrent)).error).toBe("cannotBuyPlan");
    expect(world().refusal(MARCH, addon(concurrentAssist, basic)).error).toBe("cannotBuyPlan");
    world().on(MARCH, addon(assist, basic));
    world().on(MARCH, addon(concurrentAssist, basic, concurrent));
  });

  it("changing into a plan that needs what is not there is refused as well", () => {
    const phone = plan("phone_monthly_prepay_usage");
    const world = accountWith("zm_one_ent_std_monthly", 300);
    expect(world.refusal(MARCH, changeBase("zoe_monthly", 300)).error).toBe("planTypesDoNotMatch");
    world.on(MARCH, addon(phone));
    world.on(MARCH, changeBase("zoe_monthly", 300));
    const audio = {
      ...plan("tollfree_monthly_commitment_100"),
      options: { tollfree_countries: "US" },
    };
    world.on(MARCH, addon(audio));
    expect(world.refusal(MARCH, changeAddon("tollfree_payongo", 1)).error).toBe("audioPayAsYouGo");
  });

  it("an audio plan names at least one of its countries", () => {
    const audio = plan("tollfree_monthly_commitment_100");
    expect(new World().refusal(MARCH, subscribe("monthly", 2, [audio])).error).toBe(
      "audioOptionMissing",
    );
  });

  it("Zoom Rooms as a base plan leave no room for Zoom Rooms as an add-on", () => {
    const world = accountWith("zroom_monthly", 3);
    expect(world.refusal(MARCH, addon(plan("zroom_monthly", 1))).error).toBe("zoomRoomsBase");
  });

  it.each([
    ["plan_recording", "cmr_nonsense", "invalidRecordingPlan", { plan_recording: "cmr_nonsense" }],
    ["plan_audio", "webinar500_monthly", "invalidAudioPlan", { planCode: "webinar500_monthly" }],
    ["plan_webinar", "large500_monthly", "cannotBuyPlan", {}],
  ])("POST plans with a %s of %s: %s", (family, planType, error, params) => {
    const wrong = { family, role: "addon", planType, hosts: 1, options: {} } as const;
    const outcome = new World().refusal(MARCH, subscribe("monthly", 2, [wrong]));
    expect(outcome).toEqual({ ok: false, error, params });
  });

  it("a type that is held, or asked for twice, is not bought twice", () => {
    const webinar = plan("webinar500_monthly", 1);
    expect(new World().refusal(MARCH, subscribe("monthly", 2, [webinar, webinar])).error).toBe(
      "cannotBuyPlan",
    );
    const world = accountWith("monthly", 2);
    world.on(MARCH, addon(plan("cmr_monthly_commitment_40")));
    expect(world.refusal(MARCH, addon(plan("cmr_monthly_commitment_100")))).toMatchObject({
      error: "alreadyHasAddon",
      params: { planCode: "cmr_monthly_commitment_40" },
    });
    expect(world.refusal(MARCH, addon(plan("monthly", 1))).error).toBe("invalidAddonType");
  });
});

describe("What only the 2026 generation has", () => {
  function in2026(planType: string, hosts: number): World {
    const world = new World();
    world.on(MARCH, subscribe(planType, hosts));
    world.books = { ...world.books, profile: "2026" };
    return world;
  }

  it("increasing_hosts adds to the present number, and only adds", () => {
    const world = in2026("business_monthly", 12);
    const more = (increasingHosts: number) =>
      ({ kind: "changeBase", planType: "business_monthly", hosts: null, increasingHosts }) as const;
    const [line] = world.on(MARCH, more(3));
    expect(line?.reason).toBe("added_hosts:13-15");
    expect(world.refusal(MARCH, more(0)).error).toBe("invalidHostNumber");
    expect(world.refusal(MARCH, more(-1)).error).toBe("invalidHostNumber");
    expect(world.refusal(MARCH, more(35)).error).toBe("buyHostsTooMany");
  });

  it("the smallest webinars that are held may stay, and may not grow", () => {
    const world = in2026("monthly", 5);
    world.on(MARCH, addon(plan("webinar100_monthly", 2)));
    expect(world.refusal(MARCH, changeAddon("webinar100_monthly", 3))).toMatchObject({
      error: "webinar100NotSupported",
      params: { planCode: "webinar100_monthly" },
    });
    world.on(MARCH, changeAddon("webinar100_monthly", 1));
  });

  it("Zoom Rooms are no base plan any more", () => {
    const world = new World();
    world.books = { ...world.books, profile: "2026" };
    expect(world.refusal(MARCH, subscribe("zroom_monthly", 1)).error).toBe("invalidBasePlan");
  });

  it("an event plan that does not exist has an error of its own", () => {
    const wrong = {
      family: "plan_zoom_events",
      role: "addon",
      planType: "zoomevents7_monthly",
      hosts: 1,
      options: {},
    } as const;
    const outcome = new World().refusal(MARCH, subscribe("monthly", 2, [wrong]));
    expect(outcome).toMatchObject({
      error: "invalidZoomEventPlan",
      params: { planCode: "zoomevents7_monthly" },
    });
  });
});
