/**
 * Deflate for the streams of a PDF, by fflate: the zlib inside Node gives other bytes in other versions
 * and on other processors.
 */
import { zlibSync } from "fflate";

const LEVEL = 6;
/** Bytes that stand in many files unchanged, with their compressed form once it is known. */
const reusable = new WeakMap<Uint8Array, Uint8Array | null>();

/** Marks bytes that nobody changes any more and that will be compressed again: it is then done once. */
export function reuse(bytes: Uint8Array): Uint8Array {
  if (!reusable.has(bytes)) reusable.set(bytes, null);
  return bytes;
}

/** The parts, one after the other, as one zlib stream. */
export function compress(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length !== 1 || first === undefined || !reusable.has(first)) {
    return zlibSync(Buffer.concat(parts), { level: LEVEL });
  }
  const known = reusable.get(first) ?? zlibSync(first, { level: LEVEL });
  reusable.set(first, known);
  return known;
}
