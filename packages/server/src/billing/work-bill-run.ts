/**
 * The work of a bill run, in batches. A batch is claimed with SKIP LOCKED in the transaction that bills
 * it and notes what became of it: whoever dies leaves it to the next one. An account that cannot be
 * billed is set aside with its reason, and the rest goes on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, isUnavailable, type Queryable, transaction } from "../database/pool.js";
import type { AccountRef } from "../store/accounts.js";
import { type AccountOutcome, type BatchOrder, billBatch } from "./bill-batch.js";
import { type BillingServices, type BillRun, findBillRun } from "./bill-run.js";
import { makeStatements } from "./statements.js";

export interface WorkOptions {
  /** Accounts decided and written in one transaction. */
  readonly batchSize?: number;
  /** Batches under way at once: one is decided while others are written. */
  readonly workers?: number;
  /** Asked between batches; true: leave the rest to others. */
  readonly isStopped?: () => boolean;
}

const BATCH_SIZE = 500;
const WORKERS = 3;
/** How often to look whether another process has finished its part. */
const WAIT_MS = 25;
/** A run on which nothing moved for this long is measured afresh. */
const STALE_SECONDS = 5;
const MAX_REASON = 1_000;

/** Works until the run is over, whoever does the last of it; returns the run as it stands then. */
export async function workBillRun(
  services: BillingServices,
  id: string,
  options: WorkOptions = {},
): Promise<BillRun> {
  const { workers = WORKERS, isStopped = () => false } = options;
  await startMeasuring(services.pool, id);
  for (;;) {
    const run = await findBillRun(services.pool, id);
    if (run === undefined) throw new Error(`bill run ${id} is missing`);
    if (run.status !== "running" || isStopped()) return run;
    const working = Array.from({ length: workers }, () => workWaiting(services, run, options));
    const rejected = (await Promise.allSettled(working)).find(isRejected);
    if (rejected !== undefined) throw rejected.reason;
    if (!(await finish(services, run)) && !isStopped()) await sleep(WAIT_MS);
  }
}

function isRejected(result: PromiseSettledResult<void>): result is PromiseRejectedResult {
  return result.status === "rejected";
}

/** Bills whatever nobody else is at; the deepest tier first, one tier a batch, as locks are taken. */
async function workWaiting(
  services: BillingServices,
  run: BillRun,
  { batchSize = BATCH_SIZE, isStopped = () => false }: WorkOptions,
): Promise<void> {
  for (const depth of [2, 1, 0]) {
    let after: AccountRef | null = null;
    while (!isStopped()) {
      const from: AccountRef | null = after;
      const claimed = await workBatch(services, run, (connection) =>
        claimNext(connection, run.id, depth, from, batchSize),
      );
      const last = claimed.at(-1);
      if (last === undefined) break;
      after = last;
    }
  }
}

type Claim = (connection: Connection) => Promise<AccountRef[]>;

/** Claims and bills one batch; returns what was claimed. A batch that fails is halved until it works. */
async function workBatch(
  services: BillingServices,
  run: BillRun,
  claim: Claim,
): Promise<AccountRef[]> {
  let claimed: AccountRef[] = [];
  try {
    const outcomes = await transaction(services.pool, async (connection) => {
      claimed = [];
      claimed = await claim(connection);
      if (claimed.length === 0) return new Map();
      const made = await billBatch(services, connection, orderOf(run), claimed);
      await record(connection, run.id, claimed, made);
      return made;
    });
    sayFailures(services, run, outcomes);
  } catch (error) {
    if (claimed.length === 0 || !isAccountsFault(error)) throw error;
    const [only] = claimed;
    if (claimed.length === 1 && only !== undefined) {
      await setAside(services, run, only, error);
      return claimed;
    }
    const middle = Math.ceil(claimed.length / 2);
    for (const half of [claimed.slice(0, middle), claimed.slice(middle)]) {
      await workBatch(services, run, (connection) => claimThese(connection, run.id, half));
    }
  }
  return claimed;
}

function orderOf(run: BillRun): BatchOrder {
  const { id, mode, targetDate, runDate } = run;
  return { id, mode, targetDate, runDate, by: { actor: `bill-run:${id}`, trackingId: null } };
}

/**
 * Whether an error says something about the data of an account (a broken rule of the engine, a constraint,
 * a damaged row) rather than about the database or this program's statements.
 */
function isAccountsFault(error: unknown): boolean {
  if (isUnavailable(error)) return false;
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return code === undefined || /^(22|23|XX)/.test(code);
}

