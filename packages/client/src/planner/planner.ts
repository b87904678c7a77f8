/** The quota planner. */
import type { QuotaPlanner, QuotaPlannerOptions } from "./types.js";

/** The interface alone for now: it lets every call through at once. */
export function createQuotaPlanner(options: QuotaPlannerOptions = {}): QuotaPlanner {
  const nowMs = options.clock?.now() ?? Date.now();
  const turn = { answered() {}, refused() {}, lost() {}, unsent() {} };
  return {
    plan: (calls) => ({
      nowMs,
      finishMs: nowMs,
      durationMs: 0,
      calls: calls.length,
      steps: calls.map(({ tool }, index) => ({ index, tool, atMs: nowMs, waitsFor: undefined })),
      days: [],
      rules: [],
    }),
    status: () => ({
      nowMs,
      uncertaintyMs: undefined,
      tier: options.tier ?? "business",
      queued: { interactive: 0, background: 0 },
      inFlight: 0,
      rules: [],
    }),
    turn: async () => turn,
    showServiceTime() {},
    async close() {},
  };
}
