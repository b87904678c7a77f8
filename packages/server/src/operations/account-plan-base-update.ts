/** PUT /accounts/{accountId}/plans/base: the type and hosts that the base plan is to have. */
import { planWrite } from "../billing/plan-write.js";
import type { WriteFactory } from "./factory.js";
import { refuseLaterStart } from "./start-date.js";

export const accountPlanBaseUpdate: WriteFactory = (services) => async (call, connection, lock) => {
  refuseLaterStart(call.body);
  return planWrite(
    services,
    call,
    connection,
    lock,
    {
      kind: "changeBase",
      planType: call.body.type as string,
      hosts: (call.body.hosts as number | undefined) ?? null,
      increasingHosts: (call.body.increasing_hosts as number | undefined) ?? null,
    },
    () => ({ status: call.operation.response.status[services.profile], body: null }),
  );
};
