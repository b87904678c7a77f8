/**
 * Draws text, lines and areas on the pages of a PDF, with their place in its logical structure. Points,
 * measured from the top left corner; text stands on its baseline.
 */
import { type Face, shape, type TextRun, type Weight, widthOf } from "./fonts.js";
import { PAGE_HEIGHT, PAGE_WIDTH, type PdfFile } from "./pdf-file.js";

export type Color = readonly [red: number, green: number, blue: number];

export interface TextStyle {
  readonly weight: Weight;
  readonly size: number;
  readonly color: Color;
  /** right: `x` is where the text ends. */
  readonly align?: "left" | "right";
}

/** Standard structure types of PDF that an invoice needs. */
export type StructureType = "Document" | "H1" | "H2" | "P" | "Table" | "TR" | "TH" | "TD";
export type StructureElement = PDFKit.PDFStructureElement;

/** What pdfkit makes of a face in one document: which of its glyphs are in the file, and as what. */
interface EmbeddedFace {
  readonly id: string;
  ref(): PDFKit.PDFKitReference;
  encode(text: string, features: object): [string[], unknown];
}
interface PageInternals {
  readonly fonts: Record<string, PDFKit.PDFKitReference>;
}

export class Canvas {
  readonly #pdf: PdfFile;
  readonly #faces = new Map<Face, { embedded: EmbeddedFace; codes: Map<number, string> }>();
  /** Root of the logical structure. */
  readonly document: StructureElement;

  constructor(pdf: PdfFile) {
    this.#pdf = pdf;
    this.document = pdf.struct("Document");
    pdf.addStructure(this.document);
  }

  addPage(): void {
    this.#pdf.addPage();
  }

  /** A structure element that holds others; `end` it when it is complete, at the latest with the document. */
  group(type: StructureType, parent: StructureElement): StructureElement {
    // A header cell of ours always heads its column; pdfkit's type declarations leave `scope` out.
    const options = type === "TH" ? ({ scope: "Column" } as object) : {};
    const element = this.#pdf.struct(type, options);
    parent.add(element);
    return element;
  }

  /** A structure element that holds what `draw` draws; closed afterwards. */
  content(type: StructureType, parent: StructureElement, draw: () => void): void {
    const element = this.group(type, parent);
    const content = this.#pdf.markStructureContent(type);
    draw();
    this.#pdf.endMarkedContent();
    element.add(content);
    element.end();
  }

  /** Draws what is no content of the document: rules, areas, what repeats on every page. */
  artifact(kind: "Pagination" | "Layout", draw: () => void): void {
    this.#pdf.markContent("Artifact", { type: kind });
    draw();
    this.#pdf.endMarkedContent();
  }

  /** One line of text at a baseline. */
  text(text: string, x: number, baseline: number, style: TextStyle): void {
    const shaped = shape(text, style.weight);
    const width = (shaped.width * style.size) / 1000;
    let left = style.align === "right" ? x - width : x;
    for (const run of shaped.runs) {
      this.#run(run, [1, 0, 0, -1, left, baseline], style);
      left += (widthOf(run) * style.size) / 1000;
    }
  }

  /** Text around the middle of the page along its rising diagonal. */
  diagonal(text: string, style: TextStyle): void {
    const shaped = shape(text, style.weight);
    // cos and sin of 54.7 degrees, A4's diagonal, as numbers: Math.cos differs between engines.
    const [cos, sin] = [0.5774, 0.8165];
    const half = (shaped.width * style.size) / 2000;
    const rise = style.size * 0.36; // half the height of a capital letter
    let x = PAGE_WIDTH / 2 - half * cos + rise * sin;
    let y = PAGE_HEIGHT / 2 + half * sin + rise * cos;
    for (const run of shaped.runs) {
      this.#run(run, [cos, -sin, -sin, -cos, x, y], style);
      const width = (widthOf(run) * style.size) / 1000;
      x += width * cos;
      y -= width * sin;
    }
  }

  line(x1: number, y1: number, x2: number, y2: number, width: number, color: Color): void {
    const path = `${number(x1)} ${number(y1)} m ${number(x2)} ${number(y2)} l S`;
    this.#pdf.addContent(`${rgb(color)} RG ${number(width)} w ${path}`);
  }

  area(x: number, y: number, width: number, height: number, color: Color): void {
    const path = [x, y, width, height].map(number).join(" ");
    this.#pdf.addContent(`${rgb(color)} rg ${path} re f`);
  }

