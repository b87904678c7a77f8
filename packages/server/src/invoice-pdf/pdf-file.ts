/**
 * A PDF/A-3b file whose bytes depend on what is drawn into it and on nothing else. pdfkit writes the file;
 * what differs from it here, and why:
 * - streams are compressed by fflate, because the zlib inside Node differs between versions and processors;
 * - the file identifier is a digest of the content, not of the metadata;
 * - metadata is escaped for XML, which pdfkit 0.20 leaves to the caller;
 * - the bytes are collected at once instead of flowing through a stream.
 */
import { createHash } from "node:crypto";
import { zlibSync } from "fflate";
import PDFDocument from "pdfkit";
import { printable } from "./fonts.js";

export interface FileMetadata {
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  /** ISO date; the file says it was created at its start in UTC. */
  readonly date: string;
  readonly language: string;
  /** Further `rdf:Description` elements. */
  readonly xml?: string;
}

export const PAGE_WIDTH = 595.28;
export const PAGE_HEIGHT = 841.89;
const CREATOR = "Paymaster";
const PRODUCER = "PDFKit";
const COMPRESSION_LEVEL = 6;

/** The parts of pdfkit 0.20 that its type declarations leave out. */
interface Reference extends PDFKit.PDFKitReference {
  buffer: Uint8Array[];
}
interface Internals {
  _id: Uint8Array;
  _finalize(): void;
}
const pdfkit = PDFDocument.prototype as unknown as Internals;

/** The ICC profile is one and the same in every file: compressed once. */
let profile: { readonly raw: Uint8Array; readonly deflated: Uint8Array } | undefined;

export class PdfFile extends PDFDocument {
  // Only declared: the constructor of the base class already writes.
  declare private parts: Uint8Array[] | undefined;
  declare private finished: boolean | undefined;
  readonly #metadata: FileMetadata;

  constructor(metadata: FileMetadata) {
    const created = new Date(`${metadata.date}T00:00:00Z`);
    super({
      size: [PAGE_WIDTH, PAGE_HEIGHT],
      margin: 0,
      autoFirstPage: false,
      pdfVersion: "1.7",
      subset: "PDF/A-3b",
      tagged: true,
      displayTitle: true,
      lang: metadata.language,
      font: "", // none: the default would be a font that is not embedded
      info: {
        Title: printable(metadata.title),
        Author: printable(metadata.author),
        Subject: printable(metadata.subject),
        Creator: CREATOR,
        Producer: PRODUCER,
        CreationDate: created,
      },
    });
    this.#metadata = metadata;
  }

  /** Ends the file and returns it whole, in memory of its own that may be handed to another thread. */
  finish(): Buffer {
    this.end();
    if (!this.finished || !this.parts) throw new Error("the PDF did not end");
    const length = this.parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = Buffer.allocUnsafeSlow(length);
    let offset = 0;
    for (const part of this.parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }

  override push(chunk: Uint8Array | null): boolean {
    this.parts ??= [];
    if (chunk === null) this.finished = true;
    else this.parts.push(chunk);
    return true;
  }

  override ref(data: object): PDFKit.PDFKitReference {
    const reference = super.ref(data) as Reference;
    const finalize = reference.finalize;
    reference.finalize = () => {
      compress(reference);
      finalize.call(reference);
    };
    return reference;
  }

  /** Called by pdfkit when it writes the XMP metadata. */
  _addInfo(): void {
    this.appendXML(xmp(this.#metadata));
    if (this.#metadata.xml !== undefined) this.appendXML(this.#metadata.xml);
  }

  /** Called by pdfkit when every object is written and only the trailer is left. */
  _finalize(): void {
    const digest = createHash("sha256");
    for (const part of this.parts ?? []) digest.update(part);
    (this as unknown as Internals)._id = digest.digest().subarray(0, 16);
    pdfkit._finalize.call(this);
  }
}

function compress(reference: Reference): void {
  if (!reference.compress || reference.buffer.length === 0) return;
  reference.buffer = [deflate(reference)];
  reference.compress = false;
}

function deflate(reference: Reference): Uint8Array {
  const first = reference.buffer[0];
  const isProfile = "N" in reference.data && reference.buffer.length === 1 && first !== undefined;
  if (isProfile && profile?.raw === first) return profile.deflated;
  const raw = Buffer.concat(reference.buffer);
  const deflated = zlibSync(raw, { level: COMPRESSION_LEVEL });
  if (isProfile) profile = { raw: first, deflated };
  return deflated;
}

function xmp(metadata: FileMetadata): string {
  const title = xml(metadata.title);
  const subject = xml(metadata.subject);
  return `
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreateDate>${metadata.date}T00:00:00Z</xmp:CreateDate>
<xmp:CreatorTool>${CREATOR}</xmp:CreatorTool>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>${xml(metadata.author)}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>${metadata.language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>${PRODUCER}</pdf:Producer>
</rdf:Description>
`;
}

/** Text of an XML element: escaped, and without what XML 1.0 cannot hold. */
function xml(text: string): string {
  return printable(text)
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}
