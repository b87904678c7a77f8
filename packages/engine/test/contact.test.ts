import { describe, expect, it } from "vitest";
import type { Contact } from "../src/contact.js";
import { checkContactChange } from "../src/update-contact.js";
import { CONTACT, subscribe, World } from "./world.js";

const DAY = "2026-03-01";

function subscribeWith(contact: Contact | null) {
  return { ...subscribe("monthly", 2), contact };
}

describe("Contact of POST plans: the last check, the first wrong member in the documented order", () => {
  it.each([
    "first_name",
    "last_name",
    "email",
    "country",
    "address",
    "city",
    "phone_number",
    "state",
    "zip",
  ] as const)("%s missing or empty", (member) => {
    const { [member]: _gone, ...rest } = CONTACT;
    for (const contact of [rest, { ...CONTACT, [member]: "" }, { ...CONTACT, [member]: " \t" }]) {
      expect(new World().refusal(DAY, subscribeWith(contact))).toEqual({
        ok: false,
        error: "invalidContactMember",
        params: { member },
      });
    }
  });

  it("names the first of several", () => {
    const contact = { ...CONTACT, zip: "", city: "", email: "not an address" };
    expect(new World().refusal(DAY, subscribeWith(contact)).params).toEqual({ member: "email" });
  });

  it.each(["ada", "ada@", "@example.com", "ada@example", "a b@example.com"])(
    "email %s",
    (email) => {
      expect(new World().refusal(DAY, subscribeWith({ ...CONTACT, email })).params).toEqual({
        member: "email",
      });
    },
  );

  it("knows the published countries, and states where they are published", () => {
    const refusal = (contact: Contact) => new World().refusal(DAY, subscribeWith(contact));
    expect(refusal({ ...CONTACT, country: "XX" })).toMatchObject({
      error: "invalidCountry",
      params: { country: "XX" },
    });
    expect(refusal({ ...CONTACT, state: "ZZ" })).toMatchObject({
      error: "invalidState",
      params: { state: "ZZ" },
    });
    new World().on(DAY, subscribeWith({ ...CONTACT, country: "DE", state: "Bayern" }));
  });

  it("comes after the plan", () => {
    const both = { ...subscribe("monthly", 10), contact: { ...CONTACT, email: "" } };
    expect(new World().refusal(DAY, both).error).toBe("buyHostsTooMany");
  });

  it("may be left out in 2021, and not in 2026", () => {
    new World().on(DAY, subscribeWith(null));
    const world = new World();
    world.books = { ...world.books, profile: "2026" };
    expect(world.refusal(DAY, subscribeWith(null)).params).toEqual({ member: "first_name" });
    // The operator's first plan of an account needs no contact in either.
    world.on(DAY, { ...subscribeWith(null), byOperator: true });
  });
});

describe("PATCH billing", () => {
  it("needs a purchase first", () => {
    const change = { kind: "updateContact", contact: { city: "Berlin" }, current: {} } as const;
    expect(new World().refusal(DAY, change).error).toBe("subscribePlanFirst");
    const world = new World();
    world.on(DAY, subscribe("monthly", 2));
    world.on(DAY, { ...change, current: CONTACT });
    expect(world.last?.changedItems).toEqual([]);
  });

  it("checks the regions that the change leads to", () => {
    expect(checkContactChange({ country: "ZZ" }, CONTACT, "2021")).toMatchObject({
      error: "invalidCountry",
    });
    expect(checkContactChange({ state: "ZZ" }, CONTACT, "2021")).toMatchObject({
      error: "invalidState",
    });
    const german = { ...CONTACT, country: "DE", state: "Bayern" };
    expect(checkContactChange({ country: "US" }, german, "2021")).toMatchObject({
      params: { state: "Bayern" },
    });
    expect(checkContactChange({ state: "Hessen" }, german, "2021")).toBeNull();
  });

  it.each(["<b>", "a\u0000b", "a\u007fb", "line\nbreak"])(
    "special characters in 2026: %j",
    (city) => {
      expect(checkContactChange({ city }, CONTACT, "2026")).toEqual({
        ok: false,
        error: "specialCharacters",
        params: { field: "city" },
      });
      expect(checkContactChange({ city }, CONTACT, "2021")).toBeNull();
    },
  );
});
