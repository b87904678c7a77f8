/** POST /accounts/{accountId}/plans/addons: one additional plan, or the parts of a phone plan. */
import { addonCommandOf } from "@paymaster/engine";
import { planWrite } from "../billing/plan-write.js";
import type { WriteFactory } from "./factory.js";

export const accountPlanAddonCreate: WriteFactory = (services) => (call, connection, lock) =>
  planWrite(services, call, connection, lock, addonCommandOf(call.body), () => ({
    status: call.operation.response.status[services.profile],
    // 2021 documents no body; 2026 echoes what was added.
    body: services.profile === "2026" ? call.body : null,
  }));
