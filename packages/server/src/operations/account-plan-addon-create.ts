/** POST /accounts/{accountId}/plans/addons: one additional plan, or the parts of a phone plan. */
import { findFamily } from "@paymaster/contract";
import { addonCommandOf } from "@paymaster/engine";
import { planWrite } from "../billing/plan-write.js";
import type { WriteFactory } from "./factory.js";
import { put } from "./plan-bodies.js";
import { refuseLaterStart } from "./start-date.js";

export const accountPlanAddonCreate: WriteFactory =
  (services) => async (call, connection, lock) => {
    refuseLaterStart(call.body);
    return planWrite(services, call, connection, lock, addonCommandOf(call.body), () => ({
      status: call.operation.response.status[services.profile],
      // 2021 documents no body; 2026 echoes what was added, where POST plans would have it.
      body: services.profile === "2026" ? addedPlans(call.body) : null,
    }));
  };

function addedPlans(body: Readonly<Record<string, unknown>>) {
  const echo: Record<string, unknown> = {};
  for (const { family: name, planType, hosts, options } of addonCommandOf(body).addons) {
    const family = findFamily(name);
    const place = family.request ?? family.plans;
    if (family.shape === "code") echo[name] = planType;
    else put(echo, place, { type: planType, ...(hosts === null ? {} : { hosts }), ...options });
  }
  return echo;
}
