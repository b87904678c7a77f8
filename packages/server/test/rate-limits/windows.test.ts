import { describe, expect, it } from "vitest";
import { DAY_MS, instantText, SECOND_MS, windowStart } from "../../src/rate-limits/windows.js";

describe("windows", () => {
  it("begin at whole seconds and at 00:00 UTC", () => {
    const nowMs = Date.parse("2021-06-01T23:59:59.999Z");
    expect(new Date(windowStart(nowMs, SECOND_MS)).toISOString()).toBe("2021-06-01T23:59:59.000Z");
    expect(new Date(windowStart(nowMs, DAY_MS)).toISOString()).toBe("2021-06-01T00:00:00.000Z");
    expect(windowStart(nowMs + 1, DAY_MS)).toBe(Date.parse("2021-06-02T00:00:00Z"));
    expect(windowStart(Date.parse("2021-06-02T00:00:00Z"), DAY_MS)).toBe(nowMs + 1);
  });

  it("name the first whole second that is not too early", () => {
    expect(instantText(Date.parse("2020-05-31T00:00:00Z"))).toBe("2020-05-31T00:00:00Z");
    expect(instantText(Date.parse("2020-05-31T00:00:00.001Z"))).toBe("2020-05-31T00:00:01Z");
    expect(instantText(Date.parse("2020-12-31T23:59:59.999Z"))).toBe("2021-01-01T00:00:00Z");
  });
});
