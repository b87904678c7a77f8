import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSyntaxError, lineAndColumn } from "../src/json-position.js";

describe("findSyntaxError", () => {
  it.each([
    ["", 0],
    ["{", 1],
    ['{"a": x}', 6],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ["[1 2]", 3],
    ["[01]", 2],
    ['"a', 0],
    ["1 1", 2],
    ["{'a':1}", 1],
    ["// no", 0],
  ])("finds the place in %j", (text, offset) => {
    expect(findSyntaxError(text)).toBe(offset);
  });

  it("agrees with JSON.parse on what is JSON", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, at, inserted) => {
        const offset = at % (json.length + 1);
        const text = json.slice(0, offset) + inserted + json.slice(offset);
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        expect(findSyntaxError(text) === undefined).toBe(parses);
      }),
      { numRuns: 500 },
    );
  });

  it("does not go deeper than a limit", () => {
    expect(findSyntaxError("[".repeat(100_000))).toBeLessThan(300);
  });
});

describe("lineAndColumn", () => {
  it("counts both from one", () => {
    expect(lineAndColumn("ab\ncd", 0)).toEqual({ line: 1, column: 1 });
    expect(lineAndColumn("ab\ncd", 4)).toEqual({ line: 2, column: 2 });
  });
});
