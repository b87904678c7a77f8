/** A bill run and a month end whose connection breaks at any of their statements. */
import pg from "pg";
import { expect } from "vitest";
import { createBillRun } from "../../../src/billing/bill-run.js";
import { recogniseRevenue } from "../../../src/billing/revenue.js";
import { workBillRun } from "../../../src/billing/work-bill-run.js";
import { isUnavailable } from "../../../src/database/pool.js";
import { booksOf } from "./books-of.js";
import { servicesOf } from "./services.js";
import { type BooksWorld, openWorld, type Population, templateOf } from "./world.js";

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

/** The books of a run that nothing interrupted. */
async function undisturbed(): Promise<unknown> {
  const { world, runId } = await start();
  try {
    await finish(world, runId);
    return await booksOf(world.pool);
  } finally {
    await world.close();
  }
}

/**
 * Breaks the connection at every `step`-th statement in turn; each time another process must end the run
 * with the same books. Returns how many statements were interrupted.
 */
export async function interruptAtStatements(step: number): Promise<number> {
  const expected = await undisturbed();
  let interrupted = 0;
  for (let n = 1; n <= MOST_STATEMENTS; n += step) {
    const { world, runId } = await start();
    try {
      const wasReached = await interrupt(world, runId, n);
      await finish(world, runId);
      expect(await booksOf(world.pool), `statement ${n}`).toEqual(expected);
      await world.expectSound();
      if (!wasReached) return interrupted;
      interrupted += 1;
    } finally {
      await world.close();
    }
  }
  throw new Error(`a run has more than ${MOST_STATEMENTS} statements`);
}

async function interrupt(world: BooksWorld, runId: string, n: number): Promise<boolean> {
  // A process of its own: what it had in memory is gone with it.
  const dying = servicesOf(world.databaseUrl, DUE);
  const breaking = breakAtStatement(n);
  try {
    await finish({ ...world, ...dying }, runId);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
  } finally {
    breaking.mend();
    await dying.pool.end();
  }
  return breaking.reached();
}
