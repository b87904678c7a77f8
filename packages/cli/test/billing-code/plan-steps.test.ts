/**
 * The steps from what an account has to what it is to have, held to a model of the API's own rules: whatever
 * the two are, the steps lead there, nothing is refused on the way, and then there is nothing left to do.
 */

import { type HeldPlan, plansHeld } from "@paymaster/client";
import { findFamily, type PlanFamily, plans } from "@paymaster/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DesiredPlan } from "../../src/billing-code/desired.js";
import {
  planSteps,
  type Scheduled,
  type Step,
  type StepChange,
  scheduledBy,
} from "../../src/billing-code/plan-steps.js";

const PLACE = { line: 1, column: 1 };
const NEXT = "2021-07-01";

function want(type: string, hosts?: number): DesiredPlan {
  return { type, hosts, options: {}, place: PLACE };
}

function hold(family: string, type: string, hosts?: number, status = "active"): HeldPlan {
  return { family: familyNamed(family), type, hosts, status, nextInvoiceDate: NEXT };
}

function familyNamed(name: string): PlanFamily {
  const family = findFamily(name);
  if (family === undefined) throw new Error(name);
  return family;
}

const BASE = hold("plan_base", "business_yearly", 10);
const TEN = want("business_yearly", 10);

function toolsOf(steps: readonly Step[]): readonly string[] {
  return steps.map(({ tool, body }) => `${tool} ${JSON.stringify(body)}`);
}

describe("steps", () => {
  it("of a first purchase are one request, with the contact", () => {
    const desired = {
      base: TEN,
      addOns: [want("webinar500_yearly", 2), want("cmr_monthly_commitment_40")],
      contact: { zip: "80014" },
    };
    expect(planSteps(desired, [])[0]?.body).toEqual({
      contact: { zip: "80014" },
      plan_base: { type: "business_yearly", hosts: 10 },
      plan_webinar: [{ type: "webinar500_yearly", hosts: 2 }],
      plan_recording: "cmr_monthly_commitment_40",
    });
  });

  it("buy what a first purchase cannot hold in any generation afterwards", () => {
    const desired = { base: TEN, addOns: [want("zoomevents500_yearly", 1)], contact: undefined };
    const steps = planSteps(desired, []);
    expect(steps.map(({ tool }) => tool)).toEqual([
      "account_plan_create",
      "account_plan_addon_create",
    ]);
  });

  it("raise the base before add-ons, lower it after all of them", () => {
    const held = [
      BASE,
      hold("plan_webinar", "webinar500_yearly", 8),
      hold("plan_large_meeting", "large500_yearly", 1),
    ];
    const addOns = [want("webinar500_yearly", 3), want("webinar1000_yearly", 1)];
    const less = { base: want("business_yearly", 10), addOns, contact: undefined };
    const more = { ...less, base: want("business_yearly", 20) };
    expect(planSteps(more, held).map(({ tool }) => tool)).toEqual([
      "account_plan_base_update",
      "account_plan_addon_create",
      "account_plan_addon_update",
      "account_plan_addon_cancel",
    ]);
    const larger = [hold("plan_base", "business_yearly", 20), ...held.slice(1)];
    expect(planSteps(less, larger).map(({ tool }) => tool)).toEqual([
      "account_plan_addon_create",
      "account_plan_addon_update",
      "account_plan_addon_cancel",
      "account_plan_base_update",
    ]);
  });

  it("cancel add-ons before the base", () => {
    const held = [BASE, hold("plan_webinar", "webinar500_yearly", 2)];
    expect(toolsOf(planSteps({ base: null, addOns: [], contact: undefined }, held))).toEqual([
      'account_plan_addon_cancel {"action":"cancel","type":"webinar500_yearly"}',
      'account_plan_base_delete {"action":"cancel"}',
    ]);
  });

  it("take a cancelled plan back by subscribing again", () => {
    const held = [
      hold("plan_base", "business_yearly", 10, "cancel"),
      hold("plan_webinar", "webinar500_yearly", 2, "cancel"),
    ];
    const desired = { base: TEN, addOns: [want("webinar500_yearly", 2)], contact: undefined };
    expect(toolsOf(planSteps(desired, held))).toEqual([
      'account_plan_create {"plan_base":{"type":"business_yearly","hosts":10}}',
      'account_plan_addon_create {"type":"webinar500_yearly","hosts":2}',
    ]);
    const other = { ...desired, base: want("business_monthly", 10), addOns: [] };
    expect(toolsOf(planSteps(other, held)).slice(0, 2)).toEqual([
      'account_plan_create {"plan_base":{"type":"business_yearly","hosts":10}}',
      'account_plan_base_update {"type":"business_monthly","hosts":10}',
    ]);
  });

  it("leave what is expired or on trial out of account", () => {
    const expired = hold("plan_base", "business_yearly", 10, "expired");
    const desired = { base: TEN, addOns: [], contact: undefined };
    expect(planSteps(desired, [expired])[0]?.tool).toBe("account_plan_create");
    expect(planSteps(desired, [hold("plan_base", "trial", 10)])[0]?.tool).toBe(
      "account_plan_create",
    );
    expect(planSteps({ ...desired, base: null }, [expired])).toEqual([]);
  });

  it("change a plan into another where the family holds one", () => {
    const held = [BASE, hold("plan_recording", "cmr_monthly_commitment_40")];
    const addOns = [want("cmr_monthly_commitment_100")];
    expect(toolsOf(planSteps({ base: TEN, addOns, contact: undefined }, held))).toEqual([
      'account_plan_addon_update {"type":"cmr_monthly_commitment_100","hosts":1}',
    ]);
  });

  it("buy and cancel the parts of a phone plan together", () => {
    const addOns = [want("phone_payongo"), want("phone_calling_pro_monthly", 3)].filter(
      ({ type }) => plans.some((plan) => plan.type === type),
    );
    const bought = planSteps({ base: TEN, addOns, contact: undefined }, [BASE]);
    expect(bought).toHaveLength(1);
    expect(bought[0]?.body).toMatchObject({ type: "plan_phone", plan_details: {} });
    const held = [BASE, hold("plan_phone.plan_base", "phone_payongo")];
    const left = planSteps({ base: TEN, addOns: [], contact: undefined }, held);
    expect(toolsOf(left)).toEqual([
      'account_plan_addon_cancel {"action":"cancel","type":"plan_phone"}',
    ]);
  });

  it("do not repeat a reduction that is accepted and not yet shown", () => {
    const fewer = { base: want("business_yearly", 10), addOns: [], contact: undefined };
    const held = [hold("plan_base", "business_yearly", 12)];
    const [step] = planSteps(fewer, held);
    const scheduled = step === undefined ? [] : scheduledBy(step, held);
    expect(planSteps(fewer, held, scheduled)).toEqual([]);
    const back = { ...fewer, base: want("business_yearly", 12) };
    expect(planSteps(back, held, scheduled)).toHaveLength(1);
    const later = held.map((plan) => ({ ...plan, nextInvoiceDate: "2022-07-01" }));
    expect(planSteps(fewer, later, scheduled)).toHaveLength(1);
  });

  it("take an increase that did not come for what it is: not done", () => {
    const [step] = planSteps(
      { base: want("business_yearly", 20), addOns: [], contact: undefined },
      [BASE],
    );
    expect(step === undefined ? [] : scheduledBy(step, [BASE])).toEqual([]);
  });
});

