/**
 * Where a text stops being JSON. `JSON.parse` tells the position only in some of its messages and
 * in some versions of the engine, and its other messages quote the text, which may hold a secret.
 */

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const MAX_DEPTH = 200;

/** @returns the offset of the first character that does not fit; undefined for JSON */
export function findSyntaxError(text: string): number | undefined {
  const scanner = { text, offset: 0 };
  const fits = readValue(scanner, 0);
  skip(scanner, SPACE);
  return fits && scanner.offset === text.length ? undefined : scanner.offset;
}

/** Line and column of an offset, both from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

interface Scanner {
  readonly text: string;
  offset: number;
}

/** Moves past what the sticky pattern matches here. */
function skip(scanner: Scanner, pattern: RegExp): boolean {
  pattern.lastIndex = scanner.offset;
  const found = pattern.exec(scanner.text);
  if (found === null) return false;
  scanner.offset += found[0].length;
  return true;
}

function skipMark(scanner: Scanner, mark: string): boolean {
  skip(scanner, SPACE);
  if (scanner.text[scanner.offset] !== mark) return false;
  scanner.offset += 1;
  return true;
}

/** Each reader leaves the scanner at the character that does not fit. */
function readValue(scanner: Scanner, depth: number): boolean {
  skip(scanner, SPACE);
  if (depth > MAX_DEPTH) return false;
  if (skipMark(scanner, "{")) {
    return readMembers(scanner, "}", () => readMember(scanner, depth));
  }
  if (skipMark(scanner, "[")) {
    return readMembers(scanner, "]", () => readValue(scanner, depth + 1));
  }
  return skip(scanner, STRING) || skip(scanner, SCALAR);
}

function readMembers(scanner: Scanner, end: string, readOne: () => boolean): boolean {
  if (skipMark(scanner, end)) return true;
  do {
    if (!readOne()) return false;
  } while (skipMark(scanner, ","));
  return skipMark(scanner, end);
}

function readMember(scanner: Scanner, depth: number): boolean {
  skip(scanner, SPACE);
  if (!skip(scanner, STRING)) return false;
  return skipMark(scanner, ":") && readValue(scanner, depth + 1);
}
