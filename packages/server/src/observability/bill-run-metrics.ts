/** Bill runs, as the database has them: every process tells the same. */
import { Gauge, type Registry } from "prom-client";
import type { Pool } from "../database/pool.js";

interface LastRun {
  readonly finished_seconds: number;
  readonly accounts_done: number;
  readonly accounts_failed: number;
  readonly invoices: number;
}

/** A scrape must not wait for a database that is away longer than Prometheus waits for the scrape. */
const ANSWER_LIMIT_MS = 3_000;

/** @returns reads them anew: called before the metrics are told */
export function addBillRunMetrics(registers: Registry[], pool: Pool): () => Promise<void> {
  const gauge = <T extends string>(name: string, help: string, labelNames: T[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const up = gauge(
    "paymaster_database_up",
    "1: PostgreSQL answered within 3 s; 0: it did not, and the numbers of bill runs are old.",
  );
  const running = gauge("paymaster_bill_runs_running", "Bill runs that are under way.");
  const finished = gauge(
    "paymaster_bill_run_last_finished_timestamp_seconds",
    "When the last bill run that posts was finished, by the service's clock; 0: none yet.",
  );
  const accounts = gauge(
    "paymaster_bill_run_last_accounts",
    "Accounts of that run: billed, or set aside because they could not be.",
    ["state"],
  );
  const invoices = gauge("paymaster_bill_run_last_invoices", "Invoices of that run.");
  return async () => {
    const read = await readRuns(pool);
    up.set(read === null ? 0 : 1);
    if (read === null) return;
    running.set(read.running);
    finished.set(read.last?.finished_seconds ?? 0);
    accounts.set({ state: "done" }, read.last?.accounts_done ?? 0);
    accounts.set({ state: "failed" }, read.last?.accounts_failed ?? 0);
    invoices.set(read.last?.invoices ?? 0);
  };
}

async function readRuns(pool: Pool): Promise<{ running: number; last: LastRun | null } | null> {
  const late = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), ANSWER_LIMIT_MS).unref();
  });
  const read = pool.query(READ_RUNS).then(({ rows }) => rows[0]);
  return Promise.race([read.catch(() => null), late]);
}

const READ_RUNS = {
  name: "metrics-bill-runs",
  text: `select
    (select count(*) from bill_runs where status = 'running') as running,
    (select to_jsonb(r) from (
       select extract(epoch from finished_at)::float8 as finished_seconds,
              accounts_done, accounts_failed, invoices
         from bill_runs where mode = 'post' and status <> 'running'
         order by created_at desc, id desc limit 1) r) as last`,
};
