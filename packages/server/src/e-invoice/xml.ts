/** XML as a tree of plain data, written out the same way every time. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
}

/** What may stand in a group; null and undefined are left out. */
export type XmlPart = XmlElement | null | undefined | readonly XmlPart[];

/** Longest text of one element. Names and addresses are far shorter where they come in. */
const MAX_TEXT = 2_000;
const MAX_DEPTH = 20;

/** An element with text. Without text there is no element: e-invoices must not hold empty ones. */
export function text(
  name: string,
  value: string | null | undefined,
  attributes: Readonly<Record<string, string>> = {},
): XmlElement | null {
  const content = cleanText(value ?? "");
  return content === "" ? null : { name, attributes, content };
}

/** An element with elements. Without any of them there is no element. */
export function group(name: string, ...parts: readonly XmlPart[]): XmlElement | null {
  const content = flatten(parts);
  return content.length === 0 ? null : { name, attributes: {}, content };
}

/** The document, UTF-8, one element a line. */
export function writeXml(
  name: string,
  namespaces: Readonly<Record<string, string>>,
  ...parts: readonly XmlPart[]
): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  write(lines, { name, attributes: namespaces, content: flatten(parts) }, 0);
  return `${lines.join("\n")}\n`;
}

/**
 * Text as an element may hold it: one line, without control characters and without what XML 1.0 has no
 * place for (halves of surrogate pairs, U+FFFE, U+FFFF), which becomes U+FFFD.
 */
export function cleanText(value: string): string {
  return value
    .slice(0, MAX_TEXT)
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, "\ufffd")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

function flatten(parts: readonly XmlPart[]): XmlElement[] {
  const elements: XmlElement[] = [];
  for (const part of parts) {
    if (part === null || part === undefined) continue;
    if (isList(part)) elements.push(...flatten(part));
    else elements.push(part);
  }
  return elements;
}

function isList(part: XmlElement | readonly XmlPart[]): part is readonly XmlPart[] {
  return Array.isArray(part);
}

function write(lines: string[], { name, attributes, content }: XmlElement, depth: number): void {
  if (depth > MAX_DEPTH) throw new Error(`${name} is nested too deep`);
  const indent = "  ".repeat(depth);
  let head = name;
  for (const [key, value] of Object.entries(attributes)) head += ` ${key}="${escapeXml(value)}"`;
  if (typeof content === "string") {
    lines.push(`${indent}<${head}>${escapeXml(content)}</${name}>`);
    return;
  }
  lines.push(`${indent}<${head}>`);
  for (const element of content) write(lines, element, depth + 1);
  lines.push(`${indent}</${name}>`);
}

function escapeXml(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
