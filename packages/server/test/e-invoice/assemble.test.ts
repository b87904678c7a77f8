/** Which terms an invoice becomes, case by case. */
import { describe, expect, it } from "vitest";
import {
  type EInvoiceSource,
  MAX_E_INVOICE_LINES,
  toEInvoice,
} from "../../src/e-invoice/assemble.js";
import type { EInvoice } from "../../src/e-invoice/invoice.js";
import { DEFAULT_ISSUER, type Issuer } from "../../src/e-invoice/issuer.js";
import { chargeLine, contact, ISSUER, MASTER, SUB, source } from "./support/source.js";

const VAT = { taxRatePpm: 190_000 };

describe("lines", () => {
  it("of a full period have the unit price", () => {
    const [line] = stated(source([chargeLine()])).lines;
    expect(line).toMatchObject({ quantity: 12, priceMinor: 1_499, baseQuantity: 1 });
    expect(line).toMatchObject({ netMinor: 17_988, unitCode: "C62", chargeNumber: "C-00000001" });
    expect(line?.period).toEqual({ start: "2026-03-01", end: "2026-03-31" });
  });

  it("of a part of a period have their amount as the price of all units, and say why", () => {
    const part = chargeLine({ rule: "part_period", fromDay: 10 });
    const [line] = stated(source([part])).lines;
    // 21 of 31 days of 179.88 are 121.85: no price of two decimals gives that twelve times.
    expect(line).toMatchObject({ netMinor: 12_185, quantity: 12 });
    expect(line).toMatchObject({ priceMinor: 12_185, baseQuantity: 12 });
    expect(line?.note).toContain("21 of 31 days of 12 x 14.99 EUR");
  });

  it("of credits have a negative quantity, never a negative price", () => {
    const credit = chargeLine({ rule: "unused_credit", fromDay: 10 });
    const invoice = stated(source([chargeLine(), credit]));
    expect(invoice.typeCode).toBe("380");
    expect(invoice.lines[1]).toMatchObject({ netMinor: -12_185, quantity: -12 });
    expect(invoice.lines[1]).toMatchObject({ priceMinor: 12_185, baseQuantity: 12 });
  });

  it("of storage count gigabytes", () => {
    const line = chargeLine({ rule: "usage_storage", unit: "GB", quantity: 17 });
    expect(stated(source([line])).lines[0]?.unitCode).toBe("E34");
  });

  it("that cost nothing keep their quantity", () => {
    const [line] = stated(source([chargeLine({ unitPriceMinor: 0 })])).lines;
    expect(line).toMatchObject({ netMinor: 0, priceMinor: 0, quantity: 12 });
  });
});

describe("a negative total", () => {
  const credit = chargeLine({ rule: "unused_credit", fromDay: 3, ...VAT });
  const charge = chargeLine({ rule: "part_period", fromDay: 20, ...VAT });
  const invoice = stated(source([credit, charge]));

  it("is a credit note of positive amounts, its charges turned round", () => {
    expect(invoice.typeCode).toBe("381");
    expect(invoice.netMinor).toBe(-(credit.amountMinor + charge.amountMinor));
    expect(invoice.totalMinor).toBeGreaterThan(0);
    expect(invoice.lines.map((line) => line.quantity)).toEqual([12, -12]);
    expect(invoice.taxes).toHaveLength(1);
    expect(invoice.taxes[0]?.taxMinor).toBe(invoice.taxMinor);
  });

  it("is due from nobody, and says what becomes of it", () => {
    expect(invoice.dueDate).toBeNull();
    expect(invoice.paymentTerms).toContain("credit of the payer");
  });
});

describe("parties", () => {
  it("are the payer as buyer and the account as the one served", () => {
    const { buyer, deliverTo } = stated(source([chargeLine()]));
    expect(buyer).toMatchObject({ name: MASTER.name, id: MASTER.id });
    expect(buyer.address).toMatchObject({ country: "FR", city: "Lyon", subdivision: null });
    expect(deliverTo).toMatchObject({ name: SUB.name, id: SUB.id });
  });

  it("are one when the account pays for itself", () => {
    const parties = { account: SUB, payer: SUB, taxExempt: false };
    const { buyer, deliverTo } = stated(source([chargeLine()], { parties }));
    expect(buyer.name).toBe(SUB.name);
    expect(deliverTo).toBeNull();
  });
});

