import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvoiceDocumentError, type InvoiceLine } from "../../src/invoice-pdf/document.js";
import { formatAmount } from "../../src/invoice-pdf/format.js";
import { renderInvoicePdf, renderInvoicePdfSync } from "../../src/invoice-pdf/render.js";
import { readPages, readText } from "./support/pdf.js";
import { STRANGE_TEXTS, sampleInvoice, sampleLine, sampleLines } from "./support/sample.js";

const PAYER = {
  name: "Northwind Reseller Group",
  addressLines: ["Accounts Payable", "10117 Berlin"],
  accountId: "abcd1234EFGH5678ijkl",
};

describe("what is on the page", () => {
  it("shows number, dates, parties, every line and the totals", async () => {
    const lines = sampleLines(7, 88_750);
    const document = sampleInvoice(lines, { payer: PAYER, purchaseOrder: "PO-2026-0117" });
    const text = await readText(await renderInvoicePdf(document));
    const { issuer, account, payer, paymentInstructions } = document;
    const expected = [
      ...["Invoice", "INV00000042", "31 Mar 2026", "30 Apr 2026", "PO-2026-0117"],
      ...[issuer.name, issuer.taxId, account.name, account.accountId, payer?.name],
      ...["8.875%", "Subtotal", "$11,054.00", "Tax 8.875% on $11,054.00", "$981.05"],
      ...["$12,035.05", "Payment terms", "How to pay", paymentInstructions[0]?.slice(0, 30)],
    ];
    for (const line of lines) {
      expected.push(line.chargeName, line.chargeNumber, line.planType, line.explanation);
      expected.push(formatAmount(line.amountMinor), formatAmount(line.taxMinor));
    }
    for (const part of expected) expect(text).toContain(part);
  });

  it("ends all numbers of a column at one place", async () => {
    const lines = [...sampleLines(5), sampleLine(5, { amountMinor: -123_456_789 })];
    const [page = []] = await readPages(renderInvoicePdfSync(sampleInvoice(lines)));
    const amounts = lines.map((line) => formatAmount(line.amountMinor).replace("−", "-"));
    const ends = amounts.map((amount) => {
      return Math.max(...page.filter((piece) => piece.text === amount).map((piece) => piece.right));
    });
    for (const end of ends) expect(end).toBeCloseTo(ends[0] ?? 0, 1);
  });

  it("gives negative amounts a minus that a spreadsheet reads", async () => {
    const credit = sampleLine(0, { amountMinor: -14_288 });
    const text = await readText(renderInvoicePdfSync(sampleInvoice([credit])));
    expect(text).toContain("-142.88");
    expect(text).toContain("Credit in your favor");
    expect(text).toContain("$142.88 USD");
    expect(text).not.toContain("How to pay");
  });

  it("has a tax column only when something is taxed", async () => {
    const heads = async (rate: number) => {
      const [page = []] = await readPages(
        renderInvoicePdfSync(sampleInvoice(sampleLines(2, rate))),
      );
      const baseline = page.find((piece) => piece.text === "Qty")?.baseline;
      return page.filter((piece) => piece.baseline === baseline).map((piece) => piece.text.trim());
    };
    const columns = ["Description", "Service period", "Qty", "Unit price", "Amount (USD)"];
    expect((await heads(0)).filter((head) => head !== "")).toEqual(columns);
    expect(await heads(190_000)).toContain("Tax");
  });

  it("sums up many tax rates and lists many payments", async () => {
    const lines = Array.from({ length: 12 }, (_, index) => {
      const taxRatePpm = (index + 1) * 10_000;
      return sampleLine(index, { amountMinor: 10_000, taxRatePpm, taxMinor: (index + 1) * 100 });
    });
    const applied = Array.from({ length: 40 }, (_, index) => {
      return { date: "2026-04-01", description: `Payment REF-${index}`, amountMinor: 100 };
    });
    const balanceMinor = 120_000 + 7_800 - 4_000;
    const pdf = renderInvoicePdfSync(sampleInvoice(lines, { applied, balanceMinor }));
    const text = await readText(pdf);
    expect(text).toContain("Tax at 12 rates");
    expect(text).toContain("40 payments and credits, listed below");
    for (const { description } of applied) expect(text).toContain(description);
  });

  it.each([
    ["Draft", { status: "Draft", invoiceNumber: "" }, "DRAFT", 2],
    ["Canceled", { status: "Canceled" }, "CANCELED", 2],
    ["Posted", { applied: [payment(209_900)], balanceMinor: 0 }, "PAID", 1],
  ] as const)("stamps a %s invoice", async (_, overrides, stamp, times) => {
    const text = await readText(renderInvoicePdfSync(sampleInvoice(sampleLines(2), overrides)));
    expect(text.split(stamp)).toHaveLength(times + 1);
    expect(text).not.toContain("How to pay");
  });
});

