/** The books are checked without being asked, and a rule that does not hold is heard of. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LogLine } from "../../src/http/app.js";
import { watchBooks } from "../../src/observability/books-watch.js";
import { startTestServer, type TestServer } from "../support/server.js";

let paymaster: TestServer;
let pool: pg.Pool;
beforeAll(async () => {
  paymaster = await startTestServer();
  pool = new pg.Pool({ connectionString: paymaster.databaseUrl });
});
afterAll(async () => {
  await pool.end();
  await paymaster.stop();
});

const TICK_MINUTES = 20 / 60_000;

it("checks by itself, says nothing while all is well, and names the rule that breaks", async () => {
  const logged: LogLine[] = [];
  const watch = watchBooks(pool, TICK_MINUTES, (line) => logged.push(line));
  while (watch.last() === null) await sleep(10);
  expect(logged).toEqual([]);
  await pool.query("update accounts set credit_minor = 700");
  while (logged.length === 0) await sleep(10);
  await watch.stop();
  expect(logged[0]).toMatchObject({ level: "error", message: "The books do not hold" });
  expect(watch.last()?.checks.filter(({ ok }) => !ok).length).toBeGreaterThan(0);
  await pool.query("update accounts set credit_minor = 0");
  const stoppedAt = watch.last()?.at;
  await sleep(60);
  expect(watch.last()?.at).toBe(stoppedAt);
});

it("leaves it to another process that is at it", async () => {
  const other = await pool.connect();
  await other.query("begin");
  await other.query("select pg_advisory_xact_lock(3506118297)");
  const watch = watchBooks(pool, TICK_MINUTES, () => undefined);
  await sleep(100);
  expect(watch.last()).toBeNull();
  await other.query("rollback");
  other.release();
  while (watch.last() === null) await sleep(10);
  await watch.stop();
});
