/** Many invoices in both syntaxes, held to the rules of EN 16931 and to the invoices they are made of. */
import { formatMinor } from "@paymaster/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EInvoiceSource, toEInvoice } from "../../src/e-invoice/assemble.js";
import { writeCii } from "../../src/e-invoice/cii.js";
import type { EInvoice } from "../../src/e-invoice/invoice.js";
import { writeUbl } from "../../src/e-invoice/ubl.js";
import { cleanText } from "../../src/e-invoice/xml.js";
import { violations } from "./support/rules.js";
import { arbitrarySource, chargeLine, source } from "./support/source.js";
import { readCii, readUbl } from "./support/terms.js";

const SEED = 16_931;
const RUNS = 300;

describe("invoices of every kind", () => {
  it("keep the rules in both syntaxes, and say the same in them", () => {
    fc.assert(
      fc.property(arbitrarySource, (drawn) => {
        const invoice = stated(drawn);
        const ubl = readUbl(writeUbl(invoice));
        const cii = readCii(writeCii(invoice));
        expect(violations(ubl)).toEqual([]);
        expect(violations(cii)).toEqual([]);
        const ownToSyntax = { syntax: "", root: "", currencies: [], empty: [] };
        expect({ ...cii, ...ownToSyntax }).toEqual({ ...ubl, ...ownToSyntax });
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it("state the very amounts, names and dates that were posted", () => {
    fc.assert(
      fc.property(arbitrarySource, (drawn) => {
        const terms = readUbl(writeUbl(stated(drawn)));
        const { invoice, lines, parties } = drawn;
        const sign = invoice.totalMinor < 0 ? -1 : 1;
        const amount = (minor: number) => formatMinor(minor === 0 ? 0 : minor * sign);
        expect(terms.root).toBe(sign < 0 ? "CreditNote" : "Invoice");
        expect(terms.BT109).toBe(amount(invoice.netMinor));
        expect(terms.BT110).toBe(amount(invoice.taxMinor));
        expect(terms.BT115).toBe(amount(invoice.totalMinor));
        expect(terms.BT2).toBe(invoice.invoiceDate);
        expect(terms.BT9).toBe(sign < 0 ? null : invoice.dueDate);
        expect(terms.BT44).toBe(cleanText(parties.payer.name));
        expect(terms.lines.map((line) => [line.BT153, line.BT131, line.BT134])).toEqual(
          lines.map((line) => [
            cleanText(line.chargeName),
            amount(line.amountMinor),
            line.startDate,
          ]),
        );
      }),
      { seed: SEED + 1, numRuns: RUNS },
    );
  });

  it("give the same bytes every time", () => {
    for (const drawn of fc.sample(arbitrarySource, { seed: SEED, numRuns: 20 })) {
      expect(writeUbl(stated(drawn))).toBe(writeUbl(stated(structuredClone(drawn))));
      expect(writeCii(stated(drawn))).toBe(writeCii(stated(structuredClone(drawn))));
    }
  });
});

describe("the rules themselves", () => {
  const taxed = stated(source([chargeLine({ taxRatePpm: 190_000 }), chargeLine({ toDay: 7 })]));
  const untaxed = stated(source([chargeLine()]));

  it.each([
    ["BR-CO-10", taxed, ">179.88</cbc:LineExtensionAmount>", ">179.87</cbc:LineExtensionAmount>"],
    ["BT-131", taxed, ">40.62</cbc:PriceAmount>", ">40.61</cbc:PriceAmount>"],
    ["BR-CO-15", taxed, "</cbc:TaxInclusiveAmount>", "1</cbc:TaxInclusiveAmount>"],
    ["BR-CO-17", taxed, "<cbc:Percent>19</cbc:Percent>", "<cbc:Percent>21</cbc:Percent>"],
    ["BR-S-02", taxed, /<cac:PartyTaxScheme>[\s\S]*?<\/cac:PartyTaxScheme>\s*/g, ""],
    ["BR-E-10", taxed, /<cbc:TaxExemptionReason>.*/, ""],
    ["BR-O-02", untaxed, "<cbc:ID>FC</cbc:ID>", "<cbc:ID>VAT</cbc:ID>"],
    ["BR-O-05", untaxed, /<cbc:ID>O<\/cbc:ID>/g, "<cbc:ID>O</cbc:ID><cbc:Percent>0</cbc:Percent>"],
    ["BR-11", untaxed, "<cbc:IdentificationCode>FR</cbc:IdentificationCode>", ""],
    ["BR-CL-01", untaxed, ">380<", ">381<"],
    ["BR-CL-03", untaxed, 'currencyID="EUR"', 'currencyID="USD"'],
    ["BR-29", untaxed, "<cbc:StartDate>2026", "<cbc:StartDate>2028"],
    ["empty", untaxed, /<cbc:Note>Payment is due.*?</, "<cbc:Note><"],
  ])("%s is found broken", (rule, invoice, found, replacement) => {
    const xml = writeUbl(invoice);
    expect(violations(readUbl(xml))).toEqual([]);
    const broken = xml.replace(found, replacement);
    expect(broken).not.toBe(xml);
    const rules = violations(readUbl(broken)).map((violation) => violation.split(":")[0]);
    expect(rules).toContain(rule);
  });
});

function stated(drawn: EInvoiceSource): EInvoice {
  const result = toEInvoice(drawn);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.invoice;
}
