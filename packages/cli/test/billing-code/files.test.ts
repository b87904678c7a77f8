/** Billing files: what is read, and what is said of a wrong one. It is refused whole. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BillingFileError } from "../../src/billing-code/desired.js";
import { readBillingFile } from "../../src/billing-code/read-file.js";
import { emptyFolder } from "../support/run.js";

function read(name: string, text: string | Buffer) {
  const file = join(emptyFolder(), name);
  writeFileSync(file, text);
  return readBillingFile(file);
}

function problemsOf(name: string, text: string): readonly string[] {
  try {
    read(name, text);
  } catch (error) {
    if (!(error instanceof BillingFileError)) throw error;
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  return [];
}

const YAML = `
contact: {first_name: Ada, zip: "80014"}
accounts:
  - account: abc
    base: {type: business_yearly, hosts: 10}
    add_ons:
      - {type: webinar500_yearly, hosts: 2}
      - {type: cmr_monthly_commitment_40}
      - {type: tollfree_monthly_commitment_100, tollfree_countries: US}
  - email: Ada@example.com
    base: null
`;

describe("YAML", () => {
  it("says which plans each account is to have", () => {
    const [first, second] = read("plans.yaml", YAML).accounts;
    expect(first).toMatchObject({
      by: "id",
      name: "abc",
      base: { type: "business_yearly", hosts: 10 },
      contact: { first_name: "Ada", zip: "80014" },
      place: { line: 4, column: 5 },
    });
    expect(first?.addOns.map(({ type, hosts, options }) => ({ type, hosts, options }))).toEqual([
      { type: "webinar500_yearly", hosts: 2, options: {} },
      { type: "cmr_monthly_commitment_40", hosts: undefined, options: {} },
      {
        type: "tollfree_monthly_commitment_100",
        hosts: undefined,
        options: { tollfree_countries: "US" },
      },
    ]);
    expect(second).toMatchObject({ by: "email", name: "Ada@example.com", base: null, addOns: [] });
  });

  it.each([
    ["accounts: [", /^1:12 /],
    ["", /^1:1 expected a mapping with accounts/],
    ["accounts: 7", /^1:11 expected accounts: a list/],
    ["acounts: []", /^1:1 unknown member "acounts"; expected accounts, contact/],
    ["accounts:\n  - base: null", /^2:5 expected either account \(its id\) or email/],
    ["accounts:\n  - account: a", /^2:5 expected base: a plan with type and hosts, or null/],
    ["accounts:\n  - {account: 7, base: null}", /^2:5 account: expected an id as text, got 7/],
    ["accounts:\n  - {email: ada, base: null}", /^2:5 email: expected an address/],
    [
      "accounts:\n  - {account: a, base: null}\n  - {account: a, base: null}",
      /^3:5 a stands in line 2 already/,
    ],
    [
      "accounts:\n  - account: a\n    base: {type: busines_yearly, hosts: 10}",
      /^3:18 expected a plan type, got "busines_yearly"; did you mean business_yearly\?/,
    ],
    [
      "accounts:\n  - account: a\n    base: {type: business_yearly, hosts: 9}",
      /^3:42 business_yearly: expected hosts from 10 to \d+, got 9/,
    ],
    [
      'accounts:\n  - account: a\n    base: {type: business_yearly, hosts: "10"}',
      /^3:42 business_yearly: expected hosts from 10 to \d+, got "10"/,
    ],
    [
      "accounts:\n  - account: a\n    base: {type: webinar500_yearly, hosts: 2}",
      /^3:18 webinar500_yearly cannot be a base plan/,
    ],
    [
      "accounts:\n  - account: a\n    base: null\n    add_ons: [{type: webinar500_yearly, hosts: 2}]",
      /^2:5 expected a base plan, since add-ons need one/,
    ],
    [
      "accounts:\n  - account: a\n    base: {type: business_yearly, hosts: 10}\n    add_ons:\n      - {type: cmr_monthly_commitment_40}\n      - {type: cmr_monthly_commitment_100}",
      /^6:16 cmr_monthly_commitment_100 and cmr_monthly_commitment_40 cannot be held together/,
    ],
    ["contact: {zip: 80014}\naccounts: []", /^1:16 zip: expected text; put it in quotes/],
    ["a: &a [x]\naccounts: *a", /unknown member "a"/],
  ])("%j is refused", (text, message) => {
    expect(problemsOf("plans.yaml", text)[0]).toMatch(message);
  });

  it("tells every problem at once, in the file's order", () => {
    const text =
      "accounts:\n  - {account: a, base: {type: x, hosts: 1}}\n  - {account: b, base: 7}\n  - c";
    expect(problemsOf("plans.yaml", text).map((text) => text.slice(0, 4))).toEqual([
      "2:31",
      "3:24",
      "4:5 ",
    ]);
  });
});

const CSV = `account,email,role,type,hosts
abc,,,business_yearly,10
abc,,,webinar500_yearly,2
abc,,,cmr_monthly_commitment_40,
,ada@example.com,,,
`;

describe("CSV", () => {
  it("has a line for each plan", () => {
    const [first, second] = read("plans.csv", CSV).accounts;
    expect(first).toMatchObject({ name: "abc", base: { type: "business_yearly", hosts: 10 } });
    expect(first?.addOns.map(({ type, hosts }) => [type, hosts])).toEqual([
      ["webinar500_yearly", 2],
      ["cmr_monthly_commitment_40", undefined],
    ]);
    expect(second).toMatchObject({ by: "email", name: "ada@example.com", base: null });
  });

  it.each([
    ["", /^1:1 expected a line of names/],
    ["account,type,hots\n", /^1:3 unknown column "hots"; expected account, email/],
    ["account,type\n", /^1:1 expected a column hosts/],
    ['account,type,hosts\n"a,business_yearly,10\n', /^\d+:1 .*quote/i],
    ["account,type,hosts\na,business_yearly,ten\n", /^2:3 business_yearly: expected hosts from 10/],
    ["account,type,hosts\na,business_yearly,10,x\n", /^2:4 expected 3 fields/],
    ["account,type,hosts\n,business_yearly,10\n", /^2:1 expected either account/],
    [
      "account,type,hosts\na,business_yearly,10\na,business_monthly,10\n",
      /^3:2 an account has one base plan; business_yearly is it/,
    ],
    ["account,role,type,hosts\na,bas,business_yearly,10\n", /^2:2 role: expected base or add-on/],
    ["account,type,hosts\na,,\na,business_yearly,10\n", /^3:2 an earlier line says/],
  ])("%j is refused", (text, message) => {
    expect(problemsOf("plans.csv", text)).toContainEqual(expect.stringMatching(message));
  });
});

it("only text of a known form is read", () => {
  expect(() => read("plans.txt", "")).toThrow(/ends in .yaml, .yml, .json or .csv/);
  expect(() => read("plans.yaml", Buffer.from([0xff, 0xfe, 0x00]))).toThrow(/not text in UTF-8/);
  expect(() => readBillingFile("/nowhere/plans.yaml")).toThrow(/no such file/);
});
