/** What PostgreSQL itself refuses, whoever asks: raw SQL as the application's own role. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BooksWorld, openWorld, subId, templateOf } from "./support/world.js";

const MASTER = "master-0000";
let world: BooksWorld;
beforeAll(async () => {
  world = await openWorld("2026-01-15", templateOf({ masters: 1, subs: 3, from: "2026-01-15" }));
  await world.pool.query(
    `insert into payments (master_id, id, account_id, reference, amount_minor, currency,
        request_hash, credit_minor, received_on, created_at)
      values ($1, 'p-1', $1, 'first', 100, 'USD', '\\x00', 0, '2026-01-15', now())`,
    [MASTER],
  );
  await world.pool.query(
    `insert into applications (master_id, invoice_id, payment_id, amount_minor, applied_on)
      select master_id, id, 'p-1', 100, '2026-01-15' from invoices limit 1`,
  );
  await world.pool.query(
    `insert into statements values ($1, 's-1', $1, 'run', '2026-01-15', 'USD', 1, 1, now())`,
    [MASTER],
  );
  await world.pool.query(
    `insert into statement_lines select master_id, 's-1', id, account_id, 1 from invoices limit 1`,
  );
});
afterAll(() => world.close());

/** Runs statements in one transaction and returns the error that refuses them. */
async function refusal(...statements: string[]): Promise<string> {
  const connection = await world.pool.connect();
  try {
    await connection.query("begin");
    for (const sql of statements) await connection.query(sql);
    await connection.query("commit");
    return "nothing was refused";
  } catch (error) {
    await connection.query("rollback");
    return (error as Error).message;
  } finally {
    connection.release();
  }
}

const entry = (posting: string, number: number, account: string, amount: number) =>
  `('${MASTER}', '${posting}', ${number}, '${MASTER}', '${account}', ${amount}, 'USD',
    '2026-01-15', null, now())`;

describe("postings", () => {
  it("must balance", async () => {
    const sql = `insert into ledger_entries values
      ${entry("manual:1", 1, "cash", 100)}, ${entry("manual:1", 2, "receivable", -99)}`;
    expect(await refusal(sql)).toBe("posting manual:1 does not balance");
  });

  it("must balance in each currency", async () => {
    const sql = `insert into ledger_entries values
      ${entry("manual:2", 1, "cash", 100)},
      ${entry("manual:2", 2, "receivable", -100).replace("USD", "EUR")}`;
    expect(await refusal(sql)).toBe("posting manual:2 does not balance");
  });

  it("are made once: the same event again is a duplicate", async () => {
    const { rows } = await world.pool.query("select posting from ledger_entries limit 1");
    const { posting } = rows[0];
    const sql = `insert into ledger_entries values
      ${entry(posting, 1, "cash", 5)}, ${entry(posting, 2, "receivable", -5)}`;
    expect(await refusal(sql)).toContain("ledger_entries_pkey");
  });
});

describe("what was recorded", () => {
  const appendOnly = [
    ["ledger_entries", "amount_minor = amount_minor + 1"],
    ["audit_log", "actor = 'nobody'"],
    ["payments", "amount_minor = 1"],
    ["applications", "amount_minor = 1"],
    ["statements", "total_minor = 0"],
    ["statement_lines", "total_minor = 0"],
  ] as const;

  it.each(appendOnly)("%s cannot be edited, deleted or emptied", async (table, change) => {
    const { rows } = await world.pool.query(`select count(*) as n from ${table}`);
    expect(rows[0].n).toBeGreaterThan(0);
    const message = `${table} rows are append-only`;
    expect(await refusal(`update ${table} set ${change}`)).toBe(message);
    expect(await refusal(`delete from ${table}`)).toBe(message);
    expect(await refusal(`truncate ${table} cascade`)).toMatch(/rows are append-only$/);
  });

  it.each([
    "amount_minor = amount_minor + 1",
    "tax_minor = 0",
    "start_date = start_date + 1",
    "derivation = '{}'",
    "voided = true, quantity = 99",
  ])("invoice lines cannot be edited: %s", async (change) => {
    expect(await refusal(`update invoice_lines set ${change}`)).toBe(
      "invoice lines are append-only",
    );
  });

  it("voided lines stay voided", async () => {
    const line = "where line = 1 and invoice_id = (select min(invoice_id) from invoice_lines)";
    const message = await refusal(
      `update invoice_lines set voided = true ${line}`,
      `update invoice_lines set voided = false ${line}`,
    );
    expect(message).toBe("invoice lines are append-only");
  });

  it("invoices and their lines cannot be deleted", async () => {
    expect(await refusal("delete from invoice_lines")).toBe("invoice_lines rows are append-only");
    expect(await refusal("delete from invoices")).toBe("invoices rows are append-only");
  });

  it.each([
    "total_minor = total_minor + 1, net_minor = net_minor + 1",
    "due_date = due_date + 30",
    "payer_id = account_id",
    "number = number + 100",
    "parties = '{}'",
  ])("a posted invoice does not change: %s", async (change) => {
    expect(await refusal(`update invoices set ${change}`)).toBe(
      "a posted invoice never changes except its balance",
    );
  });

  it("a cancelled invoice is not revived, and no balance goes below zero", async () => {
    const revived = await refusal(
      "update invoices set status = 'Canceled', balance_minor = 0",
      "update invoices set status = 'Posted'",
    );
    expect(revived).toBe("a posted invoice never changes except its balance");
    expect(await refusal("update invoices set balance_minor = -1")).toContain("balance_minor");
  });
});

