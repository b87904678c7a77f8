/** PATCH /accounts/{accountId}/billing: changes members of the billing contact; the others stay. */

import type { Contact } from "@paymaster/engine";
import { checkContactChange } from "@paymaster/engine";
import { loadTarget, operationFault, previewOfNoPlan, withContact } from "../billing/plan-write.js";
import { saveContact } from "../store/account-changes.js";
import { writeAudit } from "../store/audit.js";
import { billingContact } from "./account-billing.js";
import type { WriteFactory } from "./factory.js";

export const accountBillingUpdate: WriteFactory = (services) => async (call, connection, lock) => {
  const { clock, profile } = services;
  const loaded = await loadTarget(call, connection, lock);
  const { record } = loaded;
  if (record.kind === "sub" && record.payMode === "sub") {
    throw operationFault(call, "selfPayMode");
  }
  if (!record.everPaid) throw operationFault(call, "subscribePlanFirst");
  const change = call.body as Contact;
  const before = billingContact(record);
  const refusal = checkContactChange(change, before, profile);
  if (refusal !== null) throw operationFault(call, refusal.error, refusal.params);
  const after = { ...before, ...change };
  return {
    // No plan changes, but the address decides about the tax of what comes next.
    preview: () => previewOfNoPlan(services, withContact(loaded, after)),
    write: async () => {
      await saveContact(connection, record, after);
      await writeAudit(
        connection,
        { actor: call.principal.actor, trackingId: call.trackingId },
        clock.now(),
        [{ ...record, event: "contact_changed", itemNumber: null, before, after }],
      );
      return { status: call.operation.response.status[profile], body: null };
    },
  };
};
