/**
 * Bill runs: everything due on or before a target date, for every account or some. The work is a table;
 * a batch is claimed with SKIP LOCKED in the transaction that carries it out, so that several processes
 * may work on one run, and a crash leaves no account half done. Running again changes nothing.
 */
import type { CivilDate } from "@paymaster/engine";
import type { ServiceClock } from "../clock.js";
import {
  type Connection,
  isUnavailable,
  type Pool,
  type Queryable,
  transaction,
} from "../database/pool.js";
import type { ServerBooks } from "../http/call.js";
import { newInvoiceId } from "../ids.js";
import type { AccountRef } from "../store/accounts.js";
import { type BatchResult, billBatch } from "./bill-batch.js";

export type BillRunMode = "post" | "draft" | "preview";

export interface BillRun {
  readonly id: string;
  readonly mode: BillRunMode;
  readonly targetDate: CivilDate;
  readonly runDate: CivilDate;
  readonly status: "running" | "done" | "failed";
  readonly accountsTotal: number;
  readonly accountsDone: number;
  readonly accountsFailed: number;
  readonly invoices: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface BillingServices {
  readonly pool: Pool;
  readonly clock: ServiceClock;
  readonly books: () => ServerBooks;
}

/** Accounts decided and written in one transaction. */
const BATCH_SIZE = 200;

const RUN = `id, mode, target_date as "targetDate", run_date as "runDate", status,
  accounts_total as "accountsTotal", accounts_done as "accountsDone",
  accounts_failed as "accountsFailed", invoices, total_minor as "totalMinor", currency,
  created_at as "createdAt", finished_at as "finishedAt"`;

export async function findBillRun(db: Queryable, id: string): Promise<BillRun | undefined> {
  const { rows } = await db.query({
    name: "find-bill-run",
    text: `select ${RUN} from bill_runs where id = $1`,
    values: [id],
  });
  return rows[0];
}

/** Runs that were started and not finished, by this process or one that is gone. */
export async function findRunning(db: Queryable): Promise<BillRun[]> {
  const { rows } = await db.query(
    `select ${RUN} from bill_runs where status = 'running' order by created_at limit 100`,
  );
  return rows;
}

/**
 * Writes down the run and its work: accounts with something due. `id` makes the creation repeatable:
 * a run of that id that exists already is returned as it is.
 */
export async function createBillRun(
  { pool, clock }: BillingServices,
  wanted: {
    readonly id?: string;
    readonly mode: BillRunMode;
    readonly targetDate: CivilDate;
    readonly accountIds: readonly string[] | null;
    readonly startedBy: string;
  },
): Promise<BillRun> {
  const id = wanted.id ?? newInvoiceId();
  return transaction(pool, async (connection) => {
    const { rowCount } = await connection.query(
      `insert into bill_runs (id, mode, target_date, run_date, started_by, status, created_at)
        values ($1, $2, $3, $4, $5, 'running', $6) on conflict (id) do nothing`,
      [id, wanted.mode, wanted.targetDate, clock.today(), wanted.startedBy, clock.now()],
    );
    if (rowCount === 1) {
      const { rowCount: total } = await connection.query(
        `insert into bill_run_accounts (master_id, bill_run_id, account_id)
          select master_id, $1, id from accounts
          where next_due_date <= $2 and disassociated_at is null
            and ($3::text[] is null or id = any ($3))`,
        [id, wanted.targetDate, wanted.accountIds],
      );
      await connection.query(
        `update bill_runs set accounts_total = $2,
            currency = coalesce((
              select a.currency from bill_run_accounts r
                join accounts a on a.master_id = r.master_id and a.id = r.account_id
                where r.bill_run_id = $1 limit 1), currency)
          where id = $1`,
        [id, total],
      );
    }
    const run = await findBillRun(connection, id);
    if (run === undefined) throw new Error(`bill run ${id} is missing`);
    return run;
  });
}

/** Works until nothing of the run is left for this process; returns the run as it stands then. */
export async function workBillRun(services: BillingServices, id: string): Promise<BillRun> {
  for (;;) {
    const run = await findBillRun(services.pool, id);
    if (run === undefined) throw new Error(`bill run ${id} is missing`);
    if (run.status !== "running") return run;
    const more = await workBatch(services, run, BATCH_SIZE);
    if (!more) {
      await finish(services, id);
      return (await findBillRun(services.pool, id)) ?? run;
    }
  }
}

/** Claims and bills one batch; false when nothing is left to claim. */
async function workBatch(services: BillingServices, run: BillRun, size: number): Promise<boolean> {
  let claimed: AccountRef[] = [];
  try {
    await transaction(services.pool, async (connection) => {
      claimed = await claim(connection, run.id, size);
      if (claimed.length === 0) return;
      const result = await billBatch(
        services,
        connection,
        { ...run, by: { actor: `bill-run:${run.id}`, trackingId: null } },
        claimed,
      );
      await record(connection, run.id, claimed, result);
    });
  } catch (error) {
    if (isUnavailable(error) || claimed.length === 0) throw error;
    if (claimed.length === 1 && claimed[0] !== undefined) {
      await setAside(services.pool, run.id, claimed[0], error);
    } else {
      // Something in the batch cannot be written: one account at a time, the culprit is set aside.
      for (let left = claimed.length; left > 0; left -= 1) await workBatch(services, run, 1);
    }
  }
  return claimed.length > 0;
}

async function claim(connection: Connection, id: string, size: number): Promise<AccountRef[]> {
  const { rows } = await connection.query({
    name: "claim-bill-run-accounts",
    text: `select master_id as "masterId", account_id as "accountId" from bill_run_accounts
      where bill_run_id = $1 and state = 'waiting'
      order by master_id, account_id limit $2 for update skip locked`,
    values: [id, size],
  });
  return rows;
}

async function record(
  db: Queryable,
  id: string,
  claimed: readonly AccountRef[],
  result: BatchResult,
): Promise<void> {
  await db.query({
    name: "record-bill-run-accounts",
    text: `update bill_run_accounts r
      set state = case when d.reason is null then 'done' else 'failed' end, reason = d.reason
      from unnest($2::text[], $3::text[], $4::text[]) as d (master_id, account_id, reason)
      where r.bill_run_id = $1 and r.master_id = d.master_id and r.account_id = d.account_id`,
    values: [
      id,
      claimed.map((one) => one.masterId),
      claimed.map((one) => one.accountId),
      claimed.map((one) => result.failures.get(one.accountId) ?? null),
    ],
  });
  await db.query({
    name: "count-bill-run",
    text: `update bill_runs set accounts_done = accounts_done + $2,
        accounts_failed = accounts_failed + $3, invoices = invoices + $4,
        total_minor = total_minor + $5
      where id = $1`,
    values: [
      id,
      claimed.length - result.failures.size,
      result.failures.size,
      result.invoices,
      result.totalMinor,
    ],
  });
}

async function setAside(
  pool: Pool,
  id: string,
  account: AccountRef,
  error: unknown,
): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  await transaction(pool, async (connection) => {
    const claimed = await connection.query(
      `select 1 from bill_run_accounts where bill_run_id = $1 and master_id = $2
        and account_id = $3 and state = 'waiting' for update skip locked`,
      [id, account.masterId, account.accountId],
    );
    if (claimed.rowCount === 0) return;
    await record(connection, id, [account], {
      invoices: 0,
      totalMinor: 0,
      failures: new Map([[account.accountId, reason.slice(0, 1_000)]]),
    });
  });
}

async function finish({ pool, clock }: BillingServices, id: string): Promise<void> {
  await pool.query(
    `update bill_runs set status = 'done', finished_at = $2
      where id = $1 and status = 'running' and not exists (
        select 1 from bill_run_accounts where bill_run_id = $1 and state = 'waiting')`,
    [id, clock.now()],
  );
}