describe("pages", () => {
  it.each([
    [0, 1],
    [1, 1],
    [6, 1],
    [12, 2],
    [300, 21],
  ])("puts %i lines on %i pages, numbered, each with the table's head", async (count, expected) => {
    const lines = sampleLines(count);
    const pages = await readPages(renderInvoicePdfSync(sampleInvoice(lines)));
    expect(pages).toHaveLength(expected);
    pages.forEach((page, index) => {
      const texts = page.map((piece) => piece.text);
      expect(texts).toContain(`Page ${index + 1} of ${expected}`);
      if (count > 0) expect(texts.filter((text) => text === "Description")).toHaveLength(1);
    });
    const text = pages.flatMap((page) => page.map((piece) => piece.text)).join(" ");
    for (const line of lines) expect(text).toContain(line.chargeNumber);
  });

  it("never leaves the totals alone on a page, for any number of lines", async () => {
    for (let count = 1; count <= 40; count++) {
      const pages = await readPages(renderInvoicePdfSync(sampleInvoice(sampleLines(count))));
      const last = (pages.at(-1) ?? []).map((piece) => piece.text);
      expect(last).toContain("Subtotal");
      expect(last.some((text) => text.startsWith("C-"))).toBe(true);
    }
  });

  it("keeps everything inside the margins, also the largest amounts and names", async () => {
    const huge = sampleLine(0, {
      chargeName: "X".repeat(200),
      quantity: 999_999_999,
      unitPriceMinor: 999_999_999_999_999,
      amountMinor: 999_999_999_999_999,
      taxMinor: 190_000_000_000_000,
      taxRatePpm: 190_000,
    });
    const longName = "Donaudampfschifffahrtsgesellschaft".repeat(8);
    const party = {
      name: longName,
      addressLines: Array.from({ length: 12 }, () => longName),
      taxId: longName,
      email: longName,
      accountId: longName,
    };
    const document = sampleInvoice([huge, { ...huge, explanation: longName.repeat(5) }, huge], {
      issuer: party,
      account: party,
      payer: party,
      currency: "CHF",
      invoiceNumber: longName,
      purchaseOrder: longName,
      paymentTerms: longName.repeat(3),
      paymentInstructions: Array.from({ length: 12 }, () => longName.repeat(2)),
    });
    const pages = await readPages(renderInvoicePdfSync(document));
    for (const piece of pages.flat()) {
      expect(piece.left).toBeGreaterThanOrEqual(47.9);
      expect(piece.right).toBeLessThanOrEqual(547.4);
      const isFooter = Math.abs(piece.baseline - 34) < 0.1;
      if (!isFooter) expect(piece.baseline).toBeGreaterThan(61);
    }
    expect(pages.flat().some((piece) => piece.text.includes("9,999,999,999,999.99"))).toBe(true);
  });
});

describe("text of any kind", () => {
  it("is found again, as far as a font has it", async () => {
    const names = ["latin", "vietnamese", "greek", "cyrillic", "japanese", "korean"] as const;
    const lines = names.map((name, index) => {
      return sampleLine(index, { chargeName: STRANGE_TEXTS[name], explanation: "" });
    });
    const text = await readText(renderInvoicePdfSync(sampleInvoice(lines)));
    for (const name of names) expect(text).toContain(STRANGE_TEXTS[name]);
  });

  it("never stops a document from being rendered", async () => {
    const strange = fc.oneof(
      fc.constantFrom(...Object.values(STRANGE_TEXTS)),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 100 }),
      fc.constantFrom("", " ", "\n", "W".repeat(5_000), "\u0301", "\u{10ffff}"),
    );
    const line = fc.record({
      chargeName: strange,
      chargeNumber: strange,
      planType: strange,
      explanation: strange,
      quantity: fc.maxSafeInteger(),
      unitPriceMinor: fc.maxSafeInteger(),
      amountMinor: fc.integer({ min: -(10 ** 15), max: 10 ** 15 }),
      taxMinor: fc.integer({ min: -(10 ** 14), max: 10 ** 14 }),
      taxRatePpm: fc.integer({ min: 0, max: 2_000_000 }),
      startDate: fc.constantFrom("1970-01-01", "2024-02-29", "9999-12-31"),
      endDate: fc.constantFrom("1970-01-31", "2024-02-29", "9999-12-31"),
    });
    const party = fc.record({
      name: strange,
      addressLines: fc.array(strange, { maxLength: 12 }),
      taxId: fc.option(strange),
      email: fc.option(strange),
      accountId: fc.option(strange),
    });
    const overrides = fc.record({
      issuer: party,
      account: party,
      payer: fc.option(party),
      invoiceNumber: strange,
      status: fc.constantFrom("Draft" as const, "Canceled" as const),
      currency: fc.constantFrom("USD", "CHF", "JPY", "WWW"),
      purchaseOrder: fc.option(strange),
      paymentTerms: strange,
      paymentInstructions: fc.array(strange, { maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), overrides, (lines: InvoiceLine[], rest) => {
        const pdf = renderInvoicePdfSync(sampleInvoice(lines, rest));
        expect(pdf.toString("latin1", 0, 8)).toBe("%PDF-1.7");
        expect(pdf.toString("latin1").trimEnd().endsWith("%%EOF")).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("documents that contradict themselves", () => {
  const good = sampleInvoice(sampleLines(3, 88_750));
  const first = sampleLine(0);
  it.each([
    ["a subtotal that is not the lines'", { subtotalMinor: good.subtotalMinor + 1 }],
    ["a total that is not the sum", { totalMinor: good.totalMinor - 1 }],
    ["a tax summary that is not the lines'", { taxSummary: [] }],
    ["a balance that ignores payments", { applied: [payment(100)] }],
    ["a date that does not exist", { dueDate: "2026-02-30" }],
    ["a date that is none", { invoiceDate: "31 March 2026" }],
    ["a currency that is no code", { currency: "dollars" }],
    ["a fraction of a cent", { lines: [{ ...first, amountMinor: 0.5 }] }],
    ["too many payments", { applied: Array.from({ length: 1_001 }, () => payment(0)) }],
  ])("refuses %s", async (_, overrides) => {
    const attempt = renderInvoicePdf({ ...good, ...overrides });
    await expect(attempt).rejects.toThrow(InvoiceDocumentError);
  });
});

function payment(amountMinor: number) {
  return { date: "2026-04-12", description: "Payment WIRE-8841", amountMinor };
}
