/** Revenue is recognised by day at month end: the engine's rule, in SQL, once, whatever happens. */
import { addDays, earnedUntil, revenueRecognised } from "@paymaster/engine";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { advanceClock } from "../../src/billing/advance.js";
import { cancelInvoice } from "../../src/billing/cancel-invoice.js";
import { recogniseRevenue } from "../../src/billing/revenue.js";
import { type BooksWorld, openWorld, type Population, subId, templateOf } from "./support/world.js";

const POPULATION: Population = { masters: 1, subs: 6, from: "2026-01-15" };
const BY = { actor: "test", trackingId: null };
const SEED = 20261122;

let world: BooksWorld;
beforeEach(async () => {
  world = await openWorld("2026-01-15", templateOf(POPULATION));
});
afterEach(() => world.close());

const at = (date: string) => Date.parse(`${date}T00:00:00Z`);

/** Revenue postings by invoice and month, in minor units. */
async function recognised(): Promise<Record<string, number>> {
  const { rows } = await world.pool.query(
    `select posting, effective_date, -amount_minor as amount from ledger_entries
      where posting like 'revenue:%' and ledger_account = 'revenue' order by posting`,
  );
  return Object.fromEntries(
    rows.map((row) => [`${row.posting} ${row.effective_date}`, row.amount]),
  );
}

async function lines() {
  const { rows } = await world.pool.query(
    `select l.invoice_id as "invoiceId", i.invoice_date as "invoiceDate",
        l.amount_minor as "amountMinor", l.start_date as "startDate", l.end_date as "endDate",
        l.charge_type as "chargeType"
      from invoice_lines l join invoices i on i.master_id = l.master_id and i.id = l.invoice_id
      where i.status = 'Posted'`,
  );
  return rows;
}

/** What the engine says: each invoice month by month, the first month with all days before it. */
async function expected(through: string): Promise<Record<string, number>> {
  const all = await lines();
  const postings: Record<string, number> = {};
  for (const invoiceId of new Set(all.map((line) => line.invoiceId))) {
    const own = all.filter((line) => line.invoiceId === invoiceId);
    let recognisedThrough: string | null = null;
    let month = `${own[0].invoiceDate.slice(0, 8)}01`;
    while (month < through) {
      const next = `${addDays(month, 31).slice(0, 8)}01`;
      const posting = revenueRecognised(
        invoiceId,
        own.map((line) => ({ ...line, recognisedThrough })),
        next,
      );
      const entry = posting.entries.find((one) => one.ledgerAccount === "revenue");
      const key = `revenue:${invoiceId}:${month.slice(0, 7)} ${addDays(next, -1)}`;
      if (entry !== undefined) postings[key] = -entry.amountMinor;
      recognisedThrough = next;
      month = next;
    }
  }
  return postings;
}

