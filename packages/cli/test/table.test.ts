import { describe, expect, it } from "vitest";
import { renderForPeople } from "../src/table.js";

describe("renderForPeople", () => {
  it("shows members, nested ones indented, lists of records as columns", () => {
    const invoices = [
      { id: "a", total_amount: 1999, status: "Posted" },
      { id: "bcd", total_amount: 9.5, status: "Draft" },
    ];
    const answer = { currency: "USD", invoices, page: { size: 30 } };
    expect(renderForPeople(answer)).toBe(`currency  USD
invoices
  id   total_amount  status
  ---  ------------  ------
  a            1999  Posted
  bcd           9.5  Draft
page
  size  30
`);
  });

  it("shows what is empty or irregular", () => {
    expect(renderForPeople({})).toBe("(empty)\n");
    expect(renderForPeople({ list: [] })).toBe("list\n  (none)\n");
    expect(renderForPeople(["a", { b: [1] }])).toBe("- a\n2. b\n     - 1\n");
    expect(renderForPeople(undefined)).toBe("");
  });

  it("keeps a cell short and a terminal safe", () => {
    const shown = renderForPeople({ a: "x".repeat(100), b: "\u001b[31mred\u0007" });
    expect(shown).toContain("…");
    expect(shown).not.toContain("\u001b");
    expect(shown).toContain("?[31mred?");
  });
});
