import { findPlan } from "@paymaster/contract";
import { describe, expect, test } from "vitest";
import { addonBody } from "../src/screens/account/change.js";
import { plansOfWire } from "../src/screens/account/plans-of-wire.js";

describe("plans as the wire tells them", () => {
  test("an entry, a list and a bare code become rows alike, with what usage counts", () => {
    const rows = plansOfWire(
      {
        plan_base: {
          type: "business_monthly",
          hosts: 12,
          status: "active",
          service_effective_date: "2026-01-10",
          next_invoice_date: "2026-04-10",
        },
        plan_webinar: [
          { type: "webinar500_monthly", hosts: 2, status: "cancel" },
          { type: "webinar1000_monthly", hosts: 1, status: "expired" },
        ],
        plan_recording: "cmr_monthly_commitment_40",
        plan_recording_status: "Cancelled",
        plan_recording_next_invoice_date: "2026-04-01",
        plan_phone: { plan_base: { type: "phone_monthly_prepay_usage", callout_countries: "US" } },
      },
      {
        plan_base: { type: "business_monthly", hosts: 12, usage: 7 },
        plan_webinar: [{ type: "webinar500_monthly", hosts: 2, usage: 1 }],
      },
    );
    const told = rows.map((row) => [row.role, row.planType, row.status, row.hosts, row.hostsUsed]);
    expect(told).toEqual([
      ["base", "business_monthly", "active", 12, 7],
      ["addon", "webinar500_monthly", "ending", 2, 1],
      ["addon", "webinar1000_monthly", "expired", 1, null],
      ["addon", "cmr_monthly_commitment_40", "ending", null, null],
      ["addon", "phone_monthly_prepay_usage", "unknown", null, null],
    ]);
    expect(rows[0]).toMatchObject({ startDate: "2026-01-10", periodEnd: "2026-04-10" });
    expect(rows[3]).toMatchObject({ periodEnd: "2026-04-01" });
  });

  test("an answer without plans, or with something else in their place, has no rows", () => {
    expect(plansOfWire({}, {})).toEqual([]);
    expect(plansOfWire({ plan_base: null, plan_webinar: [7, "x", {}] }, null)).toEqual([]);
  });
});

describe("the body of an add-on", () => {
  const bodyOf = (type: string, calloutCountries = "") => {
    const plan = findPlan(type);
    if (plan === undefined) throw new Error(`There is no plan ${type}.`);
    return addonBody({ kind: "add", plan, hosts: 3, calloutCountries });
  };

  test("has licences only where the family has them", () => {
    expect(bodyOf("webinar500_monthly")).toEqual({ type: "webinar500_monthly", hosts: 3 });
    expect(bodyOf("cmr_monthly_commitment_40")).toEqual({ type: "cmr_monthly_commitment_40" });
  });

  test("of a family that is bought in parts names the group and carries the part", () => {
    const phone = bodyOf("phone_monthly_prepay_usage", "US,DE");
    expect(phone).toEqual({
      type: "plan_phone",
      plan_details: {
        plan_base: { type: "phone_monthly_prepay_usage", callout_countries: "US,DE" },
      },
    });
    expect(bodyOf("phone_calling_usca_monthly_metered")).toEqual({
      type: "plan_phone",
      plan_details: { plan_calling: [{ type: "phone_calling_usca_monthly_metered", hosts: 3 }] },
    });
  });
});