describe("revenue recognition", () => {
  it("earns in SQL what the engine earns, for any amount, days and month end", async () => {
    const cases = fc.sample(
      fc.record({
        amountMinor: fc.oneof(
          fc.integer({ min: -2_000_000, max: 2_000_000 }),
          fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
        ),
        start: fc.integer({ min: 0, max: 2_000 }),
        days: fc.integer({ min: 1, max: 1_100 }),
        through: fc.integer({ min: -50, max: 3_200 }),
      }),
      { numRuns: 3_000, seed: SEED },
    );
    const dated = cases.map(({ amountMinor, start, days, through }) => ({
      amountMinor,
      startDate: addDays("2024-01-01", start),
      endDate: addDays("2024-01-01", start + days),
      through: addDays("2024-01-01", start + through),
    }));
    const { rows } = await world.pool.query(
      `select earned_minor(amount, starts, ends, through) as earned
        from rows from (unnest($1::bigint[]), unnest($2::date[]), unnest($3::date[]),
          unnest($4::date[])) as v (amount, starts, ends, through)`,
      [
        dated.map((one) => one.amountMinor),
        dated.map((one) => one.startDate),
        dated.map((one) => one.endDate),
        dated.map((one) => one.through),
      ],
    );
    const byEngine = dated.map(({ through, ...line }) =>
      earnedUntil({ ...line, chargeType: "Recurring", recognisedThrough: null }, through),
    );
    expect(rows.map((row) => row.earned)).toEqual(byEngine);
  });

  it("moves the days of January on the first of February, and rounds so that months add up", async () => {
    // Three hosts of 14.99 from 15 January to 14 February: 17 of 31 days are January's.
    const { rows } = await world.pool.query(
      `select l.invoice_id from invoice_lines l where account_id = $1 and item_number = 1`,
      [subId("master-0000", 0)],
    );
    const invoiceId = rows[0].invoice_id;
    await world.pool.query("delete from revenue_schedules where invoice_id <> $1", [invoiceId]);
    await recogniseRevenue(world, "2026-01-31");
    expect(await recognised()).toEqual({});
    await recogniseRevenue(world, "2026-02-01");
    const { rows: line } = await world.pool.query(
      `select sum(round(amount_minor * 17.0 / 31)) as january, sum(amount_minor) as whole
        from invoice_lines where invoice_id = $1`,
      [invoiceId],
    );
    const january = Number(line[0].january);
    expect(await recognised()).toEqual({ [`revenue:${invoiceId}:2026-01 2026-01-31`]: january });
    await recogniseRevenue(world, "2026-03-01");
    expect(await recognised()).toEqual({
      [`revenue:${invoiceId}:2026-01 2026-01-31`]: january,
      [`revenue:${invoiceId}:2026-02 2026-02-28`]: Number(line[0].whole) - january,
    });
  });

  it("posts what the engine says, month by month or all months at once", async () => {
    world.clock.moveTo(at("2027-03-01"));
    await recogniseRevenue(world, "2027-03-01");
    const atOnce = await recognised();
    expect(atOnce).toEqual(await expected("2027-03-01"));
    await world.expectSound();

    const other = await openWorld("2026-01-15", templateOf(POPULATION));
    const first = world;
    world = other;
    try {
      for (let month = "2026-02-01"; month <= "2027-03-01"; ) {
        await recogniseRevenue(world, month);
        await world.expectSound();
        month = `${addDays(month, 31).slice(0, 8)}01`;
      }
      expect(await recognised()).toEqual(atOnce);
    } finally {
      world = first;
      await other.close();
    }
  });

  it("changes nothing when it is repeated, and nothing within a month", async () => {
    await recogniseRevenue(world, "2026-03-01");
    const once = await recognised();
    expect(Object.keys(once).length).toBeGreaterThan(10);
    for (const day of ["2026-03-01", "2026-03-01", "2026-03-17", "2026-03-31"]) {
      await recogniseRevenue(world, day);
    }
    expect(await recognised()).toEqual(once);
  });

  it("is posted once by several at the same time", async () => {
    await Promise.all([1, 2, 3, 4].map(() => recogniseRevenue(world, "2026-04-01")));
    expect(await recognised()).toEqual(await expected("2026-04-01"));
    await world.expectSound();
  });

  it("runs as the clock passes: a stop on the first of a month while anything is deferred", async () => {
    await advanceClock(world, world.clock, at("2026-03-20"));
    const { rows } = await world.pool.query(
      `select distinct effective_date, created_at from ledger_entries where posting like 'revenue:%'
        order by 1`,
    );
    expect(rows).toEqual([
      { effective_date: "2026-01-31", created_at: new Date(at("2026-02-01")) },
      { effective_date: "2026-02-28", created_at: new Date(at("2026-03-01")) },
    ]);
    expect(await recognised()).toEqual(await expected("2026-03-01"));
    await world.expectSound();
  });

  it("goes on to the last day after everything has ended, and then there is nothing to stop for", async () => {
    await world.pool.query("update accounts set billing_auto_renew = false");
    await advanceClock(world, world.clock, at("2028-01-01"));
    const { rows } = await world.pool.query(
      `select ledger_account, sum(amount_minor) as balance from ledger_entries
        where ledger_account in ('deferred_revenue', 'revenue') group by 1 order by 1`,
    );
    const { rows: net } = await world.pool.query("select sum(net_minor) as net from invoices");
    expect(rows).toEqual([
      { ledger_account: "deferred_revenue", balance: "0" },
      { ledger_account: "revenue", balance: String(-Number(net[0].net)) },
    ]);
    const { rows: left } = await world.pool.query("select count(*) as n from revenue_schedules");
    expect(left).toEqual([{ n: 0 }]);
    await world.expectSound();
  });

  it("is taken back by a cancellation, and earned again by what is billed in its place", async () => {
    await advanceClock(world, world.clock, at("2026-02-10"));
    const { rows } = await world.pool.query(
      "select id from invoices where account_id = $1 and invoice_date = '2026-01-15'",
      [subId("master-0000", 0)],
    );
    const cancelledId = rows[0].id;
    await cancelInvoice(world, "master-0000", cancelledId, BY);
    const { rows: after } = await world.pool.query(
      `select ledger_account, sum(amount_minor)::int as sum from ledger_entries
        where invoice_id = $1 group by 1 order by 1`,
      [cancelledId],
    );
    expect(after.map((row) => row.sum)).toEqual([0, 0, 0, 0]);
    await world.expectSound();
    await advanceClock(world, world.clock, at("2026-03-05"));
    // Billed anew on 10 or 15 February: the days of January are earned in the month of the new invoice.
    const { rows: anew } = await world.pool.query(
      `select i.invoice_date, -sum(e.amount_minor)::int as revenue, e.effective_date
        from invoices i
        join ledger_entries e on e.invoice_id = i.id and e.ledger_account = 'revenue'
        where i.account_id = $1 and i.status = 'Posted' and exists (
          select 1 from invoice_lines l where l.invoice_id = i.id and l.start_date = '2026-01-15')
        group by i.id, i.invoice_date, e.effective_date`,
      [subId("master-0000", 0)],
    );
    expect(anew).toHaveLength(1);
    expect(anew[0]).toMatchObject({ effective_date: "2026-02-28" });
    expect(await recognised()).toMatchObject(await expected("2026-03-01"));
    await world.expectSound();
  });
});
