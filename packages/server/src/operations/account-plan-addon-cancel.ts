/** PATCH /accounts/{accountId}/plans/addons/status: cancels an additional plan at the end of its period. */
import { planWrite } from "../billing/plan-write.js";
import type { WriteFactory } from "./factory.js";

export const accountPlanAddonCancel: WriteFactory = (services) => (call, connection, lock) =>
  planWrite(
    services,
    call,
    connection,
    lock,
    {
      kind: "cancelAddon",
      planType: (call.body.type as string | undefined) ?? null,
      reason: (call.body.reason as number | undefined) ?? null,
      comment: (call.body.comment as string | undefined) ?? null,
    },
    () => ({ status: call.operation.response.status[services.profile], body: null }),
  );
