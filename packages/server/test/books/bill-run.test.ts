/** Bill runs below the HTTP interface: several at once, twice, and around a bad account. */
import { afterEach, describe, expect, it } from "vitest";
import {
  type BillingServices,
  type BillRun,
  type BillRunMode,
  createBillRun,
  findBillRun,
  listBillRunAccounts,
} from "../../src/billing/bill-run.js";
import { type WorkOptions, workBillRun } from "../../src/billing/work-bill-run.js";
import { booksOf } from "./support/books-of.js";
import { startWorker } from "./support/worker.js";
import { type BooksWorld, openWorld, type Population, subId, templateOf } from "./support/world.js";

const POPULATION: Population = { masters: 2, subs: 60, from: "2026-01-15", consolidated: true };
const DUE = "2026-02-15";
const worlds: BooksWorld[] = [];

async function open(): Promise<BooksWorld> {
  const world = await openWorld("2026-01-15", templateOf(POPULATION));
  world.clock.moveTo(Date.parse(`${DUE}T00:00:00Z`));
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

function wish(mode: BillRunMode = "post", accountIds: string[] | null = null) {
  return { mode, targetDate: DUE, accountIds, startedBy: "test" } as const;
}

async function bill(
  services: BillingServices,
  options: WorkOptions = {},
  accountIds: string[] | null = null,
): Promise<BillRun> {
  const run = await createBillRun(services, wish("post", accountIds));
  return workBillRun(services, run.id, options);
}

describe("a bill run", () => {
  it("bills everybody once, and a second one finds nothing", async () => {
    const world = await open();
    const run = await bill(world);
    expect(run).toMatchObject({
      status: "done",
      accountsTotal: 120,
      accountsDone: 120,
      accountsFailed: 0,
      invoices: 120,
    });
    const { rows } = await world.pool.query(
      "select sum(total_minor) as total from invoices where bill_run_id = $1",
      [run.id],
    );
    expect(run.totalMinor).toBe(Number(rows[0].total));
    const books = await booksOf(world.pool);
    expect(await bill(world)).toMatchObject({ status: "done", accountsTotal: 0, invoices: 0 });
    expect(await booksOf(world.pool)).toEqual(books);
    await world.expectSound();
  });

  it("gives the same books with one worker, with many, and account by account", async () => {
    const reference = await open();
    await bill(reference, { workers: 1 });
    const books = await booksOf(reference.pool);
    for (const options of [
      { workers: 6, batchSize: 7 },
      { workers: 2, batchSize: 1 },
    ]) {
      const world = await open();
      await bill(world, options);
      expect(await booksOf(world.pool)).toEqual(books);
      await world.expectSound();
    }
  });

  it("is worked on by several processes at once; each account is billed by one of them", async () => {
    const reference = await open();
    await bill(reference);
    const world = await open();
    const run = await createBillRun(world, wish());
    const workers = await Promise.all(
      [1, 2, 3].map(() =>
        startWorker({
          databaseUrl: world.databaseUrl,
          today: DUE,
          billRunId: run.id,
          batchSize: 5,
          workers: 2,
        }),
      ),
    );
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual([
      { finished: true },
      { finished: true },
      { finished: true },
    ]);
    expect(await findBillRun(world.pool, run.id)).toMatchObject({
      status: "done",
      accountsDone: 120,
      invoices: 120,
    });
    expect(await booksOf(world.pool)).toEqual(await booksOf(reference.pool));
    await world.expectSound();
  });

  it("two runs of the same day at the same time bill everybody once", async () => {
    const world = await open();
    const runs = await Promise.all([1, 2].map(() => createBillRun(world, wish())));
    const done = await Promise.all(
      runs.map((run) => workBillRun(world, run.id, { batchSize: 10, workers: 3 })),
    );
    expect(done.map((run) => [run.status, run.accountsDone])).toEqual([
      ["done", 120],
      ["done", 120],
    ]);
    expect(done.reduce((sum, run) => sum + run.invoices, 0)).toBe(120);
    const reference = await open();
    await bill(reference);
    const { statements: _1, ...books } = await booksOf(world.pool);
    const { statements: _2, ...expected } = await booksOf(reference.pool);
    expect(books).toEqual(expected);
    await world.expectSound();
  });

  it("dates its invoices on the day of the run, also when it is finished days later", async () => {
    const world = await open();
    const run = await createBillRun(world, wish());
    world.clock.moveTo(Date.parse("2026-02-18T00:00:00Z"));
    await workBillRun(world, run.id);
    const { rows } = await world.pool.query(
      "select distinct invoice_date, due_date from invoices where bill_run_id = $1",
      [run.id],
    );
    expect(rows).toEqual([{ invoice_date: DUE, due_date: "2026-03-17" }]);
    await world.expectSound();
  });

  it("stops when it is told to, and is taken up where it was", async () => {
    const world = await open();
    const run = await createBillRun(world, wish());
    let batches = 0;
    const stopped = await workBillRun(world, run.id, {
      batchSize: 10,
      workers: 1,
      isStopped: () => {
        batches += 1;
        return batches > 6;
      },
    });
    expect(stopped.status).toBe("running");
    expect(stopped.accountsDone).toBeGreaterThan(0);
    expect(stopped.accountsDone).toBeLessThan(120);
    expect(await workBillRun(world, run.id)).toMatchObject({ status: "done", accountsDone: 120 });
    await world.expectSound();
  });

  it("can be watched: accounts worked, accounts a second", async () => {
    const world = await open();
    const run = await createBillRun(world, wish());
    expect(run).toMatchObject({
      status: "running",
      accountsTotal: 120,
      accountsDone: 0,
      rate: null,
    });
    const seen: number[] = [];
    const watching = (async () => {
      for (;;) {
        const now = await findBillRun(world.pool, run.id);
        if (now === undefined || now.status !== "running") return;
        seen.push(now.accountsDone);
      }
    })();
    const done = await workBillRun(world, run.id, { batchSize: 4, workers: 1 });
    await watching;
    expect(new Set(seen).size).toBeGreaterThan(2);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(done.rate).toBeGreaterThan(10);
  });

  it("as a preview or a draft changes no books", async () => {
    const world = await open();
    const before = await booksOf(world.pool);
    const preview = await createBillRun(world, wish("preview"));
    const previewed = await workBillRun(world, preview.id);
    expect(await booksOf(world.pool)).toEqual(before);
    const draft = await createBillRun(world, wish("draft"));
    const drafted = await workBillRun(world, draft.id);
    expect(await booksOf(world.pool)).toEqual(before);
    const posted = await bill(world);
    const figures = ({ invoices, totalMinor }: BillRun) => ({ invoices, totalMinor });
    expect(figures(previewed)).toEqual(figures(posted));
    expect(figures(drafted)).toEqual(figures(posted));
    const { rows } = await world.pool.query("select count(*) as n from invoice_drafts");
    expect(rows).toEqual([{ n: 0 }]);
  });
});

describe("an account that cannot be billed", () => {
  const BAD = subId("master-0000", 17);
  const damages = {
    "a row that no rule allows": {
      damage: `update subscription_items set host_blocks = '[]' where account_id = '${BAD}'`,
      reason: "Item 1 was charged for other hosts than it has.",
      repair: `update subscription_items set host_blocks = jsonb_build_array(hosts)
        where account_id = '${BAD}'`,
    },
    "a period that goes back": {
      damage: `update subscription_items set period_start = '2025-12-15', period_end = '2026-01-15'
        where account_id = '${BAD}' and number = 1`,
      reason: "Item 1 says that it is invoiced up to 2026-01-15, and no invoice does.",
      repair: `update subscription_items set period_start = '2026-01-15', period_end = '2026-02-15'
        where account_id = '${BAD}' and number = 1`,
    },
    "an anchor that drifted": {
      damage: `update subscription_items set anchor_day = 14
        where account_id = '${BAD}' and number = 1`,
      reason: /^Item 1 has a period from 2026-01-15 to 2026-02-15, which is not/,
      repair: `update subscription_items set anchor_day = 15
        where account_id = '${BAD}' and number = 1`,
    },
    "a period that was never invoiced": {
      damage: `update subscription_items set period_end = '2026-02-14'
        where account_id = '${BAD}' and number = 1`,
      reason: "Item 1 says that it is invoiced up to 2026-02-14, and no invoice does.",
      repair: `update subscription_items set period_end = '2026-02-15'
        where account_id = '${BAD}' and number = 1`,
    },
    "a manager that does not exist": {
      damage: `update accounts set parent_id = 'nobody' where id = '${BAD}'`,
      reason: "The account that manages it, or pays for it, is missing.",
      repair: `update accounts set parent_id = master_id where id = '${BAD}'`,
    },
    "usage that is no usage": {
      damage: `update accounts set usage = '"lost"' where id = '${BAD}'`,
      reason: "Its usage cannot be read.",
      repair: `update accounts set usage = (select usage from accounts where id = 'master-0000')
        where id = '${BAD}'`,
    },
    "a charge that stands already": {
      damage: `insert into invoice_lines (master_id, invoice_id, line, account_id, item_number, family,
          plan_type, charge_name, charge_type, reason, quantity, unit_price_minor, start_date,
          end_date, amount_minor, tax_minor, tax_rate_ppm, derivation)
        select master_id, invoice_id, 9, account_id, item_number, family, plan_type, charge_name,
          charge_type, reason, quantity, unit_price_minor, '2026-02-15', '2026-03-15', 0, 0, 0, '{}'
        from invoice_lines where account_id = '${BAD}' and item_number = 1`,
      reason: /invoice_lines_charged_once/,
      repair: null,
    },
  } as const;

  it.each(Object.entries(damages))(
    "%s: it alone is set aside, and picked up once repaired",
    async (_name, { damage, reason, repair }) => {
      const world = await open();
      const reference = await open();
      await bill(reference);
      await world.pool.query(damage);
      const said: unknown[] = [];
      const run = await bill({ ...world, log: (line) => said.push(line) }, { batchSize: 25 });
      expect(run).toMatchObject({
        status: "done",
        accountsTotal: 120,
        accountsDone: 119,
        accountsFailed: 1,
        invoices: 119,
      });
      const page = { after: null, limit: 10 };
      const failed = await listBillRunAccounts(world.pool, run.id, { state: "failed", ...page });
      expect(failed).toEqual([
        {
          masterId: "master-0000",
          accountId: BAD,
          state: "failed",
          reason: expect.stringMatching(reason),
          invoiceId: null,
          totalMinor: null,
        },
      ]);
      expect(said).toEqual([
        {
          level: "error",
          message: expect.stringContaining(`Account ${BAD} was set aside: `),
          bill_run_id: run.id,
        },
      ]);
      if (repair === null) return;
      const again = await bill(world);
      expect(again).toMatchObject({ status: "failed", accountsTotal: 1, accountsFailed: 1 });
      await world.pool.query(repair);
      const mended = await bill(world);
      expect(mended).toMatchObject({ status: "done", accountsTotal: 1, accountsDone: 1 });
      await world.expectSound();
      const { statements: _1, ...books } = await booksOf(world.pool);
      const { statements: _2, ...expected } = await booksOf(reference.pool);
      expect(books).toEqual(expected);
    },
  );

  it("a run fails when it could bill nobody", async () => {
    const world = await open();
    await world.pool.query("update accounts set usage = '1' where kind = 'sub'");
    expect(await bill(world)).toMatchObject({
      status: "failed",
      accountsFailed: 120,
      invoices: 0,
    });
  });
});
