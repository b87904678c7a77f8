/** XML is written so that any parser reads back what was meant. */
import fc from "fast-check";
import { XmlDocument } from "libxml2-wasm";
import { describe, expect, it } from "vitest";
import { cleanText, group, text, writeXml } from "../../src/e-invoice/xml.js";

describe("writeXml", () => {
  it("writes text and attributes that a parser reads back, whatever stands in them", () => {
    const strange = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.string({ unit: fc.constantFrom("<", "&", "]]>", '"', "'", "\n", "\t", "&amp;", "x") }),
    );
    fc.assert(
      fc.property(strange, (value) => {
        const content = cleanText(value);
        const xml = writeXml("root", {}, text("name", value, { unit: content }));
        const document = XmlDocument.fromString(xml);
        expect(document.get("/root/name")?.content ?? "").toBe(content);
        if (content !== "") expect(document.get("/root/name/@unit")?.content).toBe(content);
        document.dispose();
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it("leaves out what is empty, and groups of nothing", () => {
    const xml = writeXml("r", {}, group("g", text("a", ""), null, [text("b", " \n ")]), undefined);
    expect(xml).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<r>\n</r>\n');
  });

  it("indents, and keeps the order of parts", () => {
    const xml = writeXml("r", { xmlns: "urn:x" }, group("g", [text("b", "2")], text("a", "1")));
    expect(xml.split("\n").slice(1, -1)).toEqual([
      '<r xmlns="urn:x">',
      "  <g>",
      "    <b>2</b>",
      "    <a>1</a>",
      "  </g>",
      "</r>",
    ]);
  });
});

describe("cleanText", () => {
  it.each([
    ["a\u0000b\u001fc\u007fd\u0085e", "a b c d e"],
    ["  two\r\n lines\t ", "two lines"],
    ["half \ud83d a pair, \udc00 other half", "half \ufffd a pair, \ufffd other half"],
    ["no \ufffe character \uffff", "no \ufffd character \ufffd"],
    ["whole \u{1f680} pair", "whole \u{1f680} pair"],
  ])("%j", (value, expected) => {
    expect(cleanText(value)).toBe(expected);
  });

  it("cuts what no name is long enough for, between characters", () => {
    const cleaned = cleanText(`x${"\u{1f680}".repeat(1_500)}`);
    expect(cleaned.length).toBeLessThanOrEqual(2_000);
    expect(cleaned).not.toMatch(/[\ud800-\udfff]/u);
  });
});
