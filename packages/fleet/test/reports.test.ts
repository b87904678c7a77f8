/** Reports over a small fleet that one can count by hand, and the files they are written to. */
import { shippedPriceBook } from "@paymaster/contract";
import { unzipSync } from "fflate";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import {
  type Report,
  type ReportName,
  runReport,
  toCsv,
  toJson,
  toParquet,
  toXlsx,
} from "../src/index.js";
import { recordAccounts } from "../src/store/accounts.js";
import { recordAnswer } from "../src/store/readings.js";
import { claimStore, type Store } from "../src/store/store.js";
import { memoryStore } from "./support/sync.js";

const DAY = "2026-11-22";
const READ_AT = "2026-11-22T08:00:00.000Z";

function plan(type: string, hosts: number, next: string, status = "active") {
  return { type, hosts, status, next_invoice_date: next, service_effective_date: "2026-01-01" };
}

function usage(type: string, hosts: number, used: number, exceed = "0") {
  return {
    plan_base: { type, hosts, usage: used },
    plan_recording: { free_storage: "3 GB", plan_storage: "0", plan_storage_exceed: exceed },
  };
}

function invoice(id: string, due: string, balance: number, status = "Posted") {
  return {
    id,
    invoice_number: status === "Draft" ? "" : `INV-${id}`,
    invoice_date: "2026-10-01",
    target_date: "2026-10-01",
    due_date: due,
    status,
    total_amount: 100,
    tax_amount: 0,
    balance,
  };
}

/** Two accounts; the second one has a name that a spreadsheet would carry out. */
function smallFleet(): Store {
  const store = memoryStore();
  const { database } = store;
  claimStore(store, "https://api.example/v2", "m");
  const account = (accountId: string, name: string) => ({
    accountId,
    name,
    number: "1",
    type: "Business",
    ownerEmail: "",
    seats: 10,
    createdAt: "",
    subscriptionStart: "",
    subscriptionEnd: "",
  });
  recordAccounts(
    database,
    [account("a", 'Acme "Best", Ltd'), account("b", "=HYPERLINK(1)")],
    READ_AT,
  );
  const read = (accountId: string, kind: "plans" | "usage" | "invoices", answer: unknown) =>
    recordAnswer(database, { accountId, kind }, answer, READ_AT);
  read("a", "plans", { plan_base: plan("business_monthly", 20, "2026-12-01") });
  read("a", "usage", usage("business_monthly", 20, 12, "10.5 GB"));
  read("a", "invoices", {
    currency: "USD",
    invoices: [
      invoice("1", "2026-10-31", 40.5),
      invoice("2", "2026-11-22", 100),
      invoice("3", "2026-11-01", 100, "Draft"),
      invoice("4", "2026-11-01", 100, "Canceled"),
    ],
  });
  read("b", "plans", {
    plan_base: plan("yearly", 5, "2027-02-10", "cancel"),
    plan_webinar: [plan("webinar500_monthly", 1, "2027-01-15"), plan("x", 1, "2028-01-01")],
  });
  read("b", "usage", usage("yearly", 5, 5));
  return store;
}

function price(type: string): number {
  return (shippedPriceBook.prices.get(type)?.[0]?.unitPriceMinor ?? 0) / 100;
}

function run(name: ReportName, store = smallFleet()): Report {
  return runReport(name, { store, day: DAY });
}

