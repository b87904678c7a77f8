import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate } from "../src/allocation.js";
import { addDays, firstOfNextMonth, fromDayNumber, toDayNumber } from "../src/civil-date.js";
import { chargeLine } from "../src/derivation.js";
import { assembleInvoice } from "../src/invoice.js";
import {
  creditApplied,
  earnedUntil,
  invoiceCancelled,
  invoiceCredited,
  invoicePosted,
  type LedgerAccount,
  type LedgerEntry,
  type Posting,
  paymentReceived,
  revenueRecognised,
} from "../src/postings.js";
import type { ChargeLine, Derivation } from "../src/state.js";

const SEED = 20260731;

function lineOf(over: Partial<Derivation>, taxRatePpm = 0): ChargeLine {
  const unitPriceMinor = over.unitPriceMinor ?? 1499;
  const quantity = over.quantity ?? 1;
  const derivation: Derivation = {
    rule: "full_period",
    cause: "subscribe",
    planType: "monthly",
    unitPriceMinor,
    quantity,
    currency: "USD",
    unit: "host",
    periodStart: "2026-03-01",
    periodEnd: "2026-04-01",
    periodDays: 31,
    fullAmountMinor: unitPriceMinor * quantity,
    fromDay: 0,
    toDay: 31,
    rounding: "half away from zero",
    ...over,
  };
  return chargeLine(
    {
      itemNumber: 1,
      family: "plan_base",
      chargeName: "Standard Pro Monthly",
      chargeType: derivation.rule.startsWith("usage") ? "Usage" : "Recurring",
      reason: "recurring",
      taxRatePpm,
    },
    derivation,
  );
}

function invoiceOf(lines: readonly ChargeLine[]) {
  return assembleInvoice({
    lines,
    invoiceDate: "2026-03-01",
    targetDate: "2026-03-01",
    paymentTermDays: 30,
  });
}

function totals(postings: readonly Posting[]): Partial<Record<LedgerAccount, number>> {
  const result: Partial<Record<LedgerAccount, number>> = {};
  for (const { entries } of postings) {
    for (const { ledgerAccount, amountMinor } of entries) {
      result[ledgerAccount] = (result[ledgerAccount] ?? 0) + amountMinor;
    }
  }
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== 0));
}

function balanceOf(invoiceId: string, postings: readonly Posting[]): number {
  return postings
    .flatMap((one) => one.entries)
    .filter((one) => one.invoiceId === invoiceId && one.ledgerAccount === "receivable")
    .reduce((total, one) => total + one.amountMinor, 0);
}

describe("an invoice", () => {
  it("Given 2 x 14.99 and 5.00 at 19 % tax, then tax is rounded on each line and summed", () => {
    const invoice = invoiceOf([
      lineOf({ quantity: 2 }, 190_000),
      lineOf({ unitPriceMinor: 50 }, 190_000),
    ]);
    expect(invoice.netMinor).toBe(2998 + 50);
    expect(invoice.taxMinor).toBe(570 + 10); // 569.62 and 9.50
    expect(invoice.totalMinor).toBe(3628);
    expect(invoice.dueDate).toBe("2026-03-31");
  });

  it("Given a run for a later target date, then the term still runs from the day of the run", () => {
    const lines = [lineOf({})];
    const dates = { invoiceDate: "2026-03-01", targetDate: "2026-06-01" };
    expect(assembleInvoice({ lines, ...dates, paymentTermDays: 14 }).dueDate).toBe("2026-03-15");
  });

  it("is due on its own date at the earliest", () => {
    const lines = [lineOf({})];
    const dates = { invoiceDate: "2026-03-01", targetDate: "2026-03-01" };
    expect(assembleInvoice({ lines, ...dates, paymentTermDays: 0 }).dueDate).toBe("2026-03-01");
    expect(() => assembleInvoice({ lines, ...dates, paymentTermDays: -1 })).toThrow("term");
  });

  it("refuses a line that is not what its derivation says", () => {
    const line = { ...lineOf({}), amountMinor: 1500 };
    expect(() => invoiceOf([line])).toThrow("derivation");
    expect(() => invoiceOf([])).toThrow("0 lines");
  });
});

