/** GET /accounts/{accountId}/plans/usage: licences and storage, bought and in use. */
import { findPlan, type WireProfile } from "@paymaster/contract";
import { includedStorage, isRunning, planState, runningBase } from "@paymaster/engine";
import { operationFault, readTarget } from "../billing/plan-write.js";
import type { LoadedAccount } from "../store/accounts.js";
import type { ReadFactory } from "./factory.js";
import { byFamily, put } from "./plan-bodies.js";

export const getPlanUsage: ReadFactory<"accounts" | "profile"> =
  ({ accounts, profile }) =>
  async (call) => {
    const loaded = await readTarget(call, accounts);
    // A trial is not a paid plan.
    if (planState(loaded.items) !== "paid") throw operationFault(call, "paidAccountOnly");
    return { status: 200, body: usageBody(loaded, profile) };
  };

function usageBody({ record, items }: LoadedAccount, profile: WireProfile) {
  const running = items.filter(isRunning);
  const body: Record<string, unknown> = {};
  for (const [family, held] of byFamily(running)) {
    const { usage } = family;
    if (usage === null) continue;
    for (const item of held) {
      put(body, usage, {
        ...(family.name === "plan_united" ? { name: findPlan(item.planType)?.name ?? "" } : {}),
        type: item.planType,
        hosts: item.hosts,
        usage: record.usage.hosts[item.planType] ?? 0,
        // Licences offered and not yet taken: nothing here leaves a licence in between.
        ...(usage.pending && profile === "2026" ? { pending: 0 } : {}),
      });
    }
  }
  body.plan_recording = recordingUsage(running, record.usage.recordingGb);
  return body;
}

function recordingUsage(running: LoadedAccount["items"], usedGb: number) {
  const base = runningBase(running);
  if (base === null) throw new Error("usage of an account without a base plan");
  const { freeGb, planGb } = includedStorage(running, base);
  const free = Math.min(usedGb, freeGb);
  const plan = Math.min(usedGb - free, planGb);
  const recording = running.find((item) => item.family === "plan_recording");
  return {
    free_storage: storageText(freeGb),
    free_storage_usage: storageText(free),
    plan_storage: storageText(planGb),
    plan_storage_usage: storageText(plan),
    plan_storage_exceed: storageText(usedGb - free - plan),
    ...(recording === undefined ? {} : { type: recording.planType }),
  };
}

/** "3 GB", and plain "0" for nothing, as the published examples have it. */
function storageText(gb: number): string {
  return gb === 0 ? "0" : `${Number(gb.toFixed(2))} GB`;
}
