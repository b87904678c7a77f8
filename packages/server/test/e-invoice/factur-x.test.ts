/** PDFs with the invoice as XML inside, as `invoice-files.ts` makes them. */
import { XmlDocument } from "libxml2-wasm";
import { describe, expect, it } from "vitest";
import { type EInvoiceSource, toEInvoice } from "../../src/e-invoice/assemble.js";
import { writeCii } from "../../src/e-invoice/cii.js";
import { createInvoicePdfs } from "../../src/invoice-files.js";
import { createInlinePdfPool } from "../../src/invoice-pdf/pool.js";
import { readText } from "../invoice-pdf/support/pdf.js";
import { readAttachment, readMetadata } from "./support/attachment.js";
import { chargeLine, MASTER, SUB, source } from "./support/source.js";

const VAT = { taxRatePpm: 190_000 };
const SOURCES: Readonly<Record<string, EInvoiceSource>> = {
  taxed: source([chargeLine(VAT), chargeLine({ ...VAT, rule: "part_period", fromDay: 10 }, 2)]),
  untaxed: source([chargeLine()]),
  credit: source([chargeLine({ ...VAT, rule: "unused_credit", fromDay: 4 })]),
};

describe.each(Object.entries(SOURCES))("the PDF of an invoice that is %s", (_, drawn) => {
  it("holds the XML, named and related as Factur-X wants it", async () => {
    const attached = readAttachment(await render(drawn));
    expect(attached).toEqual({
      name: "factur-x.xml",
      relationship: "Alternative",
      mimeType: "text/xml",
      content: ciiOf(drawn),
      isAssociated: true,
    });
  });

  it("is the same bytes every time", async () => {
    expect((await render(drawn)).equals(await render(structuredClone(drawn)))).toBe(true);
  });
});

describe("the metadata", () => {
  const namespaces = {
    fx: "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    pdfaid: "http://www.aiim.org/pdfa/ns/id/",
    pdfaSchema: "http://www.aiim.org/pdfa/ns/schema#",
    pdfaProperty: "http://www.aiim.org/pdfa/ns/property#",
  };

  it("name the file and its profile, and describe every name that they use", async () => {
    const xmp = readMetadata(await render(SOURCES.taxed));
    const document = XmlDocument.fromString(xmp.replace(/<\?xpacket[^>]*\?>/g, "").trim());
    const value = (path: string) => document.get(path, namespaces)?.content;
    expect(value("//fx:DocumentType")).toBe("INVOICE");
    expect(value("//fx:DocumentFileName")).toBe("factur-x.xml");
    expect(value("//fx:Version")).toBe("1.0");
    expect(value("//fx:ConformanceLevel")).toBe("EN 16931");
    expect(value("//pdfaid:part")).toBe("3");
    expect(value("//pdfaSchema:namespaceURI")).toBe(namespaces.fx);
    expect(value("//pdfaSchema:prefix")).toBe("fx");
    const used = document
      .find("//fx:*", namespaces)
      .map((node) => String(node.eval("local-name()")));
    const described = document.find("//pdfaProperty:name", namespaces).map((node) => node.content);
    expect(described).toEqual(used);
    document.dispose();
  });
});

describe("the pages", () => {
  it("show what the XML says", async () => {
    const pages = await readText(await render(SOURCES.taxed));
    expect(pages).toContain("Nordlicht Kommunikation GmbH");
    expect(pages).toContain("Hafenstraße 12");
    expect(pages).toContain("20457 Hamburg");
    expect(pages).toContain("Tax ID DE123456789");
    expect(pages).toContain("INV-00000042");
  });
});

describe("a PDF without XML", () => {
  it.each<[string, EInvoiceSource]>([
    ["the buyer has no country", withParty(null)],
    ["the invoice was cancelled", withStatus("Canceled")],
    ["the invoice is a draft", withStatus("Draft")],
  ])("is made when %s", async (_, drawn) => {
    const pdf = await render(drawn);
    expect(readAttachment(pdf)).toBeNull();
    expect(readMetadata(pdf)).not.toContain("factur-x");
    expect(await readText(pdf)).toContain("Alder & Finch");
  });
});

/** Through the server's own code, with the lines that it would read from the database. */
async function render(drawn: EInvoiceSource | undefined): Promise<Buffer> {
  if (drawn === undefined) throw new Error("no such source");
  const { invoice, parties, lines, issuer } = drawn;
  const pool = createInlinePdfPool();
  const db = { query: async () => ({ rows: invoice.number === null ? [{ lines }] : lines }) };
  const pdfs = createInvoicePdfs(db as never, pool, { of: async () => issuer });
  return pdfs.get({ ...invoice, parties });
}

function ciiOf(drawn: EInvoiceSource): string {
  const result = toEInvoice(drawn);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return writeCii(result.invoice);
}

function withParty(contact: null): EInvoiceSource {
  const parties = { account: SUB, payer: { ...MASTER, contact }, taxExempt: false };
  return source([chargeLine()], { parties });
}

function withStatus(status: "Draft" | "Canceled"): EInvoiceSource {
  const posted = source([chargeLine()]);
  const number = status === "Draft" ? null : posted.invoice.number;
  return { ...posted, invoice: { ...posted.invoice, status, number } };
}