describe("the ledger of an invoice's life", () => {
  it("Given 31 days for 31.00 + tax, when posted, earned and paid, then each account ends right", () => {
    const line = lineOf({ unitPriceMinor: 3100 }, 100_000);
    const posted = invoicePosted("inv-1", invoiceOf([line]));
    expect(totals([posted])).toEqual({
      receivable: 3410,
      deferred_revenue: -3100,
      tax_payable: -310,
    });
    const earned = revenueRecognised("inv-1", [{ ...line, recognisedThrough: null }], "2026-03-11");
    expect(totals([earned])).toEqual({ deferred_revenue: 1000, revenue: -1000 });
    const paid = paymentReceived([{ invoiceId: "inv-1", amountMinor: 3410 }], 90);
    expect(totals([posted, earned, paid])).toEqual({
      deferred_revenue: -2100,
      revenue: -1000,
      tax_payable: -310,
      cash: 3500,
      customer_credit: -90,
    });
    expect(balanceOf("inv-1", [posted, earned, paid])).toBe(0);
  });

  it("Given use in arrears, then it is revenue when posted and nothing is deferred", () => {
    const line = lineOf({ rule: "usage_storage", unit: "GB", unitPriceMinor: 150, quantity: 3 });
    expect(totals([invoicePosted("inv-1", invoiceOf([line]))])).toEqual({
      receivable: 450,
      revenue: -450,
    });
  });

  it("Given a negative total, then it becomes credit, and credit settles later invoices", () => {
    const credit = invoicePosted("inv-1", invoiceOf([lineOf({ rule: "unused_credit" })]));
    const credited = invoiceCredited("inv-1", -1499);
    expect(balanceOf("inv-1", [credit, credited])).toBe(0);
    const next = invoicePosted("inv-2", invoiceOf([lineOf({ unitPriceMinor: 1000 })]));
    const applied = creditApplied([{ invoiceId: "inv-2", amountMinor: 1000 }]);
    expect(balanceOf("inv-2", [next, applied])).toBe(0);
    expect(totals([credit, credited, next, applied])).toEqual({
      deferred_revenue: 499,
      customer_credit: -499,
    });
  });

  it("Given an invoice partly earned and partly settled by credit, when cancelled, then nothing is left", () => {
    const line = lineOf({});
    const life = [
      invoicePosted("inv-1", invoiceOf([line])),
      revenueRecognised("inv-1", [{ ...line, recognisedThrough: null }], "2026-03-20"),
      creditApplied([{ invoiceId: "inv-1", amountMinor: 400 }]),
    ];
    const entries: LedgerEntry[] = life.flatMap((one) => [...one.entries]);
    expect(totals([...life, invoiceCancelled("inv-1", entries)])).toEqual({});
  });

  it("a paid invoice cannot be cancelled: its reversal would not balance", () => {
    const paid = paymentReceived([{ invoiceId: "inv-1", amountMinor: 1499 }], 0);
    const entries = [...invoicePosted("inv-1", invoiceOf([lineOf({})])).entries, ...paid.entries];
    const ofInvoice = entries.filter((one) => one.invoiceId === "inv-1");
    expect(() => invoiceCancelled("inv-1", ofInvoice)).toThrow("does not balance");
  });
});

describe("revenue by month", () => {
  it("adds up to the line, whatever its days and amount", () => {
    const days = fc.tuple(
      fc.integer({ min: toDayNumber("2024-01-01"), max: toDayNumber("2028-12-31") }),
      fc.integer({ min: 1, max: 1096 }),
    );
    fc.assert(
      fc.property(days, fc.integer({ min: -9_999_999, max: 9_999_999 }), ([start, length], f) => {
        const startDate = fromDayNumber(start);
        const line = { amountMinor: f, startDate, endDate: addDays(startDate, length) };
        let recognisedThrough: string | null = null;
        let earned = 0;
        for (let month = startDate; month < line.endDate; ) {
          month = firstOfNextMonth(month);
          earned += earnedUntil({ ...line, chargeType: "Recurring", recognisedThrough }, month);
          recognisedThrough = month;
        }
        expect(earned).toBe(f + 0);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe("allocation", () => {
  const open = [
    { invoiceId: "b", dueDate: "2026-02-01", invoiceNumber: "2", balanceMinor: 500 },
    { invoiceId: "a", dueDate: "2026-01-01", invoiceNumber: "3", balanceMinor: 300 },
    { invoiceId: "c", dueDate: "2026-02-01", invoiceNumber: "1", balanceMinor: 400 },
  ];

  it("Given 8.00, then the oldest due date first, by number within a day", () => {
    expect(allocate(800, open)).toEqual({
      applied: [
        { invoiceId: "a", amountMinor: 300 },
        { invoiceId: "c", amountMinor: 400 },
        { invoiceId: "b", amountMinor: 100 },
      ],
      leftOverMinor: 0,
    });
  });

  it("neither loses nor makes money, and never settles more than is owed", () => {
    const invoices = fc.array(
      fc.record({
        invoiceId: fc.uuid(),
        dueDate: fc.constantFrom("2026-01-01", "2026-02-01", "2026-03-01"),
        invoiceNumber: fc.string({ minLength: 1, maxLength: 3 }),
        balanceMinor: fc.nat({ max: 10_000 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(fc.nat({ max: 60_000 }), invoices, (amount, list) => {
        const { applied, leftOverMinor } = allocate(amount, list);
        const total = applied.reduce((so, one) => so + one.amountMinor, 0);
        expect(total + leftOverMinor).toBe(amount);
        const owed = list.reduce((so, one) => so + one.balanceMinor, 0);
        expect(total).toBe(Math.min(amount, owed));
        expect(applied.every((one) => one.amountMinor > 0)).toBe(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
