/** Each invariant holds on sound books, and notices when they are broken behind PostgreSQL's back. */
import pg from "pg";
import { describe, expect, it } from "vitest";
import { advanceClock } from "../../src/billing/advance.js";
import { cancelInvoice } from "../../src/billing/cancel-invoice.js";
import { receivePayment } from "../../src/billing/payments.js";
import { checkInvariants } from "../../src/invariants/index.js";
import { invariants } from "../../src/invariants/rules.js";
import type { DatabaseTemplate } from "../support/postgres.js";
import { servicesOf } from "./support/services.js";
import { openWorld, type Population, subId, templateOf } from "./support/world.js";

const MASTER = "master-0000";
const POPULATION: Population = { masters: 1, subs: 4, from: "2026-01-15", consolidated: true };
const BY = { actor: "test", trackingId: null };

/** Two months of life: renewals, statements, revenue, a payment with credit, a cancellation. */
const lived: DatabaseTemplate = {
  key: "invariants",
  prepare: async (database) => {
    await templateOf(POPULATION).prepare(database);
    const services = servicesOf(database.url, POPULATION.from);
    try {
      const { pool, clock } = services;
      await pool.query(
        `insert into clock values (true, 'test', false, '2026-03-16', '2026-03-16', '2026-03-16')`,
      );
      await advanceClock(services, clock, Date.parse("2026-03-16T00:00:00Z"));
      const account = { masterId: MASTER, accountId: subId(MASTER, 0) };
      await receivePayment(
        services,
        { ...account, amountMinor: 100_000, currency: "USD", reference: "r", invoiceIds: null },
        BY,
      );
      const { rows } = await pool.query("select id from invoices where account_id = $1 limit 1", [
        subId(MASTER, 1),
      ]);
      await cancelInvoice(services, MASTER, rows[0].id, BY);
    } finally {
      await services.pool.end();
    }
  },
};

const SUB = subId(MASTER, 2);
const ITEM = `account_id = '${SUB}' and number = 1`;
const INVOICE = `id = (select min(id) from invoices where account_id = '${SUB}')`;

/** For each rule, what breaks it. */
const BREAKS: Readonly<Record<string, string>> = {
  books_balance: "update ledger_entries set amount_minor = amount_minor + 1 where entry = 1",
  balance_is_its_receivable: `update invoices set balance_minor = balance_minor - 1 where ${INVOICE}`,
  credit_is_its_entries: `update accounts set credit_minor = credit_minor + 1 where id = '${MASTER}'`,
  payment_is_what_it_settled: "update payments set credit_minor = credit_minor + 1",
  tax_is_that_of_the_invoices: `delete from ledger_entries where ledger_account = 'tax_payable'`,
  deferred_is_unearned: `delete from ledger_entries where posting like 'revenue:%:2026-02'`,
  cancelled_is_reversed: "delete from ledger_entries where posting like 'cancel:%' and entry = 1",
  invoice_total_is_its_lines: "delete from invoice_lines where line = 2",
  lines_belong_to_invoices:
    "update invoice_lines set account_id = account_id || '?' where line = 1",
  line_tax_is_rounded_by_itself:
    "update invoice_lines set tax_minor = tax_minor + 1 where line = 1",
  balance_is_total_less_applied: "delete from applications",
  invoice_numbers_are_gapless: "delete from invoices where number = 3",
  cancelled_lines_fall_due_again: `update invoice_lines set voided = true where account_id = '${SUB}'`,
  statement_is_its_invoices: `delete from statement_lines where account_id = '${SUB}'`,
  charged_once: `drop index invoice_lines_charged_once; insert into invoice_lines
    select master_id, invoice_id, line + 100, account_id, item_number, family, plan_type, charge_name,
      charge_type, reason, quantity, unit_price_minor, start_date, end_date, amount_minor, tax_minor,
      tax_rate_ppm, derivation from invoice_lines where account_id = '${SUB}'`,
  invoiced_days_are_one_run: `update invoice_lines set start_date = start_date + 1
    where account_id = '${SUB}' and start_date = '2026-02-15'`,
  next_invoice_date_is_end_of_run: `update subscription_items set period_end = '2026-05-15'
    where ${ITEM}`,
  due_dates_are_reachable: `update accounts set next_due_date = '2027-01-01' where id = '${SUB}'`,
  licences_in_use_are_held: `update accounts set usage = jsonb_set(usage, '{hosts,monthly}', '99')
    where id = '${SUB}'`,
  accounts_are_audited: `delete from audit_log where event = 'account_created'`,
  items_are_audited: `update subscription_items set hosts = hosts + 1 where ${ITEM}`,
  money_is_audited: "delete from audit_log where event = 'payment_received'",
  due_accounts_are_billed: "update clock set service_at = '2026-04-17'",
  revenue_is_recognised_in_time: "update clock set service_at = '2026-04-03'",
};

