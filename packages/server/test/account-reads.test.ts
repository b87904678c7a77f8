/** Readers that come at the same time share a statement, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool } from "../src/database/pool.js";
import { AccountReads } from "../src/store/account-reads.js";
import { startTestServer, type TestServer } from "./support/server.js";

let service: TestServer;
let pool: Pool;
let masterId: string;
let subs: string[];

beforeAll(async () => {
  service = await startTestServer();
  pool = createPool({ connectionString: service.databaseUrl });
  masterId = service.credentials.account_id;
  subs = [];
  for (let count = 0; count < 3; count += 1) subs.push(await service.subAccount());
});

afterAll(async () => {
  await pool?.end();
  await service?.stop();
});

describe("Accounts read at the same time", () => {
  it("are each what was asked for, however many ask for the same", async () => {
    const { reads, statements } = counted();
    const asked = Array.from({ length: 60 }, (_, index) => subs[index % 3] ?? "");
    const found = await Promise.all(asked.map((accountId) => reads.load({ masterId, accountId })));
    expect(found.map((account) => account?.record.accountId)).toEqual(asked);
    expect(statements()).toBeLessThanOrEqual(2);
  });

  it("stay within their tenant: the account of another is not there", async () => {
    const { reads } = counted();
    const [own = ""] = subs;
    const found = await Promise.all([
      reads.load({ masterId, accountId: own }),
      reads.load({ masterId: "another", accountId: own }),
      reads.load({ masterId, accountId: "nobody" }),
    ]);
    expect(found.map((account) => account?.record.accountId)).toEqual([own, undefined, undefined]);
  });

  it("see what was written before they asked", async () => {
    const { reads } = counted();
    const [accountId = ""] = subs;
    for (const name of ["First", "Second"]) {
      await pool.query("update accounts set account_name = $2 where id = $1", [accountId, name]);
      const found = await Promise.all([0, 1, 2].map(() => reads.load({ masterId, accountId })));
      expect(found.map((account) => account?.record.accountName)).toEqual([name, name, name]);
    }
  });

  it("fail alone: a row that cannot be read is the trouble of those who asked for it", async () => {
    const { reads } = counted();
    const [damaged = "", sound = ""] = subs;
    // Beyond the integers that are exact: reading it is refused rather than rounded.
    await pool.query("update accounts set credit_minor = 9007199254740993 where id = $1", [
      damaged,
    ]);
    const [bad, good] = await Promise.allSettled([
      reads.load({ masterId, accountId: damaged }),
      reads.load({ masterId, accountId: sound }),
    ]);
    expect(bad).toMatchObject({ status: "rejected", reason: expect.any(RangeError) });
    expect(good).toMatchObject({ value: { record: { accountId: sound } } });
    await pool.query("update accounts set credit_minor = 0 where id = $1", [damaged]);
  });

  it("all learn that the database is away", async () => {
    const closed = createPool({ connectionString: service.databaseUrl });
    await closed.end();
    const reads = new AccountReads(closed);
    const asked = subs.map((accountId) => reads.load({ masterId, accountId }));
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });
});

/** Reads whose statements are counted. */
function counted() {
  let count = 0;
  const db = {
    query: ((...args: Parameters<Pool["query"]>) => {
      count += 1;
      return pool.query(...args);
    }) as Pool["query"],
  };
  return { reads: new AccountReads(db), statements: () => count };
}
