/** What assistants spent, in a real database: shared by processes, safe when they ask at once. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../src/database/migrate.js";
import { createPool, type Pool } from "../../src/database/pool.js";
import { createMcpSpending } from "../../src/mcp-http/spending.js";
import { startTestPostgres, type TestDatabase } from "../support/postgres.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
  pool = createPool({ connectionString: database.url, max: 8 });
  await migrate(pool);
  await pool.query(
    `insert into accounts (master_id, id, kind, account_name, owner_id, owner_email, created_at)
      select 'm', id, case id when 'm' then 'master' else 'sub' end, id, id, id || '@quay.example',
          now()
        from unnest(array['m', 'a', 'busy', 'old']) id`,
  );
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const day = "2021-06-01";

function reservation(id: string, amountMinor: number, more: object = {}) {
  return { id, day, currency: "USD", amountMinor, limitMinor: 10_000, ...more };
}

describe("what an account's assistants spent", () => {
  it("is counted by account, day and currency, up to the limit", async () => {
    const spending = createMcpSpending(pool, { masterId: "m", accountId: "a" });
    expect(await spending.spent(day, "USD")).toBe(0);
    expect(await spending.reserve(reservation("1", 6_000))).toBe(true);
    expect(await spending.reserve(reservation("2", 4_001))).toBe(false);
    expect(await spending.reserve(reservation("3", 4_000))).toBe(true);
    expect(await spending.spent(day, "USD")).toBe(10_000);
    expect(await spending.reserve(reservation("4", 10_000, { currency: "EUR" }))).toBe(true);
    expect(await spending.reserve(reservation("5", 10_000, { day: "2021-06-02" }))).toBe(true);
    const other = createMcpSpending(pool, { masterId: "m", accountId: "b" });
    expect(await other.spent(day, "USD")).toBe(0);
    await spending.release(reservation("1", 6_000));
    expect(await spending.spent(day, "USD")).toBe(4_000);
  });

  it("never passes the limit when many ask at once", async () => {
    const account = { masterId: "m", accountId: "busy" };
    const taken = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        createMcpSpending(pool, account).reserve(reservation(`r${index}`, 970)),
      ),
    );
    expect(taken.filter((one) => one)).toHaveLength(10);
    expect(await createMcpSpending(pool, account).spent(day, "USD")).toBe(9_700);
  });

  it("is forgotten after two months", async () => {
    const spending = createMcpSpending(pool, { masterId: "m", accountId: "old" });
    await spending.reserve(reservation("1", 100));
    await spending.reserve(reservation("2", 100, { day: "2021-07-31" }));
    expect(await spending.spent(day, "USD")).toBe(100);
    await spending.reserve(reservation("3", 100, { day: "2021-08-01" }));
    expect(await spending.spent(day, "USD")).toBe(0);
  });
});