  frame(x: number, y: number, width: number, height: number, lineWidth: number, color: Color) {
    const path = [x, y, width, height].map(number).join(" ");
    this.#pdf.addContent(`${rgb(color)} RG ${number(lineWidth)} w ${path} re S`);
  }

  #run(run: TextRun, matrix: readonly number[], style: TextStyle): void {
    const { embedded, codes } = this.#embed(run.face);
    const page = this.#pdf.page as unknown as PageInternals;
    page.fonts[embedded.id] ??= embedded.ref();
    const code = (codePoint: number) => codeOf(codePoint, embedded, codes);
    const show = run.offsets ? showPlaced(run, matrix, style.size, code) : showRun(run, code);
    const place = run.offsets ? "" : `${matrix.map(number).join(" ")} Tm `;
    const font = `/${embedded.id} ${number(style.size)} Tf ${rgb(style.color)} rg`;
    if (run.actualText !== null) this.#pdf.markContent("Span", { actual: run.actualText });
    this.#pdf.addContent(`BT ${font} ${place}${show} ET`);
    if (run.actualText !== null) this.#pdf.endMarkedContent();
  }

  #embed(face: Face) {
    const known = this.#faces.get(face);
    if (known) return known;
    // pdfkit takes parsed fonts too; its type declarations do not say so.
    this.#pdf.registerFont(face.name, face.embeddable() as unknown as Uint8Array);
    this.#pdf.font(face.name);
    const { _font: embedded } = this.#pdf as unknown as { _font: EmbeddedFace };
    const entry = { embedded, codes: codesOf(face.common, embedded) };
    this.#faces.set(face, entry);
    return entry;
  }
}

/** Puts the characters that every document has into this one, with the codes that show them. */
function codesOf(common: string, embedded: EmbeddedFace): Map<number, string> {
  const codes = new Map<number, string>();
  if (common === "") return codes;
  const [encoded] = embedded.encode(common, {});
  let index = 0;
  for (const character of common) codes.set(character.codePointAt(0) ?? 0, encoded[index++] ?? "");
  return codes;
}

/** The four hexadecimal digits that show a character in this document. */
function codeOf(codePoint: number, embedded: EmbeddedFace, codes: Map<number, string>): string {
  const known = codes.get(codePoint);
  if (known !== undefined) return known;
  const [encoded] = embedded.encode(String.fromCodePoint(codePoint), {});
  const code = encoded[0] ?? "0000";
  codes.set(codePoint, code);
  return code;
}

function showRun(run: TextRun, code: (codePoint: number) => string): string {
  let array = "";
  let hex = "";
  let isKerned = false;
  for (let index = 0; index < run.codePoints.length; index++) {
    const codePoint = run.codePoints[index] ?? 0;
    hex += code(codePoint);
    const kerning = (run.advances[index] ?? 0) - (run.face.advance(codePoint) ?? 0);
    if (kerning === 0) continue;
    isKerned = true;
    array += `<${hex}>${number(-kerning)}`;
    hex = "";
  }
  if (!isKerned) return `<${hex}> Tj`;
  return hex === "" ? `[${array}] TJ` : `[${array}<${hex}>] TJ`;
}

/** Each glyph by itself, for text with accents that stand on the letter before them. */
function showPlaced(
  run: TextRun,
  matrix: readonly number[],
  size: number,
  code: (codePoint: number) => string,
): string {
  const [a = 1, b = 0, c = 0, d = -1, x = 0, y = 0] = matrix;
  const parts: string[] = [];
  let along = 0;
  for (let index = 0; index < run.codePoints.length; index++) {
    const [offsetX, offsetY] = run.offsets?.[index] ?? [0, 0];
    const right = ((along + offsetX) * size) / 1000;
    const up = (offsetY * size) / 1000;
    const place = [a, b, c, d, x + a * right + c * up, y + b * right + d * up];
    parts.push(`${place.map(number).join(" ")} Tm <${code(run.codePoints[index] ?? 0)}> Tj`);
    along += run.advances[index] ?? 0;
  }
  return parts.join(" ");
}

/** A number as PDF writes it, to a ten-thousandth: never an exponent. */
function number(value: number): string {
  const rounded = Math.round(value * 10_000) / 10_000;
  return String(rounded === 0 ? 0 : rounded);
}

function rgb(color: Color): string {
  return color.map((part) => number(part / 255)).join(" ");
}
