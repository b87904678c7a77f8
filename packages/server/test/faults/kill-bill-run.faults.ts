/**
 * The server itself, killed with SIGKILL at twenty random moments of a bill run of five thousand accounts
 * and started again each time: it takes the run up by itself and ends with the books of one that was left
 * alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { booksOf } from "../books/support/books-of.js";
import { killPoints, untilDone, untilWorked } from "../books/support/progress.js";
import { type BooksWorld, openWorld, type Population, templateOf } from "../books/support/world.js";

const POPULATION: Population = { masters: 5, subs: 1_000, from: "2026-01-15", consolidated: true };
const ACCOUNTS = 5_000;
const KILLS = 20;
const DUE = "2026-02-15";
const PROGRAM = fileURLToPath(new URL("../../../cli/bin/paymaster.js", import.meta.url));

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function open(): Promise<BooksWorld> {
  const world = await openWorld("2026-01-15", templateOf(POPULATION));
  endings.push(() => world.close());
  return world;
}

/** `paymaster serve` on the world's database; with accounts due, it starts a bill run by itself. */
async function serve(world: BooksWorld, dataDir: string): Promise<ChildProcess> {
  const args = ["serve", "--empty", "--port", "0", "--data-dir", dataDir, "--test-clock", DUE];
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, DATABASE_URL: world.databaseUrl },
    stdio: ["ignore", "ignore", "inherit"],
  });
  endings.push(() => kill(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

async function dataDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "paymaster-kill-"));
  endings.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** The run that bills the population; the server's own master is billed for its first plan at once. */
async function findRun(world: BooksWorld): Promise<string> {
  for (;;) {
    const { rows } = await world.pool.query("select id from bill_runs");
    if (rows.length > 0) return rows[0].id;
  }
}

/** Books without those of the account that the server made for itself, under a random id. */
async function populationBooks(world: BooksWorld): Promise<unknown> {
  const books = await booksOf(world.pool);
  const isOurs = (row: unknown) => JSON.stringify(row).includes("master-0");
  return Object.fromEntries(
    Object.entries(books).map(([part, rows]) => [part, rows.filter(isOurs)]),
  );
}

describe("a server that is killed", () => {
  it("twenty times during a bill run of 5,000 accounts ends with identical books", async () => {
    const reference = await open();
    const undisturbed = await serve(reference, await dataDirectory());
    await untilDone(reference.pool, await findRun(reference));
    await kill(undisturbed);

    const world = await open();
    const dataDir = await dataDirectory();
    const points = killPoints(ACCOUNTS, KILLS);
    for (const { worked, afterMs } of points) {
      const server = await serve(world, dataDir);
      const runId = await findRun(world);
      await untilWorked(world.pool, runId, worked, afterMs);
      await kill(server);
      const { rows } = await world.pool.query("select status from bill_runs");
      expect(rows).toEqual([{ status: "running" }]);
    }
    const last = await serve(world, dataDir);
    await untilDone(world.pool, await findRun(world));
    await kill(last);

    const { rows: runs } = await world.pool.query(
      "select status, accounts_total, accounts_done, accounts_failed, invoices from bill_runs",
    );
    expect(runs).toEqual([
      {
        status: "done",
        accounts_total: ACCOUNTS,
        accounts_done: ACCOUNTS,
        accounts_failed: 0,
        invoices: ACCOUNTS,
      },
    ]);
    expect(await populationBooks(world)).toEqual(await populationBooks(reference));
    await world.expectSound();
    console.log(`killed with ${points.map((point) => point.worked).join(", ")} accounts worked`);
  });
});
