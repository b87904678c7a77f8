/** Files that a command fetches. */
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { PdfDownload } from "@paymaster/client";
import { UsageError } from "./exit-codes.js";
import type { Output } from "./output.js";

export function isDownload(data: unknown): data is PdfDownload {
  return typeof data === "object" && data !== null && "stream" in data && "filename" in data;
}

/**
 * @param file a name, `-` for standard output, or undefined for the service's file name here
 * @throws UsageError when the file exists already: an invoice is not overwritten
 */
export async function saveDownload(
  download: PdfDownload,
  file: string | undefined,
  output: Output,
): Promise<void> {
  const source = Readable.fromWeb(download.stream as ReadableStream);
  if (file === "-") {
    await pipeline(source, process.stdout, { end: false });
    return;
  }
  const target = file ?? download.filename;
  try {
    await pipeline(source, createWriteStream(target, { flags: "wx" }));
  } catch (error) {
    if ((error as { code?: unknown }).code === "EEXIST") {
      throw new UsageError(`${target} exists already; name another one with --output`);
    }
    // Half a file must not look like an invoice.
    await rm(target, { force: true });
    throw error;
  }
  output.say(`Saved ${target}.`);
}