describe("charges", () => {
  it("are made once for an item, a start and a reason", async () => {
    const again = (more: string) => `
      insert into invoice_lines (master_id, invoice_id, line, account_id, item_number, family,
          plan_type, charge_name, charge_type, reason, quantity, unit_price_minor, start_date,
          end_date, amount_minor, tax_minor, tax_rate_ppm, derivation)
        select master_id, invoice_id, 99, account_id, item_number, family, plan_type, charge_name,
          charge_type, reason, quantity, unit_price_minor, start_date ${more}, end_date ${more},
          amount_minor, tax_minor, tax_rate_ppm, derivation
        from invoice_lines where account_id = '${subId(MASTER, 0)}' and item_number = 1`;
    expect(await refusal(again(""))).toContain("invoice_lines_charged_once");
    expect(await refusal(again("+ 400"), "rollback")).toBe("nothing was refused");
  });
});

describe("an invoice", () => {
  it("is refused when its lines do not come to its amounts, or its accounts do not exist", async () => {
    const invoice = (account: string, net: number) => `
      insert into invoices (master_id, id, account_id, payer_id, number, invoice_number, status,
          currency, invoice_date, target_date, due_date, net_minor, tax_minor, total_minor,
          balance_minor, parties, created_at)
        values ('${MASTER}', repeat('0', 32), '${account}', '${MASTER}', 4, 'INV-4', 'Posted', 'USD',
          '2026-01-15', '2026-01-15', '2026-01-15', ${net}, 0, ${net}, ${net}, '{}', now())`;
    const incomplete = `invoice ${"0".repeat(32)} is not complete`;
    expect(await refusal(invoice(MASTER, 1))).toBe(incomplete);
    expect(await refusal(invoice("nobody", 0))).toBe(incomplete);
  });
});

describe("invoice numbers", () => {
  const invoice = (...numbers: number[]) => `
    insert into invoices (master_id, id, account_id, payer_id, number, invoice_number, status,
        currency, invoice_date, target_date, due_date, net_minor, tax_minor, total_minor,
        balance_minor, parties, created_at)
      select '${MASTER}', md5(n::text), '${MASTER}', '${MASTER}', n, 'INV-' || n, 'Posted', 'USD',
        '2026-01-15', '2026-01-15', '2026-01-15', 0, 0, 0, 0, '{}', now()
      from unnest(array[${numbers}]) n`;
  const gap = `invoice numbers of ${MASTER} would have a gap`;

  it("go on from the last one without a gap", async () => {
    const { rows } = await world.pool.query("select max(number) as last from invoices");
    const { last } = rows[0];
    expect(last).toBe(3);
    expect(await refusal(invoice(last + 2))).toBe(gap);
    expect(await refusal(invoice(last + 1, last + 3))).toBe(gap);
    expect(await refusal(invoice(last + 1, last + 2), "rollback")).toBe("nothing was refused");
  });

  it("are given once", async () => {
    expect(await refusal(invoice(3))).toContain("invoices_master_id_number_key");
  });

  it("have no gap either when the one before is rolled back", async () => {
    const connection = await world.pool.connect();
    try {
      await connection.query("begin");
      await connection.query(invoice(4));
      expect(await refusal(invoice(5))).toBe(gap);
    } finally {
      await connection.query("rollback");
      connection.release();
    }
  });
});