/** Runs SQL as PostgreSQL's own superuser, with every trigger and check of references silent. */
async function breakBooks(databaseUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl.replace("//paymaster@", "//postgres@"),
  });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    await client.query(sql);
  } finally {
    await client.end();
  }
}

describe("invariants", () => {
  it("all hold on sound books, and say what they hold to", async () => {
    const world = await openWorld("2026-03-16", lived);
    try {
      const checks = await checkInvariants(world.pool);
      expect(checks.filter((check) => !check.ok)).toEqual([]);
      expect(checks.map(({ name, detail }) => [name, detail])).toEqual(
        invariants.map(({ name, rule }) => [name, rule]),
      );
    } finally {
      await world.close();
    }
  });

  it.each(invariants.map(({ name }) => name))("%s notices what breaks it", async (name) => {
    const sql = BREAKS[name];
    if (sql === undefined) throw new Error(`say how to break ${name}`);
    const world = await openWorld("2026-03-16", lived);
    try {
      await breakBooks(world.databaseUrl, sql);
      const check = (await checkInvariants(world.pool)).find((one) => one.name === name);
      expect(check).toMatchObject({ name, ok: false });
      expect(check?.detail).toMatch(/^(posting|invoice|account|payment|master|item|statement) /);
    } finally {
      await world.close();
    }
  });

  it("a rule that cannot be checked does not pass", async () => {
    const world = await openWorld("2026-03-16", lived);
    try {
      await breakBooks(world.databaseUrl, "drop table statement_lines cascade");
      const checks = await checkInvariants(world.pool);
      expect(checks).toHaveLength(invariants.length);
      const [broken, ...others] = checks.filter((check) => !check.ok);
      expect(broken?.name).toBe("statement_is_its_invoices");
      expect(broken?.detail).toMatch(/^Could not be checked: /);
      expect(others).toEqual([]);
    } finally {
      await world.close();
    }
  });

  it("hold nobody up: a writer with open changes does not delay them, nor they a writer", async () => {
    const world = await openWorld("2026-03-16", lived);
    const writer = await world.pool.connect();
    try {
      await writer.query("begin");
      await writer.query("lock table invoices, accounts in row exclusive mode");
      await writer.query("select 1 from accounts for update");
      const checks = await checkInvariants(world.pool);
      expect(checks.every((check) => check.ok)).toBe(true);
      const reader = await world.pool.connect();
      await reader.query("begin isolation level repeatable read read only");
      for (const { sql } of invariants) await reader.query(sql);
      const { rows } = await world.pool.query(
        `select mode from pg_locks where relation = 'invoices'::regclass and mode <> 'AccessShareLock'
          and pid <> (select pg_backend_pid())`,
      );
      expect(rows).toEqual([{ mode: "RowExclusiveLock" }]);
      await reader.query("rollback");
      reader.release();
    } finally {
      await writer.query("rollback");
      writer.release();
      await world.close();
    }
  });
});
