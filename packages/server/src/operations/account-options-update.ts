/** PATCH /accounts/{accountId}/options: who pays, whether plans renew, and options that are only kept. */
import { planWrite } from "../billing/plan-write.js";
import type { Connection } from "../database/pool.js";
import type { Call, Services } from "../http/call.js";
import { mergeOptions } from "../store/account-changes.js";
import type { AccountRecord } from "../store/accounts.js";
import { writeAudit } from "../store/audit.js";
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
      if (Object.keys(others).length > 0) await changeOptions(services, call, connection, others);
      return planned.write();
    },
  };
};

async function changeOptions(
  { clock }: Pick<Services, "clock">,
  call: Call,
  connection: Connection,
  others: AccountRecord["options"],
): Promise<void> {
  const { before, after } = await mergeOptions(connection, call.target, others);
  const by = { actor: call.principal.actor, trackingId: call.trackingId };
  const event = { event: "options_changed", itemNumber: null, before, after };
  await writeAudit(connection, by, clock.now(), [{ ...call.target, ...event }]);
}
