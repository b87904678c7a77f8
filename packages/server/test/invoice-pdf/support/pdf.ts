/** Reads PDFs back: their text by pdf.js, their objects and fonts from the bytes. */
import { inflateSync } from "node:zlib";
import { getDocumentProxy } from "unpdf";

export interface PlacedText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** From the bottom of the page. */
  readonly baseline: number;
}

/** The text of each page as pdf.js sees it, piece by piece. */
export async function readPages(pdf: Uint8Array): Promise<PlacedText[][]> {
  const proxy = await getDocumentProxy(new Uint8Array(pdf)); // a copy: pdf.js takes it over
  const pages: PlacedText[][] = [];
  for (let number = 1; number <= proxy.numPages; number++) {
    const page = await proxy.getPage(number);
    const { items } = await page.getTextContent();
    const placed = items.flatMap((item) => {
      if (!("str" in item) || item.str === "") return [];
      const [, , , , left = 0, baseline = 0] = item.transform as number[];
      return [{ text: item.str, left, right: left + item.width, baseline }];
    });
    pages.push(placed);
  }
  await proxy.destroy();
  return pages;
}

/** All text, pieces and words parted by one space; for searching. */
export async function readText(pdf: Uint8Array): Promise<string> {
  const pages = await readPages(pdf);
  return pages
    .flatMap((page) => page.map((piece) => piece.text))
    .join(" ")
    .replace(/\s+/g, " ");
}

export interface PdfObject {
  readonly id: number;
  /** The object without its stream. */
  readonly head: string;
  /** The stream, inflated; null: it has none. */
  readonly stream: Buffer | null;
}

/** The objects of a file as pdfkit writes it: one after the other, none in object streams. */
export function readObjects(pdf: Uint8Array): PdfObject[] {
  const bytes = Buffer.from(pdf);
  const text = bytes.toString("latin1");
  const objects: PdfObject[] = [];
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj\n/g)) {
    const body = match[2] ?? "";
    const start = body.indexOf("\nstream\n");
    const head = start < 0 ? body : body.slice(0, start);
    objects.push({ id: Number(match[1]), head, stream: start < 0 ? null : streamOf(body, start) });
  }
  return objects;
}

function streamOf(body: string, start: number): Buffer {
  const head = body.slice(0, start);
  const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
  const from = start + "\nstream\n".length;
  const raw = Buffer.from(body.slice(from, from + length), "latin1");
  return head.includes("/FlateDecode") ? inflateSync(raw) : raw;
}

/** Advance widths of a TrueType program, glyph by glyph. */
export function advanceWidths(program: Buffer): number[] {
  const table = (tag: string) => {
    for (let at = 12; at < 12 + program.readUInt16BE(4) * 16; at += 16) {
      if (program.toString("latin1", at, at + 4) === tag) return program.readUInt32BE(at + 8);
    }
    throw new Error(`no table ${tag}`);
  };
  const count = program.readUInt16BE(table("hhea") + 34);
  const metrics = table("hmtx");
  return Array.from({ length: count }, (_, glyph) => program.readUInt16BE(metrics + glyph * 4));
}
