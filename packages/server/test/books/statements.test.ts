/** Consolidated statements: one a payer and posting bill run, a line an invoice, whoever does the work. */
import { afterEach, describe, expect, it } from "vitest";
import { type BillRunMode, createBillRun, findBillRun } from "../../src/billing/bill-run.js";
import { cancelInvoice } from "../../src/billing/cancel-invoice.js";
import { workBillRun } from "../../src/billing/work-bill-run.js";
import { startWorker } from "./support/worker.js";
import { type BooksWorld, openWorld, type Population, subId, templateOf } from "./support/world.js";

const POPULATION: Population = { masters: 2, subs: 80, from: "2026-01-15", consolidated: true };
const [FIRST, SECOND] = ["master-0000", "master-0001"] as const;
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

function wish(mode: BillRunMode = "post", accountIds: string[] | null = null) {
  return { mode, targetDate: DUE, accountIds, startedBy: "test" } as const;
}

async function statements(world: BooksWorld) {
  const { rows } = await world.pool.query(
    `select s.payer_id, s.bill_run_id, s.statement_date, s.total_minor, s.invoices,
        count(l.*) as lines, sum(l.total_minor) as of_lines, count(distinct l.account_id) as accounts
      from statements s
      left join statement_lines l on l.master_id = s.master_id and l.statement_id = s.id
      group by s.master_id, s.id order by s.payer_id, s.bill_run_id`,
  );
  return rows;
}

async function total(world: BooksWorld, masterId: string): Promise<number> {
  const { rows } = await world.pool.query(
    "select sum(total_minor) as total from invoices where master_id = $1 and bill_run_id is not null",
    [masterId],
  );
  return Number(rows[0].total);
}

describe("consolidated statements", () => {
  it("one for each payer, a line an invoice, equal to their sum to the cent", async () => {
    const world = await open();
    const run = await createBillRun(world, wish());
    await workBillRun(world, run.id);
    const made = await Promise.all(
      [FIRST, SECOND].map(async (payer) => {
        const sum = await total(world, payer);
        return {
          payer_id: payer,
          bill_run_id: run.id,
          statement_date: DUE,
          total_minor: sum,
          invoices: 80,
          lines: 80,
          of_lines: String(sum),
          accounts: 80,
        };
      }),
    );
    expect(await statements(world)).toEqual(made);
    expect(made[0]?.total_minor).toBeGreaterThan(80 * 4_497);
    await world.expectSound();
  });

  it("miss nobody however many processes bill the accounts at once", async () => {
    const world = await open();
    const run = await createBillRun(world, wish());
    const { databaseUrl } = world;
    const options = { databaseUrl, today: DUE, billRunId: run.id, batchSize: 3, workers: 2 };
    const workers = await Promise.all([1, 2, 3].map(() => startWorker(options)));
    await Promise.all(workers.map((worker) => worker.ended));
    expect(await findBillRun(world.pool, run.id)).toMatchObject({ status: "done" });
    const made = await statements(world);
    expect(made.map((row) => [row.payer_id, row.invoices, row.lines])).toEqual([
      [FIRST, 80, 80],
      [SECOND, 80, 80],
    ]);
    expect(made.map((row) => row.total_minor)).toEqual([
      await total(world, FIRST),
      await total(world, SECOND),
    ]);
    await world.expectSound();
  });

  it("are made once, although several end the run at the same time", async () => {
    const world = await open();
    const run = await createBillRun(world, wish());
    await Promise.all([1, 2, 3, 4].map(() => workBillRun(world, run.id, { batchSize: 10 })));
    expect((await statements(world)).map((row) => row.payer_id)).toEqual([FIRST, SECOND]);
  });

  it("only for payers that want them, and not for what a payer owes for itself", async () => {
    const world = await open();
    await world.pool.query("update accounts set consolidated_statements = false where id = $1", [
      SECOND,
    ]);
    // Pays for itself, and wants statements: there is nobody else's invoice to put on one.
    await world.pool.query(
      "update accounts set pay_mode = 'sub', consolidated_statements = true where id = $1",
      [subId(SECOND, 3)],
    );
    const run = await createBillRun(world, wish());
    await workBillRun(world, run.id);
    expect((await statements(world)).map((row) => row.payer_id)).toEqual([FIRST]);
    await world.expectSound();
  });

  it("not for drafts or previews, nor for a run that invoiced nobody", async () => {
    const world = await open();
    for (const mode of ["preview", "draft"] as const) {
      await workBillRun(world, (await createBillRun(world, wish(mode))).id);
    }
    expect(await statements(world)).toEqual([]);
    await workBillRun(world, (await createBillRun(world, wish())).id);
    expect(await statements(world)).toHaveLength(2);
    await workBillRun(world, (await createBillRun(world, wish())).id);
    expect(await statements(world)).toHaveLength(2);
  });

  it("each run its own: accounts billed apart are on a statement apart", async () => {
    const world = await open();
    const some = [0, 1, 2].map((sub) => subId(FIRST, sub));
    await workBillRun(world, (await createBillRun(world, wish("post", some))).id);
    await workBillRun(world, (await createBillRun(world, wish())).id);
    const made = await statements(world);
    expect(made.map((row) => [row.payer_id, row.lines])).toEqual([
      [FIRST, 3],
      [FIRST, 77],
      [SECOND, 80],
    ]);
    await world.expectSound();
  });

  it("do not change when one of their invoices is cancelled", async () => {
    const world = await open();
    await workBillRun(world, (await createBillRun(world, wish())).id);
    const before = await statements(world);
    const { rows } = await world.pool.query(
      "select invoice_id from statement_lines where account_id = $1",
      [subId(FIRST, 5)],
    );
    await cancelInvoice(world, FIRST, rows[0].invoice_id, { actor: "test", trackingId: null });
    expect(await statements(world)).toEqual(before);
    await workBillRun(world, (await createBillRun(world, wish())).id);
    expect((await statements(world)).map((row) => row.lines)).toEqual([80, 1, 80]);
    await world.expectSound();
  });
});
