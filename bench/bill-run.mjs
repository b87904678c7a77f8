/**
 * A bill run of monthly renewals, three items an account: invoices, lines, ledger and derivations, durable
 * (synchronous_commit on), on the private PostgreSQL; beside it, in the same run, COPY storing the same
 * rows, which is the ceiling. One master pays for all, with consolidated statements. Usage: node bench/bill-run.mjs [accounts] [rounds]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operations, shippedPriceBook } from "../packages/contract/dist/index.js";
import { decide } from "../packages/engine/dist/index.js";
import { createBillRun } from "../packages/server/dist/billing/bill-run.js";
import { createAccountWithPlan } from "../packages/server/dist/billing/new-account.js";
import { postDecisions } from "../packages/server/dist/billing/post.js";
import { workBillRun } from "../packages/server/dist/billing/work-bill-run.js";
import { ManualClock } from "../packages/server/dist/clock.js";
import { migrate } from "../packages/server/dist/database/migrate.js";
import { createPool, transaction } from "../packages/server/dist/database/pool.js";
import { createDataDir, startPrivatePostgres } from "../packages/server/dist/postgres/index.js";
import { loadAccounts, lockAccounts, toState } from "../packages/server/dist/store/accounts.js";
import { postgresCpu } from "./support/postgres-cpu.mjs";
import { report } from "./support/report.mjs";
import { timed } from "./support/timing.mjs";

const accounts = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 3);
const START = "2026-01-15";
const SEED_BATCH = 500;

const dataDir = await mkdtemp(join(tmpdir(), "paymaster-bench-"));
createDataDir(dataDir);
const postgres = await startPrivatePostgres({ dataDir, log: () => undefined });
const pool = createPool({ ...postgres.connection });
const databaseCpu = await postgresCpu(pool);
try {
  await migrate(pool);
  const clock = new ManualClock(START);
  const books = { engine: { profile: "2021", prices: shippedPriceBook }, taxRatePpm: () => 0 };
  const services = { pool, clock, books: () => books, log: () => undefined };
  const master = await createAccountWithPlan(services, {
    kind: "master",
    accountName: "Bench",
    plan: null,
  });
  await pool.query("update accounts set consolidated_statements = true where id = $1", [
    master.accountId,
  ]);
  const seconds = await timed(() => seed(services, master.masterId));
  report("seeding (subscribe, three items each)", { accounts, "accounts/s": accounts / seconds });
  const rates = [];
  for (let round = 1; round <= rounds; round += 1) {
    const month = String(1 + round).padStart(2, "0");
    clock.moveTo(Date.parse(`2026-${month}-15T00:00:00Z`));
    const run = await createBillRun(services, {
      mode: "post",
      targetDate: clock.today(),
      accountIds: null,
      startedBy: "bench",
    });
    const before = await sizes();
    const [databaseBefore, ownBefore] = [databaseCpu(), process.cpuUsage()];
    const took = await timed(() => workBillRun(services, run.id));
    const database = databaseCpu() - databaseBefore;
    const own = process.cpuUsage(ownBefore);
    const rows = difference(await sizes(), before);
    const done = (
      await pool.query("select invoices, accounts_failed from bill_runs where id = $1", [run.id])
    ).rows[0];
    if (done.invoices !== accounts || done.accounts_failed !== 0)
      throw new Error(JSON.stringify(done));
    const copySeconds = await copyCeiling(rows);
    rates.push({ rate: accounts / took, share: copySeconds / took });
    report(`bill run ${round}`, {
      "invoices/s": accounts / took,
      seconds: took,
      "rows/invoice": Object.values(rows).reduce((a, b) => a + b, 0) / accounts,
      "COPY of the same rows, s": copySeconds,
      "share of COPY's rate": copySeconds / took,
      "us of PostgreSQL/invoice": (database * 1e6) / accounts,
      "us of this process/invoice": (own.user + own.system) / accounts,
      "memory MB": process.memoryUsage.rss() / 2 ** 20,
    });
  }
  rates.sort((a, b) => a.rate - b.rate);
  const median = rates[Math.floor(rates.length / 2)];
  report("median", { "invoices/s": median.rate, "share of COPY's rate": median.share });
} finally {
  await pool.end();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** Sub accounts with a base plan, a webinar and a recording plan, bought by the real decision. */
