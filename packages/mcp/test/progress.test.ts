import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgress, type ProgressNotification, PULSE_MS } from "../src/progress.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(token: string | undefined = "t") {
  const sent: ProgressNotification["params"][] = [];
  const progress = createProgress(token, async ({ params }) => void sent.push(params));
  return { progress, sent };
}

describe("progress", () => {
  it("is told only to those who asked", () => {
    const { progress, sent } = setUp("");
    progress.report("a");
    expect(sent).toHaveLength(1);
    const quiet: unknown[] = [];
    const none = createProgress(undefined, async (one) => void quiet.push(one));
    none.report("a");
    none.step(1, 2, "b");
    vi.advanceTimersByTime(10 * PULSE_MS);
    none.end();
    expect(quiet).toEqual([]);
  });

  it("is told again and again while a request takes long, and never after its end", () => {
    const { progress, sent } = setUp();
    vi.advanceTimersByTime(3 * PULSE_MS);
    expect(sent).toHaveLength(3);
    expect(sent[2]?.message).toContain("15 s");
    progress.end();
    progress.report("late");
    vi.advanceTimersByTime(10 * PULSE_MS);
    expect(sent).toHaveLength(3);
  });

  it("does not fail with the connection", async () => {
    const progress = createProgress("t", () => Promise.reject(new Error("closed")));
    progress.report("a");
    await vi.advanceTimersByTimeAsync(PULSE_MS);
    progress.end();
  });

  it("only ever grows, and stays within its total", () => {
    const event = fc.oneof(
      fc.constant("report" as const),
      fc.constant("pulse" as const),
      fc.integer({ min: 0, max: 20 }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const { progress, sent } = setUp();
        let hasTotal = false;
        for (const one of events) {
          if (one === "report") progress.report("r");
          else if (one === "pulse") vi.advanceTimersByTime(PULSE_MS);
          else {
            // Without a total first, values may be larger than one that is told later.
            if (!hasTotal && sent.length > 0) continue;
            hasTotal = true;
            progress.step(one, 20, "s");
          }
        }
        progress.end();
        for (const [index, { progress: value, total }] of sent.entries()) {
          expect(value).toBeGreaterThan(sent[index - 1]?.progress ?? 0);
          if (total !== undefined) expect(value).toBeLessThanOrEqual(total);
        }
      }),
      { numRuns: 100, seed: 6 },
    );
  });
});
