/**
 * What makes it possible to spread the tables over several databases by `master_id`: every key begins with
 * it, and every reference stays within one tenant. Read from the catalogue of a real database; what is
 * otherwise is listed here with its reason, and in `docs/guides/sharding.md`.
 */
import { readFile } from "node:fs/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../src/database/migrate.js";
import { createPool, type Pool } from "../../src/database/pool.js";
import { checkInvariants } from "../../src/invariants/index.js";
import { openWorld, type Population, templateOf } from "../books/support/world.js";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";

/** Tables that belong to no tenant: each database has its own, or its copy. */
const WITHOUT_TENANT: Readonly<Record<string, string>> = {
  installation: "one row: what the first start made",
  schema_migrations: "which migrations this database has had",
  clock: "one row: the service's time",
  admin_keys: "the operator's keys, for all tenants of the database",
  bill_runs: "a run of the operator over all tenants of the database",
  issuers: "who issued invoices, by the order in which servers of this database named them",
  console_sessions:
    "browsers that signed in: an operator's session has no tenant, an account's names it",
  console_sign_in_failures: "attempts by address, before anybody knows whose they are",
};

/** Unique keys that do not begin with master_id. */
const OTHER_KEYS: Readonly<Record<string, string>> = {
  bill_run_accounts_pkey: "holds master_id after the run that the row is work of",
  oauth_clients_id: "finds the tenant of a client id: random, 128 bits and more",
  api_keys_hash: "finds the tenant of a token: a digest of 256 random bits",
  access_tokens_hash: "finds the tenant of a token: a digest of 256 random bits",
};

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  pool = createPool({ ...database.connection });
  await migrate(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const isTenants = (table: string) => !(table in WITHOUT_TENANT);

describe("every table", () => {
  it("has a primary key, and names its tenant unless it has none", async () => {
    const { rows } = await pool.query(
      `select c.relname as name,
          exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary) as "hasKey",
          exists (select 1 from pg_attribute a where a.attrelid = c.oid
            and a.attname = 'master_id' and a.attnotnull) as "hasTenant"
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`,
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((row) => !row.hasKey)).toEqual([]);
    const without = rows.filter((row) => !row.hasTenant).map((row) => row.name);
    expect(without.sort()).toEqual(Object.keys(WITHOUT_TENANT).sort());
  });
});

describe("every unique key of a tenant's table", () => {
  it("begins with master_id, but for those that are listed", async () => {
    const { rows } = await pool.query(
      `select i.indexrelid::regclass::text as key, i.indrelid::regclass::text as table,
          (select a.attname from pg_attribute a
            where a.attrelid = i.indrelid and a.attnum = i.indkey[0]) as first
        from pg_index i join pg_class c on c.oid = i.indrelid
        where c.relnamespace = 'public'::regnamespace and i.indisunique`,
    );
    const others = rows.filter((row) => isTenants(row.table) && row.first !== "master_id");
    expect(others.map((row) => row.key).sort()).toEqual(Object.keys(OTHER_KEYS).sort());
  });
});

describe("every reference from a tenant's table", () => {
  it("is to the same tenant, or to a table that every database has", async () => {
    const { rows } = await pool.query(
      `select k.conname as key, k.conrelid::regclass::text as "from", k.confrelid::regclass::text as "to",
          array(select a.attname::text from unnest(k.conkey) n
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n) as columns,
          array(select a.attname::text from unnest(k.confkey) n
            join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n) as referred
        from pg_constraint k
        where k.contype = 'f' and k.connamespace = 'public'::regnamespace`,
    );
    expect(rows.length).toBeGreaterThan(5);
    const leaving = rows.filter(
      (row) =>
        isTenants(row.to) &&
        !(row.columns.includes("master_id") && row.referred.includes("master_id")),
    );
    expect(leaving).toEqual([]);
  });
});

describe("a tenant", () => {
  it("is moved to another database by its master_id: the books are whole there", async () => {
    const world = await openWorld("2026-01-15", templateOf(POPULATION));
    try {
      const [from, to] = [await superuser(world.databaseUrl), await superuser(database.url)];
      const tables = await tablesOfTenants();
      for (const table of tables) await copyRows(from, to, table, "master-0001");
      await Promise.all([from.end(), to.end()]);
      const count = "select count(*)::int as n from invoices where master_id = 'master-0001'";
      const counts = await Promise.all([world.pool.query(count), pool.query(count)]);
      expect(counts.map(({ rows }) => rows[0]?.n)).toEqual([POPULATION.subs, POPULATION.subs]);
      expect((await checkInvariants(pool)).filter(({ ok }) => !ok)).toEqual([]);
      // As the guide has it: the rows that stay behind are of accounts that nobody reaches any more.
      await world.pool.query(
        `update accounts set disassociated_at = now(), next_due_date = null
          where master_id = 'master-0001'`,
      );
      await world.expectSound();
    } finally {
      await world.close();
    }
  });
});

const POPULATION: Population = { masters: 2, subs: 20, from: "2026-01-15", consolidated: true };

/** With triggers and references off, as for any restore: rows come as they were. */
async function superuser(url: string): Promise<pg.Client> {
  const { admin } = await startTestPostgres();
  const name = decodeURIComponent(new URL(url.replace(/@[^/]+/, "@x")).pathname.slice(1));
  const client = new pg.Client({ ...admin, database: name });
  await client.connect();
  await client.query("set session_replication_role = replica");
  return client;
}

async function tablesOfTenants(): Promise<string[]> {
  const { rows } = await pool.query(
    `select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'master_id')`,
  );
  return rows.map((row) => row.name).filter(isTenants);
}

async function copyRows(from: pg.Client, to: pg.Client, table: string, masterId: string) {
  const { rows } = await from.query(
    `select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text as rows from ${table} t where master_id = $1`,
    [masterId],
  );
  await to.query(
    `insert into ${table} overriding system value
      select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [rows[0]?.rows],
  );
}

describe("the guide", () => {
  it("names every table without a tenant and every other key", async () => {
    const guide = new URL("../../../../docs/guides/sharding.md", import.meta.url);
    const text = await readFile(guide, "utf8");
    for (const name of [...Object.keys(WITHOUT_TENANT), ...Object.keys(OTHER_KEYS)]) {
      expect(text, name).toContain(`\`${name}\``);
    }
  });
});