/** The API as far as this matters: what it refuses, and what GET plans shows afterwards. */
class ModelAccount {
  readonly answer: Record<string, unknown> = {};

  get held(): readonly HeldPlan[] {
    return plansHeld(this.answer);
  }

  make({ tool, body }: Step): void {
    const base = this.answer.plan_base as Entry | undefined;
    if (tool === "account_plan_create") {
      expect(base === undefined || base.status === "cancel").toBe(true);
      const { contact, plan_base, ...rest } = body;
      this.answer.plan_base = active(plan_base as Entry);
      for (const [name, value] of Object.entries(rest)) {
        if (name === "plan_recording") this.#record(String(value));
        else this.answer[name] = (value as Entry[]).map(active);
      }
    } else if (tool === "account_plan_base_update") {
      expect(base?.status).toBe("active");
      this.answer.plan_base = active(body as unknown as Entry);
    } else if (tool === "account_plan_base_delete") {
      expect(base?.status).toBe("active");
      expect(this.held.filter(({ status }) => !/^cancel/i.test(status ?? ""))).toHaveLength(1);
      this.answer.plan_base = { ...base, status: "cancel" };
    } else this.#changeAddOn(tool, body as unknown as Entry);
    this.#checkHosts();
  }

  #changeAddOn(tool: Step["tool"], { type, hosts }: Entry): void {
    expect((this.answer.plan_base as Entry).status).toBe("active");
    const found = this.held.find((plan) => plan.type === type);
    if (tool === "account_plan_addon_create") {
      expect(found === undefined || /^cancel/i.test(found.status ?? "")).toBe(true);
      if (type.startsWith("cmr_"))
        expect(found !== undefined || this.answer.plan_recording === undefined).toBe(true);
    } else if (type.startsWith("cmr_")) expect(this.answer.plan_recording).toBeDefined();
    else expect(found?.status).toBe("active");
    if (type.startsWith("cmr_")) {
      if (tool === "account_plan_addon_cancel") this.answer.plan_recording_status = "Cancelled";
      else this.#record(type);
      return;
    }
    const place = type.startsWith("webinar") ? "plan_webinar" : "plan_large_meeting";
    const others = ((this.answer[place] as Entry[] | undefined) ?? []).filter(
      (entry) => entry.type !== type,
    );
    const isCancelled = tool === "account_plan_addon_cancel";
    const entry = isCancelled
      ? { type, hosts: found?.hosts ?? 1, status: "cancel" }
      : active({ type, hosts });
    this.answer[place] = [...others, entry];
  }

  #record(type: string): void {
    this.answer.plan_recording = type;
    this.answer.plan_recording_status = "Active";
  }

  /** Webinar hosts in total reach the base plan's at most: so the API refuses, at any moment. */
  #checkHosts(): void {
    const base = this.answer.plan_base as Entry;
    for (const { family, hosts, status } of this.held) {
      if (family.name === "plan_webinar" && status === "active") {
        expect(hosts ?? 0).toBeLessThanOrEqual(base.hosts ?? 0);
      }
    }
  }
}

