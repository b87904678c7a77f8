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
import { deleteDrafts, findDraftIds, saveDrafts } from "../store/drafts.js";
import type { BillingServices, BillRunMode } from "./bill-run.js";
import { damageOf, findUninvoiced } from "./damage.js";
import { type DecidedAccount, postDecisions } from "./post.js";
import { taxRateOf } from "./tax.js";

/** What became of an account: it was set aside, or has an invoice, or there was nothing to do. */
export interface AccountOutcome {
  readonly failure?: string;
  /** Absent in a preview. */
  readonly invoiceId?: string;
  readonly totalMinor?: number;
}

type Outcomes = Map<string, AccountOutcome>;
type Unbilled = NonNullable<DecidedAccount["unbilled"]>[number];

/** What to do with a batch; `id` is null outside a bill run. */
export interface BatchOrder {
  readonly id: string | null;
  readonly mode: BillRunMode;
  readonly targetDate: CivilDate;
  /** Date of the invoices. */
  readonly runDate: CivilDate;
  readonly by: Actor;
}

/** Bills accounts of one depth; outcomes by account id. */
export async function billBatch(
  services: BillingServices,
  connection: Connection,
  order: BatchOrder,
  refs: readonly AccountRef[],
): Promise<ReadonlyMap<string, AccountOutcome>> {
  // A preview writes nothing, and holds nobody up.
  if (order.mode !== "preview") await lockAccounts(connection, refs);
  const outcomes: Outcomes = new Map();
  const loaded = await loadAccounts(connection, refs);
  await setAsideUnloadable(connection, refs, loaded, outcomes);
  for (const [accountId, failure] of await findUninvoiced(connection, refs, order.targetDate)) {
    outcomes.set(accountId, { failure });
  }
  const unbilled = await loadUnbilled(connection, refs, order.targetDate);
  // A post run takes over the drafts that it covers; one for a later date stays a proposal.
  const upTo = order.mode === "post" ? order.targetDate : null;
  const draftIds = await findDraftIds(connection, refs, upTo);
  const decided: DecidedAccount[] = [];
  for (const account of loaded) {
    const { accountId } = account.record;
    if (outcomes.has(accountId)) continue;
    const decision = decideAccount(services, account, order.targetDate);
    if (typeof decision === "string") {
      outcomes.set(accountId, { failure: decision });
      continue;
    }
    decided.push({
      loaded: account,
      decision,
      unbilled: unbilled.get(accountId) ?? [],
      draftId: draftIds.get(accountId) ?? null,
    });
  }
  await carryOut(services, connection, order, decided, outcomes);
  return outcomes;
}

/** The decision, or why there is none: a state that the engine finds impossible stops this account only. */
function decideAccount(
  { books }: BillingServices,
  account: LoadedAccount,
  targetDate: CivilDate,
): Decision | string {
  try {
    const damage = damageOf(account);
    if (damage !== null) return damage;
    const current = books();
    return decideDue(toState(account, taxRateOf(account, current)), targetDate, current.engine);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** An account that has left since the run was made is done; one that cannot be loaded is damaged. */
async function setAsideUnloadable(
  connection: Connection,
  refs: readonly AccountRef[],
  loaded: readonly LoadedAccount[],
  outcomes: Outcomes,
): Promise<void> {
  if (loaded.length === refs.length) return;
  const known = new Set(loaded.map(({ record }) => record.accountId));
  const missing = refs.filter(({ accountId }) => !known.has(accountId));
  const { rows } = await connection.query(
    `select a.id from accounts a
      join unnest($1::text[], $2::text[]) as w (master_id, id) using (master_id, id)
      where a.disassociated_at is null`,
    [missing.map((ref) => ref.masterId), missing.map((ref) => ref.accountId)],
  );
  for (const { id } of rows) {
    outcomes.set(id, { failure: "The account that manages it, or pays for it, is missing." });
  }
}

async function carryOut(
  { clock }: BillingServices,
  connection: Connection,
  order: BatchOrder,
  decided: readonly DecidedAccount[],
  outcomes: Outcomes,
): Promise<void> {
  const now = clock.now();
  if (order.mode === "post") {
    const invoices = await postDecisions(connection, decided, {
      now,
      today: order.runDate,
      targetDate: order.targetDate,
      by: order.by,
      billRunId: order.id,
    });
    for (const { accountId, id: invoiceId, totalMinor } of invoices) {
      outcomes.set(accountId, { invoiceId, totalMinor });
    }
    return;
  }
  const drafts = decided.flatMap((account) => {
    const lines = linesOf(account);
    if (lines.length === 0) return [];
    const invoice = assembleInvoice({
      lines,
      invoiceDate: order.runDate,
      targetDate: order.targetDate,
      paymentTermDays: account.loaded.payer.paymentTermDays,
    });
    return [{ account, invoice }];
  });
  for (const { account, invoice } of drafts) {
    outcomes.set(account.loaded.record.accountId, { totalMinor: invoice.totalMinor });
  }
  if (order.mode === "preview") return;
  // Drafts are made anew, and one that has nothing left to charge is taken back.
  await deleteDrafts(
    connection,
    decided.map(({ loaded }) => loaded.record),
  );
  const made = await saveDrafts(connection, drafts, { billRunId: order.id, now });
  for (const { accountId, id: invoiceId, totalMinor } of made) {
    outcomes.set(accountId, { invoiceId, totalMinor });
  }
}

function linesOf(account: DecidedAccount): ChargeLine[] {
  return [...(account.unbilled ?? []).map(({ line }) => line), ...account.decision.lines];
}

/** Lines of cancelled invoices that are due again by the target date, by account id. */
async function loadUnbilled(
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
