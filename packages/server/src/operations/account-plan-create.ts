/** POST /accounts/{accountId}/plans: subscribes a free or trial sub account to a base plan and add-ons. */

import type { Contact } from "@paymaster/engine";
import { subscribeCommandOf } from "@paymaster/engine";
import { planWrite } from "../billing/plan-write.js";
import { saveContact } from "../store/account-changes.js";
import type { WriteFactory } from "./factory.js";
import { refuseLaterStart } from "./start-date.js";

export const accountPlanCreate: WriteFactory = (services) => async (call, connection, lock) => {
  refuseLaterStart(call.body);
  const contact = (call.body.contact as Contact | undefined) ?? null;
  const planned = await planWrite(
    services,
    call,
    connection,
    lock,
    subscribeCommandOf(call.body),
    () => {
      const { contact: _contact, ...plans } = call.body;
      return { status: call.operation.response.status[services.profile], body: plans };
    },
    contact,
  );
  return {
    preview: planned.preview,
    write: async () => {
      if (contact !== null) await saveContact(connection, call.target, contact);
      return planned.write();
    },
  };
};
