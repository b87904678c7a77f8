/** Rows arrive as they are, by an insert or by COPY, and what PostgreSQL refuses leaves the connection sound. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, createPool, type Pool, transaction } from "../src/database/pool.js";
import { insertRows, type Row } from "../src/database/rows.js";
import { startTestPostgres, type TestDatabase } from "./support/postgres.js";

const COLUMNS = {
  id: "int",
  name: "text",
  amount: "bigint",
  day: "date",
  at: "timestamptz",
  flag: "boolean",
  facts: "jsonb",
} as const;
type Sample = Row<typeof COLUMNS>;

/** A few go by an insert, many by COPY. */
const SIZES = [3, 6_000];
const AWKWARD = [
  "plain",
  "",
  "tab\tand\nline\r\nends",
  "back\\slash \\N \\.",
  'quotes " and {braces}, ünïcödé 漢字 🙂',
];

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  pool = createPool({ connectionString: database.url });
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

beforeEach(async () => {
  await pool.query("drop table if exists samples");
  await pool.query(`create table samples (id int primary key, name text not null, amount bigint,
    day date, at timestamptz, flag boolean, facts jsonb)`);
});

describe.each(SIZES)("%i rows", (size) => {
  it("arrive as they are", async () => {
    await transaction(pool, (connection) => insert(connection, samples(size)));
    const { rows } = await pool.query("select * from samples order by id");
    expect(rows).toEqual(
      samples(size).map((row) => ({
        ...row,
        facts: row.facts === null ? null : JSON.parse(String(row.facts)),
      })),
    );
  });

  it.each([
    ["the first", 0],
    ["the last", -1],
  ])("are refused together when %s is wrong", async (_which, position) => {
    const rows = samples(size).with(position, { ...sample(0), id: 1 });
    const refused = transaction(pool, (connection) => insert(connection, [...rows, sample(1)]));
    await expect(refused).rejects.toMatchObject({ code: "23505", constraint: "samples_pkey" });
    expect((await pool.query("select 1 from samples")).rowCount).toBe(0);
  });

  it("that are refused leave their connection to the next transaction", async () => {
    const connection = await pool.connect();
    try {
      await connection.query("begin");
      const rows = samples(size).with(0, { ...sample(0), day: "no day" });
      await expect(insert(connection, rows)).rejects.toMatchObject({ code: "22007" });
      await connection.query("rollback");
      await connection.query("begin");
      await insert(connection, samples(size));
      await connection.query("commit");
      const { rows: counted } = await connection.query("select count(*)::int as n from samples");
      expect(counted).toEqual([{ n: size }]);
    } finally {
      connection.release();
    }
  });
});

function insert(connection: Connection, rows: readonly Sample[]): Promise<void> {
  return insertRows(connection, "samples", COLUMNS, rows);
}

function samples(size: number): Sample[] {
  return Array.from({ length: size }, (_, index) => sample(index));
}

function sample(id: number): Sample {
  const name = AWKWARD[id % AWKWARD.length] ?? "";
  return {
    id,
    name,
    amount: id % 4 === 0 ? null : id * 1_000_000_007,
    day: id % 5 === 0 ? null : "2026-02-28",
    at: new Date("2026-01-31T12:34:56.789Z"),
    flag: id % 2 === 0,
    facts: id % 3 === 0 ? null : JSON.stringify({ name, list: [1, null, name] }),
  };
}
