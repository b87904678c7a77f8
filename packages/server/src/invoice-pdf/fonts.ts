/**
 * The fonts of an invoice and how a text is split among them. Fonts are parsed once for the process and
 * shared by all documents; nothing here depends on which documents were rendered before.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fontkit from "fontkit";
import { reuse } from "./compress.js";

export type Weight = "regular" | "semibold";

/** A stretch of text in one face. Advances are in thousandths of the font size, kerning included. */
export interface TextRun {
  readonly face: Face;
  readonly codePoints: readonly number[];
  readonly advances: readonly number[];
  /** Offset of each glyph from its place, for accents that stand on the letter before; null: none. */
  readonly offsets: readonly (readonly [x: number, y: number])[] | null;
  /** The true text, where the glyphs are only boxes for characters that no font has. */
  readonly actualText: string | null;
}

export interface ShapedText {
  readonly runs: readonly TextRun[];
  /** Thousandths of the font size. */
  readonly width: number;
}

/** Drawn for a character that no font has. */
const MISSING = 0x25a1;
/** ASCII and what invoices print of themselves: dashes, minus, dot, ellipsis, signs of currencies. */
const COMMON = `${String.fromCharCode(...Array.from({ length: 95 }, (_, n) => 0x20 + n))}\u00a0·–−…€£¥`;
/** Kerning pairs remembered for each face; when full it starts anew. */
const MAX_KERNING_PAIRS = 50_000;

/**
 * What a glyph is called in the PDF, where that differs from the character that was drawn: a minus and a
 * no-break space are copied out as the characters that spreadsheets and searches understand.
 */
const COPIED_AS: ReadonlyMap<number, number> = new Map([
  [0x2212, 0x2d],
  [0xa0, 0x20],
]);

/** First and last of the characters without a look: soft hyphen, joiners, direction and variation marks. */
const INVISIBLE: readonly (readonly [first: number, last: number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xe0000, 0xe0fff],
];
/** Controls, and spaces of odd widths. */
const SPACES = /[\p{Cc}\u1680\u2000-\u200a\u2028\u2029\u205f\u3000]/gu;
const PLAIN = /^[ -~]*$/;

/** The text as it is set: composed, on one line, without invisible characters. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  let visible = "";
  for (const character of text.replace(SPACES, " ")) {
    if (!isInvisible(character.codePointAt(0) ?? 0)) visible += character;
  }
  return visible.normalize("NFC");
}

function isInvisible(codePoint: number): boolean {
  return INVISIBLE.some(([first, last]) => codePoint >= first && codePoint <= last);
}

/** A subset of fontkit's, as pdfkit uses it. */
interface Subset {
  /** Only of fonts with PostScript outlines. */
  readonly cff?: unknown;
  /** The glyph's number in the subset. */
  includeGlyph(glyph: number): number;
  encode(): Uint8Array;
}

/** One font file. */
export class Face {
  readonly #font: fontkit.Font;
  readonly #advances = new Map<number, number | null>();
  readonly #kerning = new Map<number, number>();
  #commonProgram: Uint8Array | undefined;

  /**
   * `name` is that under which documents register the face; `common` the characters that every document
   * embeds, so that most documents share one font program, made and compressed once.
   */
  constructor(
    readonly name: string,
    file: string,
    readonly common: string,
  ) {
    const path = fileURLToPath(new URL(`../../assets/fonts/${file}`, import.meta.url));
    const font = fontkit.create(readFileSync(path));
    if (!("layout" in font)) throw new Error(`${file} is a collection of fonts`);
    if (font.unitsPerEm !== 1000) throw new Error(`${file} is not made for PDF`);
    this.#font = font;
  }

