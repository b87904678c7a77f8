/** One batch of a bill run: load under lock, decide, then post, keep as drafts, or only count. */
import {
  assembleInvoice,
  type ChargeLine,
  type CivilDate,
  type Decision,
  decideDue,
} from "@paymaster/engine";
import type { Connection, Queryable } from "../database/pool.js";
import {
  type AccountRef,
  type LoadedAccount,
  loadAccounts,
  lockAccounts,
  toState,
} from "../store/accounts.js";
import type { Actor } from "../store/audit.js";
import { findDraftIds, saveDrafts } from "../store/drafts.js";
import type { BillingServices, BillRunMode } from "./bill-run.js";
import { type DecidedAccount, postDecisions } from "./post.js";

export interface BatchResult {
  readonly invoices: number;
  readonly totalMinor: number;
  /** Why an account was set aside, by its id. */
  readonly failures: ReadonlyMap<string, string>;
}

type Unbilled = NonNullable<DecidedAccount["unbilled"]>[number];

/** What to do with a batch; `id` is null outside a bill run. */
export interface BatchOrder {
  readonly id: string | null;
  readonly mode: BillRunMode;
  readonly targetDate: CivilDate;
  readonly by: Actor;
}

export async function billBatch(
  services: BillingServices,
  connection: Connection,
  run: BatchOrder,
  refs: readonly AccountRef[],
): Promise<BatchResult> {
  await lockAccounts(connection, refs);
  const loaded = await loadAccounts(connection, refs);
  const unbilled = await loadUnbilled(connection, refs, run.targetDate);
  // A post run takes over the drafts that it covers; one for a later date stays a proposal.
  const upTo = run.mode === "post" ? run.targetDate : null;
  const draftIds = await findDraftIds(connection, refs, upTo);
  const failures = new Map<string, string>();
  const decided: DecidedAccount[] = [];
  for (const account of loaded) {
    try {
      decided.push({
        loaded: account,
        decision: decideAccount(services, account, run.targetDate),
        unbilled: unbilled.get(account.record.accountId) ?? [],
        draftId: draftIds.get(account.record.accountId) ?? null,
      });
    } catch (error) {
      // A state that the engine finds impossible stops this account only, and says so.
      const reason = error instanceof Error ? error.message : String(error);
      failures.set(account.record.accountId, reason.slice(0, 1_000));
    }
  }
  const result = await carryOut(services, connection, run, decided);
  return { ...result, failures };
}

function decideAccount(
  { books }: BillingServices,
  account: LoadedAccount,
  targetDate: CivilDate,
): Decision {
  const { engine, taxRatePpm } = books();
  const rate = account.payer.taxExempt ? 0 : taxRatePpm(account.record.contact);
  return decideDue(toState(account, rate), targetDate, engine);
}

async function carryOut(
  { clock }: BillingServices,
  connection: Connection,
  run: BatchOrder,
  decided: readonly DecidedAccount[],
): Promise<{ invoices: number; totalMinor: number }> {
  const now = clock.now();
  const today = clock.today();
  if (run.mode === "post") {
    const invoices = await postDecisions(connection, decided, {
      now,
      today,
      targetDate: run.targetDate,
      by: run.by,
      billRunId: run.id,
    });
    return {
      invoices: invoices.length,
      totalMinor: invoices.reduce((total, invoice) => total + invoice.totalMinor, 0),
    };
  }
  const drafts = decided
    .map((account) => ({ account, lines: linesOf(account) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ account, lines }) => ({
      account,
      invoice: assembleInvoice({
        lines,
        invoiceDate: today,
        targetDate: run.targetDate,
        paymentTermDays: account.loaded.payer.paymentTermDays,
      }),
    }));
  if (run.mode === "draft") await saveDrafts(connection, drafts, { billRunId: run.id, now });
  return {
    invoices: drafts.length,
    totalMinor: drafts.reduce((total, { invoice }) => total + invoice.totalMinor, 0),
  };
}

function linesOf(account: DecidedAccount): ChargeLine[] {
  return [...(account.unbilled ?? []).map(({ line }) => line), ...account.decision.lines];
}

/** Lines of cancelled invoices that are due again by the target date, by account id. */
export async function loadUnbilled(
  db: Queryable,
  refs: readonly AccountRef[],
  targetDate: CivilDate,
): Promise<Map<string, Unbilled[]>> {
  const { rows } = await db.query({
    name: "load-unbilled",
    text: `select u.account_id, u.id, u.line from unbilled_charges u
      join unnest($1::text[], $2::text[]) as w (master_id, account_id)
        on u.master_id = w.master_id and u.account_id = w.account_id
      where u.due_date <= $3 order by u.id`,
    values: [refs.map((ref) => ref.masterId), refs.map((ref) => ref.accountId), targetDate],
  });
  const found = new Map<string, Unbilled[]>();
  for (const row of rows) {
    const list = found.get(row.account_id) ?? [];
    list.push({ id: row.id, line: row.line });
    found.set(row.account_id, list);
  }
  return found;
}