async function seed({ pool, clock, books }, masterId) {
  const today = clock.today();
  for (let from = 0; from < accounts; from += SEED_BATCH) {
    const refs = Array.from({ length: Math.min(SEED_BATCH, accounts - from) }, (_, index) => ({
      masterId,
      accountId: `sub-${String(from + index).padStart(8, "0")}`,
    }));
    await transaction(pool, async (connection) => {
      await connection.query(
        `insert into accounts (master_id, id, kind, parent_id, account_name, owner_id, owner_email, created_at)
          select $1, id, 'sub', $1, 'Account ' || id, id, id || '@bench.example', $3 from unnest($2::text[]) as id`,
        [masterId, refs.map((ref) => ref.accountId), clock.now()],
      );
      await lockAccounts(connection, refs);
      const loaded = await loadAccounts(connection, refs);
      const decided = loaded.map((account) => ({
        loaded: account,
        decision: subscribe(toState(account, 0), today, books().engine),
      }));
      await postDecisions(connection, decided, {
        now: clock.now(),
        today,
        targetDate: today,
        by: { actor: "bench", trackingId: null },
        billRunId: null,
      });
    });
  }
}

function subscribe(state, today, engineBooks) {
  const plan = (family, role, planType, hosts) => ({ family, role, planType, hosts, options: {} });
  const decision = decide(
    state,
    {
      kind: "subscribe",
      base: plan("plan_base", "base", "monthly", 5),
      addons: [
        plan("plan_webinar", "addon", "webinar500_monthly", 1),
        plan("plan_recording", "addon", "cmr_monthly_commitment_40", null),
      ],
      contact: operations.account_plan_create.examples.request.contact,
      hasBundle: false,
      contractTermMonths: null,
    },
    today,
    engineBooks,
  );
  if (!decision.ok) throw new Error(`${decision.error} ${JSON.stringify(decision.params)}`);
  return decision;
}

/** Tables that a bill run appends to. */
async function sizes() {
  const { rows } = await pool.query(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind = 'r' and c.relname not in
        ('accounts', 'bill_runs', 'bill_run_accounts', 'clock', 'installation', 'schema_migrations')`,
  );
  const found = {};
  for (const { name } of rows) {
    found[name] = (await pool.query(`select count(*)::int as n from ${name}`)).rows[0].n;
  }
  return found;
}

function difference(after, before) {
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, count - before[name]])
      .filter(([, count]) => count > 0),
  );
}

/**
 * Seconds that COPY needs for the rows that the run appended, into tables with the same columns, keys and
 * indexes, from a file on the server's side of the socket, one transaction a table, durable.
 */
async function copyCeiling(rows) {
  let seconds = 0;
  for (const [name, count] of Object.entries(rows)) {
    await pool.query(`create table bench_copy (like ${name} including all)`);
    const order = `order by ctid desc limit ${count}`;
    const columns = (
      await pool.query(
        "select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as list from information_schema.columns where table_name = $1",
        [name],
      )
    ).rows[0].list;
    const text = await copyOut(`select ${columns} from ${name} ${order}`);
    seconds += await timed(() => copyIn("bench_copy", columns, text));
    await pool.query("drop table bench_copy");
  }
  return seconds;
}

async function copyOut(query) {
  const { to } = await import("pg-copy-streams").then((module) => module.default ?? module);
  const connection = await pool.connect();
  try {
    const chunks = [];
    for await (const chunk of connection.query(to(`copy (${query}) to stdout`))) chunks.push(chunk);
    return chunks;
  } finally {
    connection.release();
  }
}

async function copyIn(table, columns, chunks) {
  const { from } = await import("pg-copy-streams").then((module) => module.default ?? module);
  const { pipeline } = await import("node:stream/promises");
  const { Readable } = await import("node:stream");
  const connection = await pool.connect();
  try {
    await pipeline(
      Readable.from(chunks),
      connection.query(from(`copy ${table} (${columns}) from stdin`)),
    );
  } finally {
    connection.release();
  }
}
