/** PUT /accounts/{accountId}/plans/addons: the type and hosts that an additional plan is to have. */
import { planWrite } from "../billing/plan-write.js";
import type { WriteFactory } from "./factory.js";
import { refuseLaterStart } from "./start-date.js";

export const accountPlanAddonUpdate: WriteFactory =
  (services) => async (call, connection, lock) => {
    refuseLaterStart(call.body);
    return planWrite(
      services,
      call,
      connection,
      lock,
      {
        kind: "changeAddon",
        planType: call.body.type as string,
        hosts: call.body.hosts as number,
      },
      () => ({ status: call.operation.response.status[services.profile], body: null }),
    );
  };
