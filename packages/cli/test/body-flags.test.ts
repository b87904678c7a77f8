import { operations } from "@paymaster/contract";
import { describe, expect, it } from "vitest";
import { bodyFlags, bodyFromFlags } from "../src/body-flags.js";
import { UsageError } from "../src/exit-codes.js";

const schema = {
  anyOf: [
    {
      type: "object",
      properties: {
        type: { type: "string", description: "Plan code." },
        hosts: { type: "integer" },
        contact: { type: "object", properties: { city: { type: "string" } } },
        list: { type: "array", items: { type: "string" } },
        reason: { anyOf: [{ const: 1 }, { const: 2 }] },
        on: { type: "boolean" },
      },
    },
    { type: "object", properties: { type: { const: "plan_phone" }, extra: { enum: ["a"] } } },
  ],
};

describe("flags of a body", () => {
  const flags = bodyFlags(schema);

  it("are its scalar members, nested ones with dots, alternatives merged", () => {
    expect(flags.map(({ name, type }) => `${name}:${type}`)).toEqual([
      "type:string",
      "hosts:integer",
      "contact.city:string",
      "reason:number",
      "on:boolean",
      "extra:string",
    ]);
    expect(flags[0]?.description).toBe("Plan code.");
    expect(bodyFlags(null)).toEqual([]);
  });

  it("make the body", () => {
    const given = new Map([
      ["type", "large500_monthly"],
      ["hosts", "3"],
      ["contact.city", "Bonn"],
      ["on", "true"],
    ]);
    expect(bodyFromFlags(flags, (name) => given.get(name))).toEqual({
      type: "large500_monthly",
      hosts: 3,
      contact: { city: "Bonn" },
      on: true,
    });
    expect(bodyFromFlags(flags, () => undefined)).toBeUndefined();
  });

  it.each([
    ["hosts", "three", /a whole number, got "three"/],
    ["hosts", "1.5", /a whole number/],
    ["hosts", "", /a whole number/],
    ["on", "yes", /true or false/],
  ])("refuse --%s %s", (name, value, expected) => {
    expect(() => bodyFromFlags(flags, (flag) => (flag === name ? value : undefined))).toThrow(
      expected,
    );
    expect(() => bodyFromFlags(flags, (flag) => (flag === name ? value : undefined))).toThrow(
      UsageError,
    );
  });

  it("cover type and hosts of the base plan in the contract", () => {
    const names = bodyFlags(operations.account_plan_base_update.body["2021"]).map((f) => f.name);
    expect(names).toEqual(expect.arrayContaining(["type", "hosts"]));
  });
});
