/** PATCH /accounts/{accountId}/plans/base/status: cancels the base plan at the end of its period. */
import { planWrite } from "../billing/plan-write.js";
import type { WriteFactory } from "./factory.js";

export const accountPlanBaseDelete: WriteFactory = (services) => (call, connection, lock) =>
  planWrite(
    services,
    call,
    connection,
    lock,
    {
      kind: "cancelBase",
      reason: (call.body.reason as number | undefined) ?? null,
      comment: (call.body.comment as string | undefined) ?? null,
    },
    () => ({ status: call.operation.response.status[services.profile], body: null }),
  );
