/** Breaks a text into lines of a width. */
import { isCombining, isEastAsian, measure, printable, type Weight } from "./fonts.js";

export interface WrapOptions {
  readonly weight: Weight;
  readonly size: number;
  /** Points. */
  readonly width: number;
  /** What does not fit on this many lines is cut, and an ellipsis says so. */
  readonly maxLines: number;
}

/** Longest text that is looked at; far above what any name or sentence holds. */
const MAX_CHARACTERS = 4_000;
/** More characters than this stand on no line. */
const MAX_LINE_CHARACTERS = 1_000;
const SPACE = 0x20;
const NOT_FIRST_ON_A_LINE = new Set(
  "、。，．：；！？）」』】〉》〕］｝ーゝゞ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ",
);
const NOT_LAST_ON_A_LINE = new Set("（「『【〈《〔［｛");

/** Lines without spaces at their ends; none for a blank text. Each fits the width. */
export function wrap(text: string, options: WrapOptions): string[] {
  if (!(options.width > 0)) throw new RangeError(`no line is ${options.width} wide`);
  const whole = printable(text.slice(0, MAX_CHARACTERS)).trim();
  if (whole === "") return [];
  if (fits(whole, options)) return [whole];
  const lines = breakLines(whole, options);
  return lines.length <= options.maxLines ? lines : cut(lines, options);
}

/** The lines of several paragraphs, one after the other; a line feed starts a new paragraph. */
export function wrapParagraphs(paragraphs: readonly string[], options: WrapOptions): string[] {
  const parts = paragraphs.flatMap((paragraph) => paragraph.split(/\r\n|[\n\r\u2028\u2029]/));
  const lines = parts.flatMap((part) => wrap(part, options));
  return lines.length <= options.maxLines ? lines : cut(lines, options);
}

function cut(lines: readonly string[], options: WrapOptions): string[] {
  const kept = lines.slice(0, options.maxLines);
  kept.push(ellipsize(kept.pop() ?? "", options));
  return kept;
}

function breakLines(text: string, options: WrapOptions): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces(text)) {
    if (fits((line + piece).trimEnd(), options)) {
      line += piece;
      continue;
    }
    if (line !== "") lines.push(line.trimEnd());
    line = piece;
    while (lines.length <= options.maxLines && line !== "" && !fits(line.trimEnd(), options)) {
      const head = longestHead(line, options);
      lines.push(head);
      line = line.slice(head.length);
    }
    if (lines.length > options.maxLines) return lines;
  }
  if (line.trimEnd() !== "") lines.push(line.trimEnd());
  return lines;
}

/** The parts between which a line may break. */
function pieces(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let before = "";
  for (const character of text) {
    if (part !== "" && mayBreak(before, character)) {
      parts.push(part);
      part = "";
    }
    part += character;
    before = character;
  }
  parts.push(part);
  return parts;
}

function mayBreak(before: string, after: string): boolean {
  const left = before.codePointAt(0) ?? 0;
  const right = after.codePointAt(0) ?? 0;
  if (right === SPACE) return false;
  if (left === SPACE) return true;
  if (isIdeographic(left) || isIdeographic(right)) {
    return !NOT_FIRST_ON_A_LINE.has(after) && !NOT_LAST_ON_A_LINE.has(before);
  }
  return (before === "-" || before === "/") && right > 0x40;
}

/** Chinese and Japanese break between characters, Korean between words. */
function isIdeographic(codePoint: number): boolean {
  const isHangul = codePoint >= 0xac00 && codePoint <= 0xd7a3;
  return isEastAsian(codePoint) && !isHangul;
}

/** As much of an overlong word as fits, at least one character with its accents. */
function longestHead(word: string, options: WrapOptions): string {
  const characters = [...word.slice(0, MAX_LINE_CHARACTERS)];
  let low = 1;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(characters.slice(0, middle).join(""), options)) low = middle;
    else high = middle - 1;
  }
  let count = low;
  while (count > 1 && isCombining(characters[count]?.codePointAt(0) ?? 0)) count--;
  return characters.slice(0, count).join("");
}

function ellipsize(line: string, options: WrapOptions): string {
  const characters = [...line];
  while (characters.length > 0 && !fits(`${characters.join("").trimEnd()}…`, options)) {
    characters.pop();
  }
  return `${characters.join("").trimEnd()}…`;
}

function fits(line: string, options: WrapOptions): boolean {
  return measure(line, options.weight, options.size) <= options.width;
}
