/** A connection that breaks in the middle; test/faults tries every statement. */
import { describe, expect, it } from "vitest";
import { interruptAtStatements } from "./support/crash-points.js";

const STEP = 6;

describe("a bill run and a month end interrupted", () => {
  it("at one in six of their statements end with the same books", { timeout: 60_000 }, async () => {
    expect(await interruptAtStatements(STEP)).toBeGreaterThan(40 / STEP);
  });
});
