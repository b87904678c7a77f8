/** DELETE /accounts/{accountId}: a sub account without a paid plan leaves its master. */
import { planState } from "@paymaster/engine";
import { accountNotFound, loadTarget, operationFault } from "../billing/plan-write.js";
import { emptyPreview } from "../billing/preview-body.js";
import { validationFault } from "../http/validation.js";
import { disassociate } from "../store/account-changes.js";
import { hasSubAccounts } from "../store/accounts.js";
import { writeAudit } from "../store/audit.js";
import type { WriteFactory } from "./factory.js";

export const accountDisassociate: WriteFactory =
  ({ clock, profile }) =>
  async (call, connection, lock) => {
    const { record, items } = await loadTarget(call, connection, lock);
    if (record.kind !== "sub") throw accountNotFound(call);
    if (planState(items) === "paid") throw operationFault(call, "paidAccount");
    // Accounts that it manages, and pays for, must not be left without it.
    if (await hasSubAccounts(connection, record)) {
      const message = "The account has sub accounts of its own: disassociate those first.";
      throw validationFault([{ field: "accountId", message }]);
    }
    return {
      preview: () => emptyPreview(clock.today(), record.currency),
      write: async () => {
        await disassociate(connection, record, clock.now());
        await writeAudit(
          connection,
          { actor: call.principal.actor, trackingId: call.trackingId },
          clock.now(),
          [
            {
              ...record,
              event: "account_disassociated",
              itemNumber: null,
              before: { account_name: record.accountName },
              after: null,
            },
          ],
        );
        return { status: call.operation.response.status[profile], body: null };
      },
    };
  };
