/** PUT /accounts/{accountId}/plans/base: the type and hosts that the base plan is to have. */
import { planWrite } from "../billing/plan-write.js";
import type { WriteFactory } from "./factory.js";

export const accountPlanBaseUpdate: WriteFactory = (services) => (call, connection, lock) =>
  planWrite(
    services,
    call,
    connection,
    lock,
    {
      kind: "changeBase",
      planType: call.body.type as string,
      hosts: (call.body.hosts as number | undefined) ?? null,
    },
    () => ({ status: call.operation.response.status[services.profile], body: null }),
  );
