/**
 * A PDF/A-3b file whose bytes depend on what is drawn into it and on nothing else. pdfkit writes the file;
 * what differs from it here, and why:
 * - streams are compressed by `compress.ts`, not by Node's zlib;
 * - the file identifier is a digest of the content, not of the metadata;
 * - metadata is escaped for XML, which pdfkit 0.20 leaves to the caller;
 * - the bytes are collected at once instead of flowing through a stream.
 */
import { createHash } from "node:crypto";
import PDFDocument from "pdfkit";
import { compress, reuse } from "./compress.js";
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
/** Of the title, the author and the subject. */
const MAX_METADATA_CHARACTERS = 500;
const CREATOR = "Paymaster";
const PRODUCER = "PDFKit";

/** The parts of pdfkit 0.20 that its type declarations leave out. */
interface Reference extends PDFKit.PDFKitReference {
  buffer: Uint8Array[];
}
interface Internals {
  _id: Uint8Array;
  _finalize(): void;
}
const pdfkit = PDFDocument.prototype as unknown as Internals;

export class PdfFile extends PDFDocument {
  // Only declared: the constructor of the base class already writes.
  declare private bytes: ByteSink | undefined;
  declare private isFinished: boolean | undefined;
  readonly #metadata: FileMetadata;

  constructor(metadata: FileMetadata) {
    const text = (value: string) => printable(value.slice(0, MAX_METADATA_CHARACTERS));
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
        Title: text(metadata.title),
        Author: text(metadata.author),
        Subject: text(metadata.subject),
        Creator: CREATOR,
        Producer: PRODUCER,
        CreationDate: new Date(`${metadata.date}T00:00:00Z`),
      },
    });
    this.#metadata = metadata;
  }

  /** Ends the file and returns it whole, in memory of its own that may be handed to another thread. */
  finish(): Buffer {
    this.end();
    if (!this.isFinished || !this.bytes) throw new Error("the PDF did not end");
    return this.bytes.copy();
  }

  override push(chunk: Uint8Array | null): boolean {
    this.bytes ??= new ByteSink();
    if (chunk === null) this.isFinished = true;
    else this.bytes.write(chunk);
    return true;
  }

  override ref(data: object): PDFKit.PDFKitReference {
    const reference = super.ref(data) as Reference;
    const finalize = reference.finalize;
    reference.finalize = () => {
      compressStream(reference);
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
    const content = this.bytes?.written() ?? Buffer.alloc(0);
    const digest = createHash("sha256").update(content).digest();
    (this as unknown as Internals)._id = digest.subarray(0, 16);
    pdfkit._finalize.call(this);
  }
}

/** Bytes written one after the other: pdfkit writes some hundred small pieces for a page. */
class ByteSink {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;

  write(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#buffer.length) this.#grow(chunk.length);
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  /** A view of what was written, until the next write. */
  written(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  copy(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.#length);
    copy.set(this.written());
    return copy;
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + more));
    larger.set(this.written());
    this.#buffer = larger;
  }
}

function compressStream(reference: Reference): void {
  const [first] = reference.buffer;
  if (!reference.compress || first === undefined) return;
  // An ICC profile (a stream that states its number of components) is the same in every file.
  if ("N" in reference.data) reuse(first);
  reference.buffer = [compress(reference.buffer)];
  reference.compress = false;
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
  return printable(text.slice(0, MAX_METADATA_CHARACTERS))
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}
