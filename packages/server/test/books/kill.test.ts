/** kill -9 in the middle of a bill run, again and again; the whole of it is in test/faults. */
import { afterEach, describe, expect, it } from "vitest";
import { createBillRun, findBillRun } from "../../src/billing/bill-run.js";
import { workBillRun } from "../../src/billing/work-bill-run.js";
import { booksOf } from "./support/books-of.js";
import { killPoints, untilWorked } from "./support/progress.js";
import { startWorker } from "./support/worker.js";
import { type BooksWorld, openWorld, type Population, templateOf } from "./support/world.js";

const POPULATION: Population = { masters: 3, subs: 100, from: "2026-01-15", consolidated: true };
const ACCOUNTS = 300;
const KILLS = 5;
const DUE = "2026-02-15";

const worlds: BooksWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function open(): Promise<BooksWorld> {
  const world = await openWorld("2026-01-15", templateOf(POPULATION));
  worlds.push(world);
  world.clock.moveTo(Date.parse(`${DUE}T00:00:00Z`));
  return world;
}

const wish = { mode: "post", targetDate: DUE, accountIds: null, startedBy: "test" } as const;

describe("a bill run whose process is killed", () => {
  it("five times ends with the books of one that was left alone", { timeout: 60_000 }, async () => {
    const reference = await open();
    await workBillRun(reference, (await createBillRun(reference, wish)).id);

    const world = await open();
    const run = await createBillRun(world, wish);
    const options = { databaseUrl: world.databaseUrl, today: DUE, billRunId: run.id, batchSize: 6 };
    for (const { worked, afterMs } of killPoints(ACCOUNTS, KILLS)) {
      const worker = await startWorker({ ...options, workers: 2 });
      await untilWorked(world.pool, run.id, worked, afterMs);
      worker.kill();
      expect(await worker.ended).toEqual({ finished: false });
      expect(await findBillRun(world.pool, run.id)).toMatchObject({ status: "running" });
    }
    const last = await startWorker(options);
    expect(await last.ended).toEqual({ finished: true });
    expect(await findBillRun(world.pool, run.id)).toMatchObject({
      status: "done",
      accountsDone: ACCOUNTS,
      accountsFailed: 0,
      invoices: ACCOUNTS,
    });
    expect(await booksOf(world.pool)).toEqual(await booksOf(reference.pool));
    await world.expectSound();
  });
});
