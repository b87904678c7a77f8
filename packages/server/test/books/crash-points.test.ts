/** A bill run whose connection breaks at any statement: the next process ends it with the same books. */
import pg from "pg";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createBillRun } from "../../src/billing/bill-run.js";
import { recogniseRevenue } from "../../src/billing/revenue.js";
import { workBillRun } from "../../src/billing/work-bill-run.js";
import { isUnavailable } from "../../src/database/pool.js";
import { booksOf } from "./support/books-of.js";
import { servicesOf } from "./support/services.js";
import { type BooksWorld, openWorld, type Population, templateOf } from "./support/world.js";

const POPULATION: Population = { masters: 1, subs: 4, from: "2026-01-15", consolidated: true };
const DUE = "2026-02-15";
const OPTIONS = { batchSize: 3, workers: 1 };
/** More than a run of this size has. */
const MOST_STATEMENTS = 200;

interface Wire {
  readonly connection: { readonly stream: { destroy(): void } };
}

/** Breaks the connection as the nth statement is sent; returns how to mend it. */
function breakAtStatement(n: number): { readonly reached: () => boolean; mend(): void } {
  const { query } = pg.Client.prototype;
  let sent = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    sent += 1;
    const result = Reflect.apply(query, this, args);
    if (sent === n) (this as unknown as Wire).connection.stream.destroy();
    return result;
  } as typeof query;
  return {
    reached: () => sent >= n,
    mend: () => {
      pg.Client.prototype.query = query;
    },
  };
}

async function start(): Promise<{ world: BooksWorld; runId: string }> {
  const world = await openWorld("2026-01-15", templateOf(POPULATION));
  world.clock.moveTo(Date.parse(`${DUE}T00:00:00Z`));
  const wish = { mode: "post", targetDate: DUE, accountIds: null, startedBy: "test" } as const;
  const run = await createBillRun(world, wish);
  return { world, runId: run.id };
}

async function finish(world: BooksWorld, runId: string): Promise<void> {
  await recogniseRevenue(world, DUE);
  expect(await workBillRun(world, runId, OPTIONS)).toMatchObject({
    status: "done",
    accountsDone: 4,
    accountsFailed: 0,
    invoices: 4,
  });
}

let expected: unknown;
beforeAll(async () => {
  const { world, runId } = await start();
  await finish(world, runId);
  expected = await booksOf(world.pool);
  await world.close();
});

const mends: (() => void)[] = [];
afterEach(() => {
  for (const mend of mends.splice(0)) mend();
});

describe("a bill run and a month end interrupted", () => {
  it("at each of their statements end with the same books", { timeout: 60_000 }, async () => {
    let interrupted = 0;
    for (let n = 1; n <= MOST_STATEMENTS; n += 1) {
      const { world, runId } = await start();
      // A process of its own: what it had in memory is gone with it.
      const dying = servicesOf(world.databaseUrl, DUE);
      const breaking = breakAtStatement(n);
      mends.push(breaking.mend);
      const failure = await finish({ ...world, ...dying }, runId).then(
        () => null,
        (error: unknown) => error,
      );
      breaking.mend();
      await dying.pool.end();
      const wasReached = breaking.reached();
      if (wasReached) {
        interrupted += 1;
        expect(failure === null || isUnavailable(failure), String(failure)).toBe(true);
      }
      await finish(world, runId);
      expect(await booksOf(world.pool), `statement ${n}`).toEqual(expected);
      await world.expectSound();
      await world.close();
      if (!wasReached) break;
    }
    expect(interrupted).toBeGreaterThan(40);
    expect(interrupted).toBeLessThan(MOST_STATEMENTS);
  });
});
