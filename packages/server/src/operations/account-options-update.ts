/** PATCH /accounts/{accountId}/options: who pays, whether plans renew, and options that are only kept. */
import { planWrite } from "../billing/plan-write.js";
import { mergeOptions } from "../store/account-changes.js";
import { splitOptions } from "./account-options.js";
import type { WriteFactory } from "./factory.js";

export const accountOptionsUpdate: WriteFactory = (services) => async (call, connection, lock) => {
  const { payMode, autoRenew, others } = splitOptions(call.body);
  const planned = await planWrite(
    services,
    call,
    connection,
    lock,
    {
      kind: "setOptions",
      ...(payMode === undefined ? {} : { payMode }),
      ...(autoRenew === undefined ? {} : { autoRenew }),
    },
    () => ({ status: call.operation.response.status[services.profile], body: null }),
  );
  return {
    preview: planned.preview,
    write: async () => {
      if (Object.keys(others).length > 0) await mergeOptions(connection, call.target, others);
      return planned.write();
    },
  };
};
