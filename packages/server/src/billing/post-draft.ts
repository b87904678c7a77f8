/** Posting one draft: it is decided anew for its target date, and keeps its id. */

import { transaction } from "../database/pool.js";
import { lockAccounts } from "../store/accounts.js";
import type { Actor } from "../store/audit.js";
import { findInvoice, type InvoiceRecord } from "../store/invoices.js";
import { billBatch } from "./bill-batch.js";
import type { BillingServices } from "./bill-run.js";
import { InvoiceRefusal } from "./cancel-invoice.js";

export async function postDraft(
  services: BillingServices,
  masterId: string,
  invoiceId: string,
  by: Actor,
): Promise<InvoiceRecord> {
  return transaction(services.pool, async (connection) => {
    const found = await findInvoice(connection, masterId, invoiceId);
    if (found === undefined) throw new InvoiceRefusal("The invoice does not exist.", false);
    const ref = { masterId, accountId: found.accountId };
    await lockAccounts(connection, [ref]);
    const draft = await findInvoice(connection, masterId, invoiceId);
    if (draft === undefined) throw new InvoiceRefusal("The invoice does not exist.", false);
    if (draft.status === "Posted") return draft;
    if (draft.status === "Canceled") {
      throw new InvoiceRefusal("A cancelled invoice cannot be posted.", true);
    }
    const outcomes = await billBatch(
      services,
      connection,
      {
        id: null,
        mode: "post",
        targetDate: draft.targetDate,
        runDate: services.clock.today(),
        by,
      },
      [ref],
    );
    const failure = outcomes.get(draft.accountId)?.failure;
    if (failure !== undefined) throw new InvoiceRefusal(failure, true);
    const posted = await findInvoice(connection, masterId, invoiceId);
    if (posted === undefined) {
      throw new InvoiceRefusal("Nothing is due any more: what the draft held was billed.", true);
    }
    return posted;
  });
}
