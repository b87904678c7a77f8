import { describe, expect, it } from "vitest";
import { findCommand, OPERATION_COMMANDS } from "../src/command-table.js";

function commandOf(line: string) {
  const found = findCommand(line.split(" "));
  if (found === undefined) return undefined;
  const names = "operationNames" in found.command ? found.command.operationNames : [];
  return [(names as readonly string[])[0], ...found.rest];
}

describe("commands", () => {
  it("are derived for every operation, each with its own words and arguments", () => {
    const usages = OPERATION_COMMANDS.map((command) =>
      [...command.words, ...command.arguments.map(() => "ARG")].join(" "),
    );
    expect(new Set(usages).size).toBe(usages.length);
    expect(usages).toEqual(
      expect.arrayContaining([
        "billing ARG",
        "billing update ARG",
        "billing invoices ARG",
        "billing invoices ARG ARG",
        "billing invoices download ARG",
        "plans ARG",
        "plans create ARG",
        "plans usage ARG",
        "plans addons create ARG",
        "plans addons update ARG",
        "plans addons cancel ARG",
        "plans base update ARG",
        "plans base cancel ARG",
        "accounts",
      ]),
    );
  });

  it.each([
    ["plans usage me", ["get_plan_usage", "me"]],
    ["plans me", ["account_plans", "me"]],
    ["billing invoices me", ["account_billing_invoices", "me"]],
    [
      "billing invoices me --from 2021-01-01",
      ["account_billing_invoices", "me", "--from", "2021-01-01"],
    ],
    ["billing invoices me 8ad0 --json", ["get_account_billing_invoice", "me", "8ad0", "--json"]],
    ["billing invoices download 8ad0", ["download_invoice_p_d_f", "8ad0"]],
    ["plans base cancel abc", ["account_plan_base_delete", "abc"]],
    ["getPlanUsage me", ["get_plan_usage", "me"]],
    ["get_plan_usage me", ["get_plan_usage", "me"]],
    ["plants me", undefined],
    ["base", undefined],
  ])("%j is found", (line, expected) => {
    expect(commandOf(line)).toEqual(expected);
  });
});