interface Entry {
  readonly type: string;
  readonly hosts?: number | undefined;
  readonly status?: string;
}

function active({ type, hosts }: Entry): Entry {
  return { type, hosts, status: "active" };
}

function isLess({ from, to, isResumed }: StepChange): boolean {
  if (from === undefined || isResumed) return false;
  return to === undefined || (to.hosts ?? 0) < (from.hosts ?? 0);
}

const anyDesired = fc
  .record({
    base: fc.option(
      fc.record({
        type: fc.constantFrom("business_yearly", "business_monthly"),
        hosts: fc.integer({ min: 10, max: 49 }),
      }),
    ),
    webinars: fc.uniqueArray(
      fc.record({
        type: fc.constantFrom("webinar500_yearly", "webinar1000_yearly", "webinar500_monthly"),
        share: fc.integer({ min: 1, max: 10 }),
      }),
      { selector: ({ type }) => type },
    ),
    recording: fc.option(
      fc.constantFrom("cmr_monthly_commitment_40", "cmr_monthly_commitment_100"),
    ),
  })
  .map(({ base, webinars, recording }) => ({
    base: base === null ? null : want(base.type, base.hosts),
    addOns:
      base === null
        ? []
        : [
            ...webinars.map(({ type, share }) => want(type, Math.ceil((base.hosts * share) / 10))),
            ...(recording === null ? [] : [want(recording)]),
          ],
    contact: undefined,
  }));

describe("whatever an account had and is to have", () => {
  it("each wish in a row is reached, in order, and then nothing is left to do", () => {
    fc.assert(
      fc.property(fc.array(anyDesired, { minLength: 1, maxLength: 5 }), (wishes) => {
        const account = new ModelAccount();
        for (const wish of wishes) {
          const steps = planSteps(wish, account.held);
          for (const step of steps) account.make(step);
          expect(planSteps(wish, account.held)).toEqual([]);
          const running = account.held.filter(({ status }) => /^active$/i.test(status ?? ""));
          const wanted = [...(wish.base === null ? [] : [wish.base]), ...wish.addOns];
          const key = ({ type, hosts }: { type: string; hosts: number | undefined }) =>
            `${type} ${hosts ?? ""}`;
          expect(running.map(key).sort()).toEqual(wanted.map(key).sort());
          // What gives something up comes last.
          const givesUp = steps.map(({ changes }) => changes.some(isLess));
          expect(givesUp).toEqual(givesUp.toSorted((a, b) => Number(a) - Number(b)));
        }
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it("what is scheduled is neither repeated nor forgotten", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 49 }),
        fc.integer({ min: 10, max: 49 }),
        (from, to) => {
          const held = [hold("plan_base", "business_yearly", from)];
          const wish = { base: want("business_yearly", to), addOns: [], contact: undefined };
          const steps = planSteps(wish, held);
          const scheduled: Scheduled[] = steps.flatMap((step) => scheduledBy(step, held));
          expect(planSteps(wish, held, scheduled)).toHaveLength(to > from ? 1 : 0);
        },
      ),
      { seed: 5, numRuns: 100 },
    );
  });
});
