/** A connection that breaks at every single statement of a bill run and a month end. */
import { describe, expect, it } from "vitest";
import { interruptAtStatements } from "../books/support/crash-points.js";

describe("a bill run and a month end interrupted", () => {
  it("at each of their statements end with the same books", async () => {
    expect(await interruptAtStatements(1)).toBeGreaterThan(40);
  });
});
