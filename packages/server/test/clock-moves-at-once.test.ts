/** Many calls that move the test clock at the same time: one after the other, and in nobody's way. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TIME_LOCK } from "../src/billing/advance.js";
import { MAX_WAITING_FOR_LOCK } from "../src/database/lock.js";
import { CONTACT, startTestServer, type TestServer } from "./support/server.js";

let paymaster: TestServer;
let database: pg.Client;
beforeAll(async () => {
  paymaster = await startTestServer({ testClock: "2026-01-31" });
  database = new pg.Client({ connectionString: paymaster.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await paymaster.stop();
});

const advance = (by: object) =>
  paymaster.admin<{ now: string; invoices_posted: number }>("POST", "/clock/advance", by);
const atOnce = (count: number, by: object) => Array.from({ length: count }, () => advance(by));

/** While another process moves the clock, which takes it a while. */
async function whileTimeIsLocked<T>(work: () => Promise<T[]>): Promise<T[]> {
  await database.query("select pg_advisory_lock($1)", [TIME_LOCK]);
  try {
    return await work();
  } finally {
    await database.query("select pg_advisory_unlock($1)", [TIME_LOCK]);
  }
}

describe("moving the clock many times at once", () => {
  it("each moves it by its own part, and what falls due on the way is billed once", async () => {
    const id = await paymaster.subAccount();
    await paymaster.wire("POST", `/accounts/${id}/plans`, {
      body: { contact: CONTACT, plan_base: { type: "monthly", hosts: 2 } },
    });
    const answers = await Promise.all(atOnce(30, { days: 1 }));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    const days = answers.map(({ body }) => body.now.slice(0, 10)).sort();
    expect([days[0], days.at(-1), new Set(days).size]).toEqual(["2026-02-01", "2026-03-02", 30]);
    const posted = answers.map(({ body }) => body.invoices_posted);
    // On 28 February: the sub account's renewal and the master's own.
    expect(posted.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it("those that wait for another process leave the connections to others", async () => {
    const calls = await whileTimeIsLocked(async () => {
      const waiting = atOnce(MAX_WAITING_FOR_LOCK, { days: 1 });
      const others = Array.from({ length: 20 }, () => paymaster.wire("GET", "/accounts"));
      for (const { status } of await Promise.all(others)) expect(status).toBe(200);
      return waiting;
    });
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
  });

  it("only so many wait: further ones are told to come again, and left nothing behind", async () => {
    const REFUSED = 5;
    const movesBefore = await countMoves();
    const calls = await whileTimeIsLocked(async () => {
      // One waits in the database, the others in the process.
      const all = atOnce(1 + MAX_WAITING_FOR_LOCK + REFUSED, { days: 1 });
      await answered(all, REFUSED);
      return all;
    });
    const answers = await Promise.all(calls);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.map(({ headers }) => headers.get("retry-after"))).toEqual(
      Array(REFUSED).fill("5"),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1 + MAX_WAITING_FOR_LOCK);
    expect(await countMoves()).toBe(movesBefore + 1 + MAX_WAITING_FOR_LOCK);
  });
});

async function countMoves(): Promise<number> {
  const { rows } = await database.query(
    "select count(*)::int as moves from audit_log where event = 'clock_moved'",
  );
  return rows[0].moves;
}

/** Until so many of the calls have their answer. */
function answered(calls: readonly Promise<unknown>[], count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    for (const call of calls) {
      void call.then(() => {
        left -= 1;
        if (left === 0) resolve();
      });
    }
  });
}