describe("tax", () => {
  it("at a rate is S, for each rate by itself, as posted", () => {
    const lines = [chargeLine({ taxRatePpm: 210_000 }), chargeLine(VAT), chargeLine(VAT)];
    const { taxes } = stated(source(lines));
    expect(taxes.map((tax) => [tax.category, tax.taxRatePpm, tax.netMinor])).toEqual([
      ["S", 190_000, 35_976],
      ["S", 210_000, 17_988],
    ]);
    // 19 % of 179.88 are 34.18 twice, 68.36; 19 % of the sum would be 68.35.
    expect(taxes[0]?.taxMinor).toBe(6_836);
  });

  it("of nobody exempt and at no rate is O, and the VAT identifier is left out", () => {
    const { taxes, lines, seller } = stated(source([chargeLine()]));
    expect(taxes).toEqual([
      {
        category: "O",
        taxRatePpm: null,
        netMinor: 17_988,
        taxMinor: 0,
        exemptionReason: "Not subject to VAT",
      },
    ]);
    expect(lines[0]).toMatchObject({ category: "O", taxRatePpm: null });
    expect(seller.vatId).toBeNull();
    expect(seller.registrationId).toBe(ISSUER.registrationId);
  });

  it("of an exempt account is E, with the issuer's reason", () => {
    const parties = { account: SUB, payer: MASTER, taxExempt: true };
    const { taxes, seller } = stated(source([chargeLine()], { parties }));
    expect(taxes[0]).toMatchObject({ category: "E", taxRatePpm: 0 });
    expect(taxes[0]?.exemptionReason).toBe(ISSUER.taxExemptionReason);
    expect(seller.vatId).toBe(ISSUER.vatId);
  });

  it("beside taxed lines is E: nothing may stand beside O", () => {
    const { taxes } = stated(source([chargeLine(VAT), chargeLine()]));
    expect(taxes.map((tax) => tax.category)).toEqual(["E", "S"]);
  });
});

describe("what is missing", () => {
  const taxed = [chargeLine(VAT)];
  const without = (...fields: (keyof Issuer)[]): Issuer => {
    return { ...ISSUER, ...Object.fromEntries(fields.map((field) => [field, null])) };
  };

  it.each<[string, EInvoiceSource]>([
    ["issuer.vat_id", source(taxed, { issuer: DEFAULT_ISSUER })],
    ["issuer.vat_id", source(taxed, { issuer: without("vatId", "taxNumber") })],
    ["issuer.registration_id", source([chargeLine()], { issuer: without("registrationId") })],
    ["payer.contact.country", withPayer({ contact: null })],
    ["payer.contact.country", withPayer({ contact: contact({ country: "" }) })],
    ["payer.contact.country", withPayer({ contact: contact({ country: "AN" }) })],
    ["payer.name", withPayer({ name: " \u0007 " })],
  ])("is named: %s", (field, drawn) => {
    expect(problemsOf(drawn)).toEqual([field]);
  });

  it("is no matter where the standard does not ask for it", () => {
    const sparse = contact({ address: "", apt: "", city: "", zip: "", state: "", email: "" });
    expect(stated(withPayer({ contact: sparse })).buyer.address.lines).toEqual([]);
    expect(stated(source([chargeLine()], { issuer: DEFAULT_ISSUER })).seller.taxNumber).toBeNull();
    const parties = { account: { ...SUB, contact: null }, payer: MASTER, taxExempt: false };
    expect(stated(source([chargeLine()], { parties })).deliverTo?.address).toBeNull();
  });
});

describe("what cannot be stated", () => {
  it.each(["Draft", "Canceled"] as const)("an invoice that is %s", (status) => {
    const posted = source([chargeLine()]);
    const invoice = { ...posted.invoice, status };
    expect(problemsOf({ ...posted, invoice })).toEqual(["invoice.status"]);
  });

  it("sales tax of the United States", () => {
    const inSeattle = { ...SUB, contact: contact({ country: "US", state: "WA" }) };
    const parties = { account: inSeattle, payer: MASTER, taxExempt: false };
    expect(problemsOf(source([chargeLine(VAT)], { parties }))).toEqual(["invoice.tax"]);
    expect(stated(source([chargeLine()], { parties })).taxMinor).toBe(0);
  });

  it("taxes that rounding by line moved a whole unit away from the rate", () => {
    // 0.03 a line, 19 % of it 0.0057, rounded 0.01: each line adds 0.0043.
    const line = chargeLine({ unitPriceMinor: 1, quantity: 3, ...VAT });
    const many = (count: number) => source(Array.from({ length: count }, () => line));
    expect(stated(many(231)).taxMinor).toBe(231);
    expect(problemsOf(many(232))).toEqual(["invoice.tax"]);
  });

  it("more lines than an attachment may have", () => {
    const line = chargeLine();
    const lines = Array.from({ length: MAX_E_INVOICE_LINES + 1 }, () => line);
    expect(problemsOf(source(lines))).toEqual(["invoice.lines"]);
  });
});

function withPayer(overrides: Partial<typeof MASTER>): EInvoiceSource {
  const parties = { account: SUB, payer: { ...MASTER, ...overrides }, taxExempt: false };
  return source([chargeLine()], { parties });
}

function stated(drawn: EInvoiceSource): EInvoice {
  const result = toEInvoice(drawn);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.invoice;
}

function problemsOf(drawn: EInvoiceSource): string[] {
  const result = toEInvoice(drawn);
  return "problems" in result ? result.problems.map((problem) => problem.field) : [];
}
