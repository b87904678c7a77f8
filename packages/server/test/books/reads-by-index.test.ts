/**
 * What a bill run costs an account does not depend on how many invoices there are. Regression: the check
 * that invoice numbers have no gap read all invoices of the master for each batch that was posted.
 */
import { expect, it } from "vitest";
import { createBillRun } from "../../src/billing/bill-run.js";
import { workBillRun } from "../../src/billing/work-bill-run.js";
import { servicesOf } from "./support/services.js";
import { openWorld, type Population, templateOf } from "./support/world.js";

const POPULATION: Population = { masters: 1, subs: 400, from: "2026-01-15" };
const DUE = "2026-02-15";
const BATCHES = 40;

it("a bill run never reads the invoices, their lines or the ledger from end to end", async () => {
  const world = await openWorld("2026-01-15", templateOf(POPULATION));
  try {
    await world.pool.query("analyze");
    const before = await scans();
    // Its connection ends with it, and has then told PostgreSQL what it did.
    const services = servicesOf(world.databaseUrl, DUE);
    const wish = { mode: "post", targetDate: DUE, accountIds: null, startedBy: "test" } as const;
    const created = await createBillRun(services, wish);
    const run = await workBillRun(services, created.id, {
      workers: 1,
      batchSize: POPULATION.subs / BATCHES,
    });
    await services.pool.end();
    expect(run).toMatchObject({ status: "done", invoices: 400 });
    expect(await scans()).toEqual(before);
  } finally {
    await world.close();
  }

  async function scans(): Promise<unknown> {
    const { rows } = await world.pool.query(
      `select relname, seq_scan from pg_stat_user_tables
        where relname in ('invoices', 'invoice_lines', 'ledger_entries') order by relname`,
    );
    return rows;
  }
});
