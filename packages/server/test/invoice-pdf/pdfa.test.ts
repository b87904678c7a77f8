/**
 * The rules of PDF/A-3b that a renderer can break, read back from the bytes. They are no replacement for
 * a validator; the README says which was run, and on what.
 */
import { describe, expect, it } from "vitest";
import { renderInvoicePdfSync } from "../../src/invoice-pdf/render.js";
import { advanceWidths, type PdfObject, readObjects } from "./support/pdf.js";
import { STRANGE_TEXTS, sampleInvoice, sampleLine, sampleLines } from "./support/sample.js";

const XML = Buffer.from('<?xml version="1.0" encoding="UTF-8"?><invoice/>');
const strangeLines = Object.values(STRANGE_TEXTS).map((text, index) => {
  return sampleLine(index, { chargeName: text, explanation: text });
});
const DOCUMENTS = {
  plain: sampleInvoice(sampleLines(3)),
  strange: sampleInvoice(strangeLines, { invoiceNumber: STRANGE_TEXTS.markup }),
  long: sampleInvoice(sampleLines(60, 190_000), { status: "Draft" }),
};

describe.each(Object.entries(DOCUMENTS))("the %s invoice", (_, document) => {
  const pdf = renderInvoicePdfSync(document);
  const objects = readObjects(pdf);
  const text = pdf.toString("latin1");
  const byId = (id: number) => objects.find((object) => object.id === id);
  const catalog = objects.find((object) => object.head.includes("/Type /Catalog"))?.head ?? "";

  it("has an identifier, no encryption, no scripts", () => {
    expect(text.startsWith("%PDF-1.7\n%")).toBe(true);
    expect(text).toMatch(/\/ID \[<([0-9a-f]{32})> <\1>\]/);
    expect(text).not.toMatch(/\/Encrypt|\/JavaScript|\/LZWDecode/);
  });

  it("lists every object at its place", () => {
    const start = Number(/startxref\n(\d+)\n/.exec(text)?.[1]);
    const entries = text.slice(start).match(/^\d{10} 00000 n $/gm) ?? [];
    expect(entries).toHaveLength(objects.length);
    entries.forEach((entry, index) => {
      const offset = Number(entry.slice(0, 10));
      expect(text.startsWith(`${index + 1} 0 obj\n`, offset)).toBe(true);
    });
  });

  it("declares itself, its language and its colours", () => {
    expect(catalog).toMatch(/\/Lang \(en-US\)/);
    expect(catalog).toMatch(/\/MarkInfo \d+ 0 R/);
    expect(catalog).toMatch(/\/StructTreeRoot \d+ 0 R/);
    const intent = byId(Number(/\/OutputIntents \[(\d+) 0 R\]/.exec(catalog)?.[1]))?.head ?? "";
    expect(intent).toContain("/S /GTS_PDFA1");
    const profile = byId(Number(/\/DestOutputProfile (\d+)/.exec(intent)?.[1]))?.stream;
    expect(profile?.toString("latin1", 16, 20)).toBe("RGB ");
  });

  it("describes itself in XMP that is well-formed", () => {
    const metadata = byId(Number(/\/Metadata (\d+) 0 R/.exec(catalog)?.[1]));
    const xmp = metadata?.stream?.toString("utf8") ?? "";
    expect(metadata?.head).not.toContain("/Filter");
    expect(xmp).toContain("<pdfaid:part>3</pdfaid:part>");
    expect(xmp).toContain("<pdfaid:conformance>B</pdfaid:conformance>");
    expect(xmp).toContain("<xmp:CreateDate>2026-03-31T00:00:00Z</xmp:CreateDate>");
    expect(isWellFormed(xmp)).toBe(true);
  });

  it("embeds every font, with the widths that its program has", () => {
    const descendants = objects.filter((object) =>
      object.head.includes("/Type /Font\n/Subtype /CIDFontType"),
    );
    expect(descendants.length).toBeGreaterThanOrEqual(2);
    for (const { head } of descendants) {
      const descriptor = byId(Number(/\/FontDescriptor (\d+)/.exec(head)?.[1]))?.head ?? "";
      const program = byId(Number(/\/FontFile[23] (\d+)/.exec(descriptor)?.[1]))?.stream;
      expect(program?.length).toBeGreaterThan(1_000);
      if (!head.includes("/CIDFontType2") || !program) continue;
      const widths = (/\/W \[0 \[([\d ]+)\]\]/.exec(head)?.[1] ?? "").split(" ").map(Number);
      expect(widths).toEqual(advanceWidths(program).slice(0, widths.length));
    }
    expect(text.match(/\/Type \/Font\n\/Subtype \/(?!Type0|CIDFontType)/)).toBeNull();
  });

  it("shows no glyph that stands for a missing one, and opens what it closes", () => {
    for (const page of pageContents(objects)) {
      const codes = [...page.matchAll(/<((?:[0-9a-f]{4})+)>/g)].map((match) => match[1] ?? "");
      expect(codes.length).toBeGreaterThan(0);
      for (const code of codes) expect(code.match(/.{4}/g)).not.toContain("0000");
      const marks = {
        open: page.match(/ B[DM]C$/gm)?.length,
        close: page.match(/^EMC$/gm)?.length,
      };
      expect(marks.open).toBe(marks.close);
    }
  });
});

describe("attachments", () => {
  const attachment = {
    name: "factur-x.xml",
    mimeType: "text/xml",
    relationship: "Alternative",
    description: "The invoice as XML",
    data: XML,
  } as const;
  const metadataXml =
    '<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">' +
    "<fx:Version>1.0</fx:Version></rdf:Description>";
  const document = { ...DOCUMENTS.plain, attachments: [attachment], metadataXml };
  const pdf = renderInvoicePdfSync(document);
  const objects = readObjects(pdf);

  it("are associated files with type, relationship, date and the very bytes", () => {
    const filespec = objects.find((object) => object.head.includes("/Type /Filespec"))?.head ?? "";
    expect(filespec).toContain("/AFRelationship /Alternative");
    expect(filespec).toContain("/UF (factur-x.xml)");
    const file = objects.find((object) => object.head.includes("/Type /EmbeddedFile"));
    expect(file?.head).toContain("/Subtype /text#2Fxml");
    expect(file?.head).toContain("/ModDate (D:20260331000000Z)");
    expect(file?.stream).toEqual(XML);
    expect(objects.some((object) => /\/Type \/Catalog[\s\S]*\/AF \[/.test(object.head))).toBe(true);
    expect(pdf.toString("utf8")).toContain("<fx:Version>1.0</fx:Version>");
  });

  it("give the same bytes every time", () => {
    expect(renderInvoicePdfSync(document).equals(pdf)).toBe(true);
  });
});

function pageContents(objects: readonly PdfObject[]): string[] {
  const pages = objects.filter((object) => /\/Type \/Page\n/.test(object.head));
  return pages.map((page) => {
    const content = Number(/\/Contents (\d+)/.exec(page.head)?.[1]);
    return objects.find((object) => object.id === content)?.stream?.toString("latin1") ?? "";
  });
}

/** Tags nest, and nothing stands unescaped between them. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  const rest = xml
    .replace(/<\?[\s\S]*?\?>/g, "")
    .replace(/<(\/?)([\w:]+)[^<>]*>/g, (_, end, name) => {
      if (end === "") open.push(name);
      else if (open.pop() !== name) open.push("mismatch");
      return "";
    });
  return open.length === 0 && !/[<>]|&(?!amp;|lt;|gt;)/.test(rest);
}
