/** Drafts: invoices that a draft bill run proposes. They claim nothing; a later run makes them anew. */
import type { AssembledInvoice, CivilDate } from "@paymaster/engine";
import type { Connection, Queryable } from "../database/pool.js";
import { insertRows } from "../database/rows.js";
import { newInvoiceId } from "../ids.js";
import type { AccountRef, LoadedAccount } from "./accounts.js";

const COLUMNS = {
  master_id: "text",
  id: "text",
  account_id: "text",
  payer_id: "text",
  status: "text",
  currency: "text",
  invoice_date: "date",
  target_date: "date",
  due_date: "date",
  net_minor: "bigint",
  tax_minor: "bigint",
  total_minor: "bigint",
  lines: "jsonb",
  bill_run_id: "text",
  created_at: "timestamptz",
} as const;

/** Ids of the open drafts of accounts, by account id; only those for a target date up to `upTo`. */
export async function findDraftIds(
  db: Queryable,
  refs: readonly AccountRef[],
  upTo: CivilDate | null,
): Promise<Map<string, string>> {
  const { rows } = await db.query({
    name: "find-draft-ids",
    text: `select d.account_id, d.id from invoice_drafts d
      join unnest($1::text[], $2::text[]) as w (master_id, account_id)
        on d.master_id = w.master_id and d.account_id = w.account_id
      where d.status = 'Draft' and ($3::date is null or d.target_date <= $3)`,
    values: [refs.map((ref) => ref.masterId), refs.map((ref) => ref.accountId), upTo],
  });
  return new Map(rows.map((row) => [row.account_id, row.id]));
}

/** Takes open drafts away: they were posted, or are made anew. */
export async function deleteDrafts(db: Queryable, refs: readonly AccountRef[]): Promise<void> {
  if (refs.length === 0) return;
  await db.query({
    name: "delete-drafts",
    text: `delete from invoice_drafts d
      using unnest($1::text[], $2::text[]) as w (master_id, account_id)
      where d.master_id = w.master_id and d.account_id = w.account_id and d.status = 'Draft'`,
    values: [refs.map((ref) => ref.masterId), refs.map((ref) => ref.accountId)],
  });
}

/** Stores drafts; the place of earlier ones of the same accounts must be free. Returns what was stored. */
export async function saveDrafts(
  connection: Connection,
  drafts: readonly {
    readonly account: { readonly loaded: LoadedAccount; readonly draftId?: string | null };
    readonly invoice: AssembledInvoice;
  }[],
  made: { readonly billRunId: string | null; readonly now: Date },
): Promise<(AccountRef & { readonly id: string; readonly totalMinor: number })[]> {
  const stored = drafts.map(({ account: { loaded, draftId }, invoice }) => ({
    masterId: loaded.record.masterId,
    accountId: loaded.record.accountId,
    payerId: loaded.payer.accountId,
    // A draft that is made anew keeps its id.
    id: draftId ?? newInvoiceId(),
    totalMinor: invoice.totalMinor,
    invoice,
  }));
  await insertRows(
    connection,
    "invoice_drafts",
    COLUMNS,
    stored.map(({ masterId, accountId, payerId, id, invoice }) => ({
      master_id: masterId,
      id,
      account_id: accountId,
      payer_id: payerId,
      status: "Draft",
      currency: invoice.currency,
      invoice_date: invoice.invoiceDate,
      target_date: invoice.targetDate,
      due_date: invoice.dueDate,
      net_minor: invoice.netMinor,
      tax_minor: invoice.taxMinor,
      total_minor: invoice.totalMinor,
      lines: JSON.stringify(invoice.lines),
      bill_run_id: made.billRunId,
      created_at: made.now,
    })),
  );
  return stored;
}
