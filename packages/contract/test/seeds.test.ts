import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Operation, SpecialLimit } from "../src/operation.js";
import { operationList, operations } from "../src/operations/index.js";
import { problems } from "./schemas.js";

interface Seed001 {
  readonly server: { readonly url: string };
  readonly authentication: readonly { readonly schema_parameters: { readonly in: string } }[];
  readonly operations: readonly { readonly name: string; readonly description: string }[];
}

const fixture = (name: string) =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
const seed001: Seed001 = JSON.parse(fixture("001-billing-tools-config.json"));
const seed000 = fixture("000-get-plan-usage-sample.txt");
const billing = operationList.filter(({ group }) => group === "billing");

function operationOf(tool: string): Operation {
  const found = billing.find((operation) => operation.tool === tool);
  if (found === undefined) throw new Error(`no billing operation is called ${tool}`);
  return found;
}

/** The special limits of a description in words, as count, window and seconds. */
function limitsInWords(description: string): string[] {
  const MINUTES: Readonly<Record<string, number>> = { five: 5, thirty: 30 };
  const found: string[] = [];
  const interval = /\*\*one\*\*.{0,60}? every \*\*(\w+)\*\* minutes/.exec(description);
  if (interval !== null) found.push(`1 interval ${(MINUTES[interval[1] ?? ""] ?? 0) * 60}`);
  const day = /daily limit of \*\*(\d+)\*\* requests/.exec(description);
  if (day !== null) found.push(`${day[1]} day`);
  return found;
}

function limitInWords({ count, window, interval_seconds }: SpecialLimit): string {
  return window === "day" ? `${count} day` : `${count} interval ${interval_seconds}`;
}

describe("the billing tools of seed 001", () => {
  it("are the billing operations, in the same order", () => {
    expect(billing.map(({ tool }) => tool)).toEqual(seed001.operations.map(({ name }) => name));
    expect(billing).toHaveLength(13);
  });

  it.each(seed001.operations)("$name has the scope that its description names", (tool) => {
    const { scopes } = operationOf(tool.name);
    const named = [...tool.description.matchAll(/\*\*Scopes?:?\*\*:? ?`([^`]+)`/g)].map(
      (match) => match[1],
    );
    expect(named).toEqual(["billing:master"]);
    expect(scopes.classic).toContain("billing:master");
  });

  it.each(seed001.operations)("$name has the label that its description names", (tool) => {
    const named = /\[Rate Limit Label\][^`]*`([A-Za-z-]+)`/.exec(tool.description);
    expect(operationOf(tool.name).label["2021"]).toBe(named?.[1] ?? null);
  });

  it.each(seed001.operations)("$name has the special limits of its description", (tool) => {
    const { specialLimits } = operationOf(tool.name);
    expect(specialLimits["2021"].map(limitInWords)).toEqual(limitsInWords(tool.description));
  });

  it("with special limits are the three about invoices", () => {
    const limited = seed001.operations.filter(({ description }) => limitsInWords(description)[0]);
    expect(limited.map(({ name }) => name)).toEqual([
      "account_billing_invoices",
      "get_account_billing_invoice",
      "download_invoice_p_d_f",
    ]);
  });

  it.each(
    seed001.operations.filter(({ description }) =>
      /provide (the keyword )?.{1,2}me\b/.test(description),
    ),
  )("$name, which tells to write `me`, accepts it where the path has an account", (tool) => {
    const { acceptsMe, path } = operationOf(tool.name);
    expect(acceptsMe).toBe(path.includes("{accountId}"));
  });

  it("lets a regular account read its own usage by account:read:admin", () => {
    const usage = seed001.operations.find(({ name }) => name === "get_plan_usage");
    expect(usage?.description).toContain("`account:read:admin` for regular");
    expect(operations.get_plan_usage.scopes.classicForOwnAccount).toEqual(["account:read:admin"]);
  });
});

describe("the sample of seed 000", () => {
  const body = /"body": ("\{.*\}")/.exec(seed000)?.[1];
  const sample: unknown = JSON.parse(JSON.parse(body ?? '""'));

  it("is an answer that the schemas of plan usage allow", () => {
    expect(sample).toHaveProperty("plan_base.usage", 1);
    const { response } = operations.get_plan_usage;
    expect(problems(response.body["2021"], sample)).toEqual([]);
    expect(problems(response.body["2026"], sample)).toEqual([]);
  });

  it("asks for the path of the contract below the server's address", () => {
    const url = seed001.server.url + operations.get_plan_usage.path.replace(/\{(\w+)\}/g, ":$1");
    expect(seed000).toContain(`QuickGetSb("${url}"`);
    expect(seed000).toContain(`\n${url}\n`);
  });

  it("names an error that the contract has", () => {
    const { paidAccountOnly } = operations.get_plan_usage.errors;
    expect(seed000).toContain(
      `**HTTP Status Code:** \`${paidAccountOnly.status["2021"]}\` <br>\\n` +
        `**Error Code:** \`${paidAccountOnly.code}\` <br>\\n${paidAccountOnly.message}`,
    );
  });
});
