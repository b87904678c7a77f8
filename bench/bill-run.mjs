/**
 * A bill run of monthly renewals, three items an account: invoices, lines, ledger and derivations, durable
 * (synchronous_commit on), on the private PostgreSQL; beside it, in the same run, COPY storing the same
 * rows, which is the ceiling. One master pays for all, with consolidated statements.
 * Usage: node bench/bill-run.mjs [--accounts 10000] [--rounds 3] [--no-copy]
 */
import { parseArgs } from "node:util";
import { shippedPriceBook } from "../packages/contract/dist/index.js";
import { createBillRun } from "../packages/server/dist/billing/bill-run.js";
import { workBillRun } from "../packages/server/dist/billing/work-bill-run.js";
import { ManualClock } from "../packages/server/dist/clock.js";
import { migrate } from "../packages/server/dist/database/migrate.js";
import { startPostgres } from "./support/postgres.mjs";
import { postgresCpu } from "./support/postgres-cpu.mjs";
import { report } from "./support/report.mjs";
import { masterIdOf, seedAccounts } from "./support/seed.mjs";
import { median, timed } from "./support/timing.mjs";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    // The ceiling holds the rows in memory: too much for a million accounts.
    "no-copy": { type: "boolean", default: false },
  },
});
const accounts = Number(values.accounts);
const rounds = Number(values.rounds);
const START = "2026-01-15";

const postgres = await startPostgres();
const { pool } = postgres;
const databaseCpu = await postgresCpu(pool);
try {
  await migrate(pool);
  const clock = new ManualClock(START);
  const books = { engine: { profile: "2021", prices: shippedPriceBook }, taxRatePpm: () => 0 };
  const services = { pool, clock, books: () => books, log: () => undefined };
  const seconds = await timed(() => seedAccounts(pool, { masters: 1, accounts, since: START }));
  report("seeding", { accounts, seconds });
  await pool.query("update accounts set consolidated_statements = true where id = $1", [
    masterIdOf(0),
  ]);
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
    const copySeconds = values["no-copy"] ? null : await copyCeiling(rows);
    const share = copySeconds === null ? 0 : copySeconds / took;
    rates.push({ rate: accounts / took, share });
    report(`bill run ${round}`, {
      "invoices/s": accounts / took,
      seconds: took,
      "rows/invoice": Object.values(rows).reduce((a, b) => a + b, 0) / accounts,
      ...(copySeconds === null
        ? {}
        : { "COPY of the same rows, s": copySeconds, "share of COPY's rate": share }),
      "us of PostgreSQL/invoice": (database * 1e6) / accounts,
      "us of this process/invoice": (own.user + own.system) / accounts,
      "MB of memory at most": process.resourceUsage().maxRSS / 2 ** 10,
    });
  }
  report("median", {
    "invoices/s": median(rates.map((one) => one.rate)),
    "share of COPY's rate": median(rates.map((one) => one.share)),
  });
} finally {
  await postgres.stop();
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
