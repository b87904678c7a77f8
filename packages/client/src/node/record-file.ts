/**
 * The file that a quota store is kept in: a heading, then a line for each exchange with a checksum and
 * its records. Lines are only ever appended, by whoever holds the lock.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { QuotaRecord } from "../planner/store.js";
import { isCode } from "./file-lock.js";

const HEADING = "paymaster-quota 1 ";
const GENERATION_LENGTH = 16;
const HEADING_LENGTH = HEADING.length + GENERATION_LENGTH + 1;
const CHECKSUM_LENGTH = 8;
const NEWLINE = 0x0a;

/** How far a file has been read. */
export interface Position {
  /** Made anew whenever the file is. */
  readonly generation: string;
  readonly offset: number;
}

export interface Reading {
  /** The whole file, since it is not the one that was read last. */
  readonly isWhole: boolean;
  readonly records: readonly QuotaRecord[];
  readonly position: Position;
}

/**
 * Reads what has been appended since.
 * @returns "absent" without a file; "corrupt" when it holds anything that was not written here
 */
export function readNews(
  path: string,
  known: Position | undefined,
): Reading | "absent" | "corrupt" {
  let file: number;
  try {
    file = openSync(path, "r+");
  } catch (error) {
    if (isCode(error, "ENOENT")) return "absent";
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const heading = readAt(file, 0, Math.min(size, HEADING_LENGTH)).toString("latin1");
    const generation = generationIn(heading);
    if (generation === undefined) return "corrupt";
    const isWhole = known?.generation !== generation || known.offset > size;
    const start = isWhole ? HEADING_LENGTH : known.offset;
    const bytes = readAt(file, start, size - start);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    // Under the lock nobody writes: an unfinished line is that of a process that died over it, before
    // it had sent anything.
    if (end < bytes.length) ftruncateSync(file, start + end);
    const records = recordsIn(bytes.subarray(0, end));
    if (records === undefined) return "corrupt";
    return { isWhole, records, position: { generation, offset: start + end } };
  } finally {
    closeSync(file);
  }
}

/** @returns the offset behind it. @throws the file system's error; the file is then as it was before */
export function append(path: string, at: number, records: readonly QuotaRecord[]): number {
  const file = openSync(path, "r+");
  try {
    const line = lineOf(records);
    writeAll(file, line, at);
    return at + line.length;
  } catch (error) {
    ftruncateSync(file, at);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Puts a file with these records in the place of whatever is there, at once. */
export function writeAnew(path: string, records: readonly QuotaRecord[]): Position {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const generation = randomBytes(GENERATION_LENGTH / 2).toString("hex");
  const heading = Buffer.from(`${HEADING}${generation}\n`, "latin1");
  const content = records.length === 0 ? heading : Buffer.concat([heading, lineOf(records)]);
  const draft = `${path}.new`;
  const file = openSync(draft, "w", 0o600);
  try {
    writeAll(file, content, 0);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  return { generation, offset: content.length };
}

function generationIn(heading: string): string | undefined {
  if (heading.length !== HEADING_LENGTH || !heading.startsWith(HEADING)) return undefined;
  const generation = heading.slice(HEADING.length, -1);
  return /^[0-9a-f]+$/.test(generation) && heading.endsWith("\n") ? generation : undefined;
}

function recordsIn(bytes: Buffer): QuotaRecord[] | undefined {
  const records: QuotaRecord[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    const line = bytes.subarray(start, end);
    const text = line.subarray(CHECKSUM_LENGTH + 1);
    const checksum = line.subarray(0, CHECKSUM_LENGTH).toString("latin1");
    if (checksum !== checksumOf(text)) return undefined;
    for (const record of JSON.parse(text.toString("utf8")) as QuotaRecord[]) records.push(record);
    start = end + 1;
  }
  return records;
}

function lineOf(records: readonly QuotaRecord[]): Buffer {
  const text = Buffer.from(JSON.stringify(records), "utf8");
  return Buffer.concat([Buffer.from(`${checksumOf(text)} `, "latin1"), text, Buffer.from("\n")]);
}

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(CHECKSUM_LENGTH, "0");
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, bytes, read, length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
}