/** Progress past what others just finished, so that a claim does not wade through it. */
async function claimNext(
  connection: Connection,
  runId: string,
  depth: number,
  after: AccountRef | null,
  size: number,
): Promise<AccountRef[]> {
  const { rows } = await connection.query({
    name: "claim-bill-run-accounts",
    text: `select master_id as "masterId", account_id as "accountId" from bill_run_accounts
      where bill_run_id = $1 and depth = $2 and state = 'waiting'
        and (master_id, account_id) > ($3, $4)
      order by master_id, account_id limit $5 for update skip locked`,
    values: [runId, depth, after?.masterId ?? "", after?.accountId ?? "", size],
  });
  return rows;
}

async function claimThese(
  connection: Connection,
  runId: string,
  refs: readonly AccountRef[],
): Promise<AccountRef[]> {
  const { rows } = await connection.query({
    name: "claim-these-accounts",
    text: `select r.master_id as "masterId", r.account_id as "accountId" from bill_run_accounts r
      join unnest($2::text[], $3::text[]) as w (master_id, account_id)
        on r.master_id = w.master_id and r.account_id = w.account_id
      where r.bill_run_id = $1 and r.state = 'waiting' for update of r skip locked`,
    values: [runId, refs.map((ref) => ref.masterId), refs.map((ref) => ref.accountId)],
  });
  return rows;
}

/** Notes what became of a batch, in its own transaction: either both happen or neither. */
async function record(
  db: Queryable,
  runId: string,
  claimed: readonly AccountRef[],
  outcomes: ReadonlyMap<string, AccountOutcome>,
): Promise<void> {
  const of = <T>(pick: (outcome: AccountOutcome) => T | undefined) =>
    claimed.map(({ accountId }) => pick(outcomes.get(accountId) ?? {}) ?? null);
  await db.query({
    name: "record-bill-run-accounts",
    text: `update bill_run_accounts r
      set state = case when d.reason is null then 'done' else 'failed' end,
        reason = d.reason, invoice_id = d.invoice_id, total_minor = d.total_minor
      from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        as d (master_id, account_id, reason, invoice_id, total_minor)
      where r.bill_run_id = $1 and r.master_id = d.master_id and r.account_id = d.account_id`,
    values: [
      runId,
      claimed.map((one) => one.masterId),
      claimed.map((one) => one.accountId),
      of((outcome) => outcome.failure?.slice(0, MAX_REASON)),
      of((outcome) => outcome.invoiceId),
      of((outcome) => outcome.totalMinor),
    ],
  });
  const totals = [...outcomes.values()].flatMap((outcome) => outcome.totalMinor ?? []);
  const failures = [...outcomes.values()].filter((outcome) => outcome.failure !== undefined);
  await db.query({
    name: "count-bill-run",
    text: `update bill_runs set accounts_done = accounts_done + $2,
        accounts_failed = accounts_failed + $3, invoices = invoices + $4,
        total_minor = total_minor + $5, progress_at = clock_timestamp()
      where id = $1`,
    values: [
      runId,
      claimed.length - failures.length,
      failures.length,
      totals.length,
      totals.reduce((total, amount) => total + amount, 0),
    ],
  });
}

async function setAside(
  services: BillingServices,
  run: BillRun,
  account: AccountRef,
  error: unknown,
): Promise<void> {
  const failure = error instanceof Error ? error.message : String(error);
  const outcomes = new Map([[account.accountId, { failure }]]);
  await transaction(services.pool, async (connection) => {
    const claimed = await claimThese(connection, run.id, [account]);
    if (claimed.length > 0) await record(connection, run.id, claimed, outcomes);
  });
  sayFailures(services, run, outcomes);
}

function sayFailures(
  { log }: BillingServices,
  run: BillRun,
  outcomes: ReadonlyMap<string, AccountOutcome>,
): void {
  for (const [accountId, { failure }] of outcomes) {
    if (failure === undefined) continue;
    log?.({
      level: "error",
      message: `Account ${accountId} was set aside: ${failure.slice(0, MAX_REASON)}`,
      bill_run_id: run.id,
    });
  }
}

async function startMeasuring(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update bill_runs set measured_from = clock_timestamp(), progress_at = null,
        measured_base = accounts_done + accounts_failed
      where id = $1 and status = 'running' and (measured_from is null
        or coalesce(progress_at, measured_from) < clock_timestamp() - $2 * interval '1 second')`,
    [id, STALE_SECONDS],
  );
}

/** Ends the run once, with its statements, when no account is waiting any more; true when it is over. */
async function finish({ pool, clock }: BillingServices, run: BillRun): Promise<boolean> {
  return transaction(pool, async (connection) => {
    const { rowCount } = await connection.query(
      `update bill_runs set finished_at = $2, status =
          case when accounts_total > 0 and accounts_failed = accounts_total
            then 'failed' else 'done' end
        where id = $1 and status = 'running' and not exists (
          select 1 from bill_run_accounts where bill_run_id = $1 and state = 'waiting')`,
      [run.id, clock.now()],
    );
    if (rowCount === 1 && run.mode === "post") await makeStatements(connection, run, clock.now());
    return rowCount === 1;
  });
}