describe("reports", () => {
  it("licences: bought, used, idle, and a month of the idle ones at list price", () => {
    const { totals, rows, coverage, notes } = run("licences");
    const idle = Math.round(8 * price("business_monthly") * 100) / 100;
    expect(totals).toMatchObject({ bought: 25, used: 17, idle: 8, idle_cost_per_month: idle });
    expect(rows[0]?.slice(0, 3)).toEqual(["a", 'Acme "Best", Ltd', "business_monthly"]);
    expect(coverage).toEqual({
      accounts: 2,
      accounts_read: 2,
      accounts_missing: 0,
      oldest_read_at: READ_AT,
      newest_read_at: READ_AT,
    });
    expect(notes[0]).toContain("shipped price book");
  });

  it("renewals: those of 30 days are among those of 60 and 90; what is cancelled ends", () => {
    const { summary, rows } = run("renewals");
    const monthly = Math.round(20 * price("business_monthly") * 100) / 100;
    const all = Math.round((monthly + price("webinar500_monthly")) * 100) / 100;
    expect(summary.rows).toEqual([
      [30, 1, monthly, 0, 1],
      [60, 2, all, 0, 2],
      [90, 2, all, 1, 2],
    ]);
    expect(rows.map((row) => [row[0], row[1], row[8]])).toEqual([
      [30, "2026-12-01", true],
      [60, "2027-01-15", true],
      [90, "2027-02-10", false],
    ]);
  });

  it("storage: each started GB above the plan", () => {
    const { totals, rows } = run("storage");
    const perGb = (shippedPriceBook.storageOverage[0]?.unitPriceMinor ?? 0) / 100;
    expect(totals).toMatchObject({ accounts: 1, above_gb: 10.5, cost_per_month: 11 * perGb });
    expect(rows[0]?.at(-1)).toBe("assumed");
  });

  it("overdue: past its due date and owed; drafts, cancelled ones and today's are not", () => {
    const { totals, rows } = run("overdue");
    expect(totals).toEqual({ invoices: 1, accounts: 1, balance_usd: 40.5 });
    expect(rows.map((row) => row.slice(0, 6))).toEqual([
      [22, "2026-10-31", "a", 'Acme "Best", Ltd', null, "INV-1"],
    ]);
  });

  it("leave out an account that is gone, and say what was never read", () => {
    const store = smallFleet();
    store.database.run("UPDATE accounts SET gone_at = ? WHERE account_id = 'a'", [READ_AT]);
    store.database.run("DELETE FROM readings WHERE kind = 'usage'");
    const { totals, coverage } = run("licences", store);
    expect(totals).toMatchObject({ bought: 5, idle: 0 });
    expect(coverage).toMatchObject({ accounts: 1, accounts_read: 0, accounts_missing: 1 });
  });
});

describe("files", () => {
  it("CSV: quoted as RFC 4180 has it, amounts with two decimals, and no formulas", () => {
    const lines = toCsv(run("licences")).split("\r\n");
    expect(lines[0]).toBe(
      "account_id,account_name,plan_type,plan_name,bought,used,idle,idle_cost_per_month,price",
    );
    expect(lines[1]).toMatch(/^a,"Acme ""Best"", Ltd",business_monthly,.*,20,12,8,\d+\.\d\d,/);
    expect(lines[2]).toMatch(/^b,'=HYPERLINK\(1\),yearly,.*,0\.00,/);
    expect(lines.slice(3)).toEqual([""]);
  });

  it("Parquet: dates are dates, amounts are decimals", async () => {
    const bytes = toParquet(run("overdue"));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file: file as ArrayBuffer });
    expect(rows).toEqual([
      {
        days_overdue: 22,
        due_date: new Date("2026-10-31"),
        account_id: "a",
        account_name: 'Acme "Best", Ltd',
        billing_email: null,
        invoice_number: "INV-1",
        invoice_date: new Date("2026-10-01"),
        currency: "USD",
        total: 100,
        balance: 40.5,
      },
    ]);
  });

  it("XLSX: a sheet for each report, and text that stays text", async () => {
    const files = unzipSync(await toXlsx([run("licences"), run("overdue")]));
    const text = Object.values(files)
      .map((bytes) => new TextDecoder().decode(bytes))
      .join("");
    expect(text).toContain('name="licences"');
    expect(text).toContain('name="overdue"');
    expect(text).toContain("=HYPERLINK(1)");
    expect(text).not.toContain("<f>");
  });

  it("JSON: rows as objects, with what the report rests on", () => {
    expect(toJson(run("overdue"))).toMatchObject({
      report: "overdue",
      day: DAY,
      coverage: { accounts: 2, accounts_read: 1 },
      rows: [{ balance: 40.5, currency: "USD" }],
    });
  });
});
