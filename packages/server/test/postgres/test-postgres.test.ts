import pg from "pg";
import { describe, expect, it } from "vitest";
import {
  hasSystemPostgres,
  startSystemPostgres,
  startTestPostgres,
  type TestDatabase,
} from "../support/postgres.js";

async function ask(database: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client(database.connection);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

describe("test databases", () => {
  it("gives each test a database of its own, owned by an ordinary role", async () => {
    const server = await startTestPostgres();
    const [one, two] = await Promise.all([server.createDatabase(), server.createDatabase()]);
    await ask(one, "CREATE TABLE t AS SELECT 1 AS x");
    expect(await ask(two, "SELECT to_regclass('t')")).toEqual([null]);
    expect(await ask(one, "SELECT usesuper FROM pg_user WHERE usename = current_user")).toEqual([
      false,
    ]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(ask(one, "SELECT 1")).rejects.toThrow(/does not exist/);
  });

  it("prepares a template once and copies it", async () => {
    const server = await startTestPostgres();
    let prepared = 0;
    const template = {
      key: "template test",
      prepare: async (database: TestDatabase) => {
        prepared++;
        await ask(database, "CREATE TABLE t AS SELECT 42 AS x");
      },
    };
    const made = await Promise.all([1, 2, 3].map(() => server.createDatabase(template)));
    for (const database of made) {
      expect(await ask(database, "SELECT x FROM t")).toEqual([42]);
      await database.drop();
    }
    expect(prepared).toBe(1);
  });

  it("gives a DATABASE_URL that pg understands", async () => {
    const database = await (await startTestPostgres()).createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query("SELECT current_database() AS name");
    expect(rows).toEqual([{ name: database.connection.database }]);
    await client.end();
    await database.drop();
  });

  it.skipIf(!hasSystemPostgres)("serves from the system's PostgreSQL 15 too", async () => {
    const database = await (await startSystemPostgres()).createDatabase();
    expect(await ask(database, "SHOW server_version_num")).toEqual([
      expect.stringMatching(/^15\d{4}$/),
    ]);
    await database.drop();
  });
});
