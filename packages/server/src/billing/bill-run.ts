/**
 * Bill runs: everything due on or before a target date, for every account or some. The work is a table
 * (`bill_run_accounts`), so that several processes may do it, a crash leaves no account half done, and
 * what became of each account can be read afterwards. `work-bill-run.ts` does the work.
 */
import type { CivilDate } from "@paymaster/engine";
import type { ServiceClock } from "../clock.js";
import { type Pool, type Queryable, transaction } from "../database/pool.js";
import type { LogLine } from "../http/app.js";
import type { ServerBooks } from "../http/call.js";
import { newInvoiceId } from "../ids.js";
import { type AccountRef, DEPTH } from "../store/accounts.js";
import { type Actor, SERVICE, writeAudit } from "../store/audit.js";

export type BillRunMode = "post" | "draft" | "preview";

export interface BillRun {
  readonly id: string;
  readonly mode: BillRunMode;
  readonly targetDate: CivilDate;
  /** Day of the run, and the date of its invoices, whenever the work is really done. */
  readonly runDate: CivilDate;
  /**
   * done: every account was worked through, though some may have been set aside; failed: there were
   * accounts to bill and all of them were set aside.
   */
  readonly status: "running" | "done" | "failed";
  readonly accountsTotal: number;
  readonly accountsDone: number;
  readonly accountsFailed: number;
  readonly invoices: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** It was ended early; null: it was not. */
  readonly canceledAt: Date | null;
  /** Accounts a second of real time, since work began or was taken up again; null: not known yet. */
  readonly rate: number | null;
}

export interface BillingServices {
  readonly pool: Pool;
  readonly clock: ServiceClock;
  readonly books: () => ServerBooks;
  readonly log?: (line: LogLine) => void;
}

const RUN = `id, mode, target_date as "targetDate", run_date as "runDate", status,
  accounts_total as "accountsTotal", accounts_done as "accountsDone",
  accounts_failed as "accountsFailed", invoices, total_minor as "totalMinor", currency,
  created_at as "createdAt", finished_at as "finishedAt", canceled_at as "canceledAt",
  case when progress_at > measured_from then
    ((accounts_done + accounts_failed - measured_base)
      / extract(epoch from progress_at - measured_from))::float8 end as rate`;

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
    `select ${RUN} from bill_runs where status = 'running' order by created_at, id limit 100`,
  );
  return rows;
}

/** Runs, the newest first; `before` is the id of the last one of the page before. */
export async function listBillRuns(
  db: Queryable,
  page: { readonly before: string | null; readonly limit: number },
): Promise<BillRun[]> {
  const { rows } = await db.query({
    name: "list-bill-runs",
    text: `select ${RUN} from bill_runs
      where $1::text is null
        or (created_at, id) < (select created_at, id from bill_runs where id = $1)
      order by created_at desc, id desc limit $2`,
    values: [page.before, page.limit],
  });
  return rows;
}

export interface BillRunAccount extends AccountRef {
  readonly state: "waiting" | "done" | "failed";
  /** Why it was set aside. */
  readonly reason: string | null;
  /** Its invoice or draft; null: nothing was due, or it was a preview. */
  readonly invoiceId: string | null;
  /** null: nothing was due, or not yet worked. */
  readonly totalMinor: number | null;
}

export interface BillRunAccountPage {
  /** null: all. */
  readonly state: BillRunAccount["state"] | null;
  /** The last one of the page before; null: from the beginning. */
  readonly after: AccountRef | null;
  readonly limit: number;
}

