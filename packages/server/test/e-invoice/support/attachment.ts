/** What a PDF says about the file inside it, read back from the bytes. */
import { type PdfObject, readObjects } from "../../invoice-pdf/support/pdf.js";

export interface Attached {
  readonly name: string;
  readonly relationship: string;
  readonly mimeType: string;
  readonly content: string;
  /** Whether the document as a whole names it as associated (`/AF`), not only as attached. */
  readonly isAssociated: boolean;
}

/** Follows the references from the catalog on, as a reader does; null: nothing is attached. */
export function readAttachment(pdf: Uint8Array): Attached | null {
  const objects = readObjects(pdf);
  const catalog = objects.find(({ head }) => head.includes("/Type /Catalog"))?.head ?? "";
  const names = object(objects, /\/Names (\d+) 0 R/.exec(catalog)?.[1])?.head ?? "";
  const spec = /\/EmbeddedFiles <<\s*\/Names \[\s*\([^)]*\) (\d+) 0 R/.exec(names)?.[1];
  if (spec === undefined) return null;
  const filespec = object(objects, spec)?.head ?? "";
  const file = object(objects, /\/EF <<\s*\/F (\d+) 0 R/.exec(filespec)?.[1]);
  return {
    name: /\/UF \(([^)]*)\)/.exec(filespec)?.[1] ?? "",
    relationship: /\/AFRelationship \/(\w+)/.exec(filespec)?.[1] ?? "",
    mimeType: (/\/Subtype \/(\S+)/.exec(file?.head ?? "")?.[1] ?? "").replace("#2F", "/"),
    content: file?.stream?.toString("utf8") ?? "",
    isAssociated: new RegExp(`/AF \\[${spec} 0 R\\]`).test(catalog),
  };
}

/** The XMP metadata of a PDF. */
export function readMetadata(pdf: Uint8Array): string {
  const objects = readObjects(pdf);
  const metadata = objects.find(({ head }) => head.includes("/Subtype /XML"));
  return metadata?.stream?.toString("utf8") ?? "";
}

function object(objects: readonly PdfObject[], id: string | undefined): PdfObject | undefined {
  return objects.find((candidate) => candidate.id === Number(id));
}
