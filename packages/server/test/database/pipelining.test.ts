/** Transactions whose statements go out together: in order, all or nothing, and told by their first error. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inOrder, leaveToCommit } from "../../src/database/pipelining.js";
import {
  type Connection,
  createPool,
  type Pool,
  pipelinedTransaction,
  transaction,
} from "../../src/database/pool.js";
import { insertRows } from "../../src/database/rows.js";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  // One connection: whatever a transaction leaves behind meets the next one.
  pool = createPool({ connectionString: database.url, max: 1 });
  await pool.query("create table events (id int primary key, what text not null)");
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const add = (connection: Connection, id: number, what: string | null = "said") =>
  connection.query({
    name: "add-event",
    text: "insert into events (id, what) values ($1, $2)",
    values: [id, what],
  });

async function stored(): Promise<number[]> {
  const { rows } = await pool.query("select id from events order by id");
  return rows.map((row) => row.id);
}

const COLUMNS = { id: "int", what: "text" } as const;
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ id: from + index, what: "many" }));

describe.each([
  { how: "pipelined", run: pipelinedTransaction },
  { how: "one by one", run: transaction },
])("statements of a transaction, $how", ({ run }) => {
  it("run in their order, and each answers its own step", async () => {
    await pool.query("delete from events");
    const answers = await run(pool, (connection) =>
      inOrder(connection, [
        () => add(connection, 1),
        async () => (await connection.query("select count(*)::int as n from events")).rows[0].n,
        () => add(connection, 2),
        async () => (await connection.query("select count(*)::int as n from events")).rows[0].n,
      ]),
    );
    expect([answers[1], answers[3]]).toEqual([1, 2]);
    expect(await stored()).toEqual([1, 2]);
  });

  it("leave nothing behind when one in the middle fails, whose error is told", async () => {
    await pool.query("delete from events");
    const failing = run(pool, (connection) =>
      inOrder(connection, [
        () => add(connection, 1),
        () => add(connection, 2, null),
        () => add(connection, 3),
      ]),
    );
    await expect(failing).rejects.toThrow(/null value in column "what"/);
    expect(await stored()).toEqual([]);
  });

  it("tell the error that came first, however deep it lies", async () => {
    await pool.query("delete from events");
    const failing = run(pool, (connection) =>
      inOrder(connection, [
        () =>
          inOrder(connection, [
            () => inOrder(connection, [() => add(connection, 1), () => add(connection, 2, null)]),
            () => add(connection, 3),
          ]),
        () => add(connection, 4),
      ]),
    );
    await expect(failing).rejects.toThrow(/null value in column "what"/);
    expect(await stored()).toEqual([]);
  });

  it("tell the error of one that was left to the commit before that of those behind it", async () => {
    await pool.query("delete from events");
    const failing = run(pool, async (connection) => {
      await leaveToCommit(connection, () => add(connection, 1, null));
      await add(connection, 2);
    });
    await expect(failing).rejects.toThrow(/null value in column "what"/);
    expect(await stored()).toEqual([]);
  });

  it("are refused at the commit when one that was left to it fails", async () => {
    await pool.query("delete from events");
    const failing = run(pool, async (connection) => {
      await add(connection, 1);
      await leaveToCommit(connection, () => add(connection, 1));
    });
    await expect(failing).rejects.toThrow(/duplicate key/);
    expect(await stored()).toEqual([]);
  });

  it("take what was left of one that failed not for their own", async () => {
    await pool.query("delete from events");
    const failing = run(pool, async (connection) => {
      await leaveToCommit(connection, () => add(connection, 1));
      throw new Error("thought better of it");
    });
    await expect(failing).rejects.toThrow("thought better of it");
    await run(pool, (connection) => add(connection, 2));
    expect(await stored()).toEqual([2]);
  });

  it("write many rows as well as few", async () => {
    await pool.query("delete from events");
    await run(pool, async (connection) => {
      await inOrder(connection, [
        () => insertRows(connection, "events", COLUMNS, rows(1, 3)),
        () => insertRows(connection, "events", COLUMNS, rows(4, 200)),
      ]);
    });
    expect(await stored()).toHaveLength(200);
  });
});

it("a pipelined transaction asks for the next before the last is answered", async () => {
  const events: string[] = [];
  await pipelinedTransaction(pool, (connection) => {
    const ask = (name: string) => async () => {
      events.push(`${name} asked`);
      await connection.query("select 1");
      events.push(`${name} answered`);
    };
    return inOrder(connection, [ask("first"), ask("second")]);
  });
  expect(events).toEqual(["first asked", "second asked", "first answered", "second answered"]);
});