/** Accounts of a run, tenant by tenant in the order of their ids. */
export async function listBillRunAccounts(
  db: Queryable,
  id: string,
  { state, after, limit }: BillRunAccountPage,
): Promise<BillRunAccount[]> {
  const { rows } = await db.query({
    name: "list-bill-run-accounts",
    text: `select master_id as "masterId", account_id as "accountId", state, reason,
        invoice_id as "invoiceId", total_minor as "totalMinor"
      from bill_run_accounts
      where bill_run_id = $1 and (master_id, account_id) > ($2, $3)
        and ($4::text is null or state = $4)
      order by master_id, account_id limit $5`,
    values: [id, after?.masterId ?? "", after?.accountId ?? "", state, limit],
  });
  return rows;
}

export interface BillRunWish {
  readonly mode: BillRunMode;
  readonly targetDate: CivilDate;
  /** null: every account. */
  readonly accountIds: readonly string[] | null;
  readonly startedBy: string;
  /** Of the request that asked for it; absent: none did. */
  readonly trackingId?: string;
}

/** Writes down the run and its work: accounts with something due, or with a draft to make anew. */
export async function createBillRun(
  { pool, clock }: BillingServices,
  { mode, targetDate, accountIds, startedBy, trackingId }: BillRunWish,
): Promise<BillRun> {
  const id = newInvoiceId();
  return transaction(pool, async (connection) => {
    await connection.query(
      `insert into bill_runs (id, mode, target_date, run_date, started_by, status, created_at)
        values ($1, $2, $3, $4, $5, 'running', $6)`,
      [id, mode, targetDate, clock.today(), startedBy, clock.now()],
    );
    const { rowCount } = await connection.query(
      `insert into bill_run_accounts (master_id, bill_run_id, account_id, depth)
        select a.master_id, $1, a.id, ${DEPTH}
        from (
          select master_id, id from accounts where next_due_date <= $2
          union
          select master_id, account_id from invoice_drafts
            where status = 'Draft' and ($4 = 'draft' or ($4 = 'post' and target_date <= $2))
        ) chosen
        join accounts a using (master_id, id)
        where a.disassociated_at is null and ($3::text[] is null or a.id = any ($3))`,
      [id, targetDate, accountIds, mode],
    );
    await connection.query(
      `update bill_runs set accounts_total = $2,
          currency = coalesce((
            select a.currency from bill_run_accounts r
              join accounts a on a.master_id = r.master_id and a.id = r.account_id
              where r.bill_run_id = $1 limit 1), currency)
        where id = $1`,
      [id, rowCount],
    );
    const run = await findBillRun(connection, id);
    if (run === undefined) throw new Error(`bill run ${id} is missing`);
    await writeAudit(
      connection,
      { actor: startedBy, trackingId: trackingId ?? null },
      clock.now(),
      [
        {
          ...SERVICE,
          event: "bill_run_started",
          itemNumber: null,
          before: null,
          after: { id, mode, targetDate, accounts: run.accountsTotal },
        },
      ],
    );
    return run;
  });
}

/**
 * Ends a run early: accounts that nobody is working at leave it, what was done stays. The workers find
 * nothing more and finish it. False: it was over already.
 */
export async function cancelBillRun(
  { pool, clock }: BillingServices,
  id: string,
  by: Actor,
): Promise<boolean> {
  return transaction(pool, async (connection) => {
    const { rowCount } = await connection.query(
      `update bill_runs set canceled_at = coalesce(canceled_at, $2)
        where id = $1 and status = 'running'`,
      [id, clock.now()],
    );
    if (rowCount !== 1) return false;
    const { rowCount: left } = await connection.query(
      `delete from bill_run_accounts where ctid = any (array(
        select ctid from bill_run_accounts
          where bill_run_id = $1 and state = 'waiting' for update skip locked))`,
      [id],
    );
    await connection.query(
      "update bill_runs set accounts_total = accounts_total - $2 where id = $1",
      [id, left ?? 0],
    );
    await writeAudit(connection, by, clock.now(), [
      {
        ...SERVICE,
        event: "bill_run_canceled",
        itemNumber: null,
        before: { id, status: "running" },
        after: { id, accounts_left: left ?? 0 },
      },
    ]);
    return true;
  });
}
