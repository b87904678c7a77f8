/**
 * What row-level security would cost the wire's reads, beside the keys that begin with the tenant: one
 * account read by its key, 16 connections, in the ways in which a pooled connection can be told its tenant.
 * In reads a second, and in processor time of PostgreSQL and its client, which a busy machine disturbs least.
 * Usage: node bench/row-level-security.mjs [--seconds 4] [--rounds 3]
 */
import { parseArgs } from "node:util";
import { migrate } from "../packages/server/dist/database/migrate.js";
import { startPostgres } from "./support/postgres.mjs";
import { postgresCpu } from "./support/postgres-cpu.mjs";
import { report } from "./support/report.mjs";
import { accountIdOf, masterIdOf, seedAccounts } from "./support/seed.mjs";
import { median } from "./support/timing.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
  },
});
const MASTERS = 1_000;
const ACCOUNTS = 10_000;
const CONNECTIONS = 16;

const SQL = `select a.id, a.account_name, a.usage, i.plan_type, i.hosts
  from accounts a
  join subscription_items i on i.master_id = a.master_id and i.account_id = a.id
  where a.master_id = $1 and a.id = $2`;
const read = (connection, tenant, account) =>
  connection.query({ name: "read", text: SQL, values: [tenant, account] });

/** The tenant's name is an id of ours: nothing in it needs escaping. */
const WAYS = {
  "keys only": { policy: false, run: read },
  "policy, tenant set beforehand": { policy: true, run: read },
  "policy, tenant set in the message of the read": {
    policy: true,
    run: (connection, tenant, account) =>
      connection.query(
        `set local paymaster.tenant = '${tenant}'; ${SQL.replace("$1", `'${tenant}'`).replace("$2", `'${account}'`)}`,
      ),
  },
  "policy, tenant set in a transaction": {
    policy: true,
    async run(connection, tenant, account) {
      await connection.query(`begin; set local paymaster.tenant = '${tenant}'`);
      await read(connection, tenant, account);
      await connection.query("commit");
    },
  },
};

const postgres = await startPostgres();
const { pool } = postgres;
const databaseCpu = await postgresCpu(pool);
const connections = [];
try {
  await migrate(pool);
  await seedAccounts(pool, { masters: MASTERS, accounts: ACCOUNTS });
  for (const table of ["accounts", "subscription_items"]) {
    await pool.query(`create policy of_tenant on ${table}
      using (master_id = current_setting('paymaster.tenant', true))`);
  }
  for (let at = 0; at < CONNECTIONS; at += 1) connections.push(await pool.connect());
  const results = Object.fromEntries(Object.keys(WAYS).map((name) => [name, []]));
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [name, { policy, run }] of Object.entries(WAYS)) {
      await setPolicy(policy);
      const result = await measure(run, round === 0 ? 1 : Number(values.seconds));
      if (round > 0) results[name].push(result);
    }
  }
  const of = (name, pick) => median(results[name].map(pick));
  const base = (pick) => of("keys only", pick);
  for (const name of Object.keys(results)) {
    const [rate, cpu] = [(one) => one.perSecond, (one) => one.cpuUs];
    report(name, {
      "reads/s": Math.round(of(name, rate)),
      "us of both processes": of(name, cpu),
      "of the rate of keys only": of(name, rate) / base(rate),
      "of its processor time": of(name, cpu) / base(cpu),
    });
  }
} finally {
  for (const connection of connections) connection.release();
  await postgres.stop();
}

/** `force`, since the application's role owns the tables. */
async function setPolicy(on) {
  for (const table of ["accounts", "subscription_items"]) {
    await connections[0].query(
      on
        ? `alter table ${table} enable row level security, force row level security`
        : `alter table ${table} disable row level security, no force row level security`,
    );
  }
}

async function measure(run, seconds) {
  const until = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  const databaseBefore = databaseCpu();
  let reads = 0;
  await Promise.all(
    connections.map(async (connection, at) => {
      const tenant = masterIdOf(at);
      await connection.query("select set_config('paymaster.tenant', $1, false)", [tenant]);
      for (let index = at; performance.now() < until; index = (index + MASTERS) % ACCOUNTS) {
        await run(connection, tenant, accountIdOf(index));
        reads += 1;
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  const databaseUs = (databaseCpu() - databaseBefore) * 1e6;
  return { perSecond: reads / seconds, cpuUs: (user + system + databaseUs) / reads };
}
