/** The issuer's file: used whole or not at all. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../src/config.js";
import {
  DEFAULT_ISSUER,
  issuerParty,
  loadIssuer,
  parseIssuer,
} from "../../src/e-invoice/issuer.js";

const FILE = {
  name: " Nordlicht Kommunikation GmbH ",
  address_lines: ["Hafenstraße 12"],
  city: "Hamburg",
  zip: "20457",
  country: "DE",
  email: "rechnung@nordlicht.example",
  vat_id: "DE123456789",
  registration_id: "HRB 123456",
};

describe("parseIssuer", () => {
  it("takes a file, and null for what it does not say", () => {
    expect(parseIssuer(FILE)).toEqual({
      issuer: {
        name: "Nordlicht Kommunikation GmbH",
        addressLines: ["Hafenstraße 12"],
        city: "Hamburg",
        zip: "20457",
        state: null,
        country: "DE",
        email: "rechnung@nordlicht.example",
        vatId: "DE123456789",
        taxNumber: null,
        registrationId: "HRB 123456",
        id: null,
        taxExemptionReason: "Exempt from tax",
      },
    });
  });

  it("needs a name, a country and something that identifies the issuer", () => {
    expect(parseIssuer({})).toEqual({
      problems: [
        "name: is required.",
        "country: is required.",
        expect.stringMatching(/^registration_id: .*BR-CO-26/),
      ],
    });
  });

  it.each([
    [{ tax_id: "1" }, "tax_id: there is no such field."],
    [{ name: "" }, "name: must be a text of 1 to 200 characters."],
    [{ name: 7 }, "name: must be a text"],
    [{ city: "x".repeat(201) }, "city: must be a text"],
    [{ country: "Germany" }, 'country: must be a two-letter code of the countries list, not "Ger'],
    [{ country: "AN" }, "country: must be"],
    [{ email: "nordlicht" }, "email: must be an email address."],
    [{ vat_id: "123456789" }, "vat_id: must begin with the code of a country"],
    [{ vat_id: "QQ12345" }, "vat_id: must begin with the code of a country"],
    [{ address_lines: ["1", "2", "3", "4"] }, "address_lines: must be a list of at most 3 texts."],
    [{ address_lines: "Hafenstraße 12" }, "address_lines: must be a list"],
  ])("refuses %j", (change, problem) => {
    const parsed = parseIssuer({ ...FILE, ...change });
    expect(parsed).toEqual({ problems: [expect.stringContaining(problem)] });
  });

  it.each(["EL123456789", "XI123456789", "NL123456789B01"])("knows the prefix of %s", (vat_id) => {
    expect(parseIssuer({ ...FILE, vat_id })).toHaveProperty("issuer.vatId", vat_id);
  });

  it.each([null, [], "Nordlicht", 7])("refuses %j, which is no object", (json) => {
    expect(parseIssuer(json)).toHaveProperty("problems");
  });
});

describe("loadIssuer", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "paymaster-issuer-"));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it("without a file is a stand-in that has no tax number", async () => {
    const issuer = await loadIssuer(null);
    expect(issuer).toBe(DEFAULT_ISSUER);
    expect([issuer.vatId, issuer.taxNumber, issuer.registrationId]).toEqual([null, null, null]);
  });

  it("reads a file, or says what is wrong with it", async () => {
    const path = join(dir, "issuer.json");
    await writeFile(path, JSON.stringify(FILE));
    expect((await loadIssuer(path)).vatId).toBe("DE123456789");
    await writeFile(path, JSON.stringify({ ...FILE, country: "XX", fax: "1" }));
    const refused = loadIssuer(path);
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(
      /not used, since it is wrong:\n {2}fax: .*\n {2}country: /,
    );
    await writeFile(path, "{");
    await expect(loadIssuer(path)).rejects.toThrow(/is not JSON/);
    await writeFile(path, " ".repeat(70_000));
    await expect(loadIssuer(path)).rejects.toThrow(/larger than 64 kB/);
    await expect(loadIssuer(join(dir, "missing"))).rejects.toThrow(/cannot be read/);
  });
});

describe("the setting", () => {
  it("is --issuer or PAYMASTER_ISSUER", () => {
    expect(readConfig([], {})).toHaveProperty("issuer", null);
    expect(readConfig([], { PAYMASTER_ISSUER: "a.json" })).toHaveProperty("issuer", "a.json");
    const env = { PAYMASTER_ISSUER: "a.json" };
    expect(readConfig(["--issuer", "b.json"], env)).toHaveProperty("issuer", "b.json");
  });
});

describe("on the PDF", () => {
  it("is an address as its country writes it", () => {
    const parsed = parseIssuer(FILE);
    if ("problems" in parsed) throw new Error(parsed.problems.join());
    expect(issuerParty(parsed.issuer)).toEqual({
      name: "Nordlicht Kommunikation GmbH",
      addressLines: ["Hafenstraße 12", "20457 Hamburg", "DE"],
      taxId: "DE123456789",
      email: "rechnung@nordlicht.example",
    });
    const american = { ...DEFAULT_ISSUER, city: "Reno", state: "NV", zip: "89501" };
    expect(issuerParty(american).addressLines).toContain("Reno, NV 89501");
  });
});