  /** Width of the character's glyph in thousandths of the font size; null: the face has none. */
  advance(codePoint: number): number | null {
    const known = this.#advances.get(codePoint);
    if (known !== undefined) return known;
    if (!this.#font.hasGlyphForCodePoint(codePoint)) return null;
    const advance = this.#font.glyphForCodePoint(codePoint).advanceWidth;
    this.#advances.set(codePoint, advance);
    return advance;
  }

  /** What a pair of characters moves closer (negative) or apart. Digits keep their columns. */
  kerning(left: number, right: number): number {
    if (isDigit(left) || isDigit(right) || left === 0x20 || right === 0x20) return 0;
    const pair = left * 0x200000 + right;
    const known = this.#kerning.get(pair);
    if (known !== undefined) return known;
    const run = this.#font.layout(String.fromCodePoint(left, right));
    const glyph = run.glyphs[0];
    const kerning = glyph ? (run.positions[0]?.xAdvance ?? 0) - glyph.advanceWidth : 0;
    if (this.#kerning.size >= MAX_KERNING_PAIRS) this.#kerning.clear();
    this.#kerning.set(pair, kerning);
    return kerning;
  }

  /** Places every glyph of a text that holds accents; null when the font gives no such placing. */
  place(codePoints: readonly number[]): fontkit.GlyphPosition[] | null {
    const run = this.#font.layout(String.fromCodePoint(...codePoints));
    return run.positions.length === codePoints.length ? run.positions : null;
  }

  /**
   * The face as pdfkit embeds it: a view of the parsed font that says of each glyph which character it
   * stands for. fontkit itself remembers for each glyph the first character that any document used it
   * for, which would make bytes depend on what came before.
   */
  embeddable(): fontkit.Font {
    return Object.create(this.#font, {
      layout: { value: (text: string) => this.#glyphRun(text) },
      createSubset: { value: () => this.#subset() },
    });
  }

  #glyphRun(text: string) {
    const codePoints = [...text].map((character) => character.codePointAt(0) ?? MISSING);
    const glyphs = codePoints.map((codePoint) => {
      const { id, advanceWidth } = this.#font.glyphForCodePoint(codePoint);
      return { id, advanceWidth, codePoints: [COPIED_AS.get(codePoint) ?? codePoint] };
    });
    const positions = glyphs.map(({ advanceWidth }) => {
      return { xAdvance: advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 };
    });
    return { glyphs, positions, advanceWidth: glyphs.reduce((sum, g) => sum + g.advanceWidth, 0) };
  }

  /**
   * A subset that hands out the program made before when nothing but `common` is in it. Documents put
   * these characters in first, and a subset numbers its glyphs in the order in which they come.
   */
  #subset(): Subset {
    const subset = this.#font.createSubset() as unknown as Subset;
    let last = 0;
    return {
      cff: subset.cff,
      includeGlyph: (glyph) => {
        const code = subset.includeGlyph(glyph);
        last = Math.max(last, code);
        return code;
      },
      encode: () => {
        if (last === 0 || last !== this.#commonGlyphs()) return subset.encode();
        this.#commonProgram ??= reuse(subset.encode());
        return this.#commonProgram;
      },
    };
  }

  #commonGlyphs(): number {
    const { glyphs } = this.#glyphRun(this.common);
    return new Set(glyphs.map((glyph) => glyph.id)).size;
  }
}

const regular = new Face("regular", "Inter-Regular.ttf", COMMON);
const semibold = new Face("semibold", "Inter-SemiBold.ttf", COMMON);
let eastAsian: Face | undefined;

/** The text of one line, shaped. What no font has becomes boxes that carry the true text. */
export function shape(text: string, weight: Weight): ShapedText {
  const main = weight === "semibold" ? semibold : regular;
  const runs: TextRun[] = [];
  let face: Face | null = null;
  let codePoints: number[] = [];
  for (const character of printable(text)) {
    const codePoint = character.codePointAt(0) ?? MISSING;
    const owner = faceFor(codePoint, main);
    if (codePoints.length > 0 && owner !== face) {
      runs.push(makeRun(face, codePoints, main));
      codePoints = [];
    }
    face = owner;
    codePoints.push(codePoint);
  }
  if (codePoints.length > 0) runs.push(makeRun(face, codePoints, main));
  return { runs, width: runs.reduce((sum, run) => sum + widthOf(run), 0) };
}

/** Width of a line in points. */
export function measure(text: string, weight: Weight, size: number): number {
  return (shape(text, weight).width * size) / 1000;
}

export function widthOf(run: TextRun): number {
  let width = 0;
  for (const advance of run.advances) width += advance;
  return width;
}

/** Chinese, Japanese and Korean characters, and the punctuation and forms set with them. */
export function isEastAsian(codePoint: number): boolean {
  return (
    (codePoint >= 0x2e80 && codePoint <= 0x9fff) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xfe30 && codePoint <= 0xfe4f) ||
    (codePoint >= 0xff00 && codePoint <= 0xffef)
  );
}

/** Marks that stand on the character before them. */
export function isCombining(codePoint: number): boolean {
  return (
    (codePoint >= 0x0300 && codePoint <= 0x036f) ||
    (codePoint >= 0x0483 && codePoint <= 0x0489) ||
    (codePoint >= 0x1ab0 && codePoint <= 0x1aff) ||
    (codePoint >= 0x1dc0 && codePoint <= 0x1dff) ||
    (codePoint >= 0x20d0 && codePoint <= 0x20ff)
  );
}

function faceFor(codePoint: number, main: Face): Face | null {
  if (main.advance(codePoint) !== null) return main;
  if (!isEastAsian(codePoint)) return null;
  // Only read when first needed: it is twenty times the size of the others.
  eastAsian ??= new Face("east-asian", "NotoSansCJKjp-Regular.otf", "");
  return eastAsian.advance(codePoint) === null ? null : eastAsian;
}

function makeRun(face: Face | null, codePoints: readonly number[], main: Face): TextRun {
  if (face === null) {
    const boxes = codePoints.map(() => MISSING);
    return { ...advance(main, boxes), actualText: wellFormed(codePoints) };
  }
  const run = codePoints.some(isCombining) ? placeMarks(face, codePoints) : null;
  return run ?? { ...advance(face, codePoints), actualText: null };
}

function advance(face: Face, codePoints: readonly number[]): Omit<TextRun, "actualText"> {
  const advances = new Array<number>(codePoints.length);
  for (let index = 0; index < codePoints.length; index++) {
    const codePoint = codePoints[index] ?? MISSING;
    const next = codePoints[index + 1];
    const kerning = next === undefined ? 0 : face.kerning(codePoint, next);
    advances[index] = (face.advance(codePoint) ?? 0) + kerning;
  }
  return { face, codePoints, advances, offsets: null };
}

function placeMarks(face: Face, codePoints: readonly number[]): TextRun | null {
  const positions = face.place(codePoints);
  if (positions === null) return null;
  const advances = positions.map((position) => position.xAdvance);
  const offsets = positions.map(({ xOffset, yOffset }) => [xOffset, yOffset] as const);
  return { face, codePoints, advances, offsets, actualText: null };
}

/** Text that is valid UTF-16: a lone half of a surrogate pair becomes the replacement character. */
function wellFormed(codePoints: readonly number[]): string {
  const whole = codePoints.map((c) => (c >= 0xd800 && c <= 0xdfff ? 0xfffd : c));
  return String.fromCodePoint(...whole);
}

function isDigit(codePoint: number): boolean {
  return codePoint >= 0x30 && codePoint <= 0x39;
}
