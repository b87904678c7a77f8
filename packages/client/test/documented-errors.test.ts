import type { WireError } from "@paymaster/contract";
import { describe, expect, it } from "vitest";
import { createErrorMatcher } from "../src/documented-errors.js";

function wireError(code: number, message: string, message2026?: string): WireError {
  const status = { "2021": 400, "2026": 400 };
  const base = { code, message, status, source: ["OAD"], confidence: "documented" } as const;
  return message2026 === undefined ? base : { ...base, message2026 };
}

describe("createErrorMatcher", () => {
  const match = createErrorMatcher(
    {
      anyCountry: wireError(2100, "Invalid {what}: {value}."),
      invalidCountry: wireError(2100, "Invalid country parameter: {country}."),
      noSubscription: wireError(
        200,
        "You don't have a plan subscription for ({planCode}) yet..",
        'You do not have a "{planCode}" plan subscription.',
      ),
      host: wireError(2100, "Invalid host number."),
    },
    { host: wireError(2100, "Invalid host number."), invalidToken: wireError(124, "Bad token.") },
  );

  it("finds the template and prefers the more specific one", () => {
    expect(match(2100, "Invalid country parameter: XX.")).toBe("invalidCountry");
    expect(match(2100, "Invalid plan: XX.")).toBe("anyCountry");
  });

  it("takes special characters of a template literally, and knows both wordings", () => {
    expect(match(200, "You don't have a plan subscription for (large500) yet..")).toBe(
      "noSubscription",
    );
    expect(match(200, "You don’t have a plan subscription for (large500) yet..")).toBe(
      "noSubscription",
    );
    expect(match(200, 'You do not have a "large500" plan subscription.')).toBe("noSubscription");
    expect(match(2100, "Invalid host numberX")).toBeUndefined();
  });

  it("wants the code to agree, and asks the tables in their order", () => {
    expect(match(300, "Invalid host number.")).toBeUndefined();
    expect(match(2100, "Invalid host number.")).toBe("host");
    expect(match(124, "Bad token.")).toBe("invalidToken");
    expect(match(1, "Something else")).toBeUndefined();
  });
});
