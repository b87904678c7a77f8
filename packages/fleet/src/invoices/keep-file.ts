/** Puts a downloaded file where it belongs: whole or not at all, and nothing is overwritten. */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { InvoiceFile, WantedInvoice } from "../store/files.js";
import { checkPdf } from "./check-pdf.js";

/**
 * Looks for a file that an earlier run has put there and could not write down any more.
 * @returns undefined: there is none
 * @throws Error when something else is in its place
 */
export async function findKept(
  folder: string,
  name: string,
  invoice: WantedInvoice,
  at: string,
): Promise<InvoiceFile | undefined> {
  const bytes = await readFile(join(folder, name)).catch((error: { code?: unknown }) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const problem = await checkPdf(bytes, invoice.number);
  if (problem === undefined) return describe(invoice, name, bytes, at, null);
  throw new Error(`${name} is in the way: ${problem}. Move it away, or name another folder`);
}

/** One that is not the invoice is kept beside, as `<name>.unverified`, for a person to look at. */
export async function keepFile(
  folder: string,
  name: string,
  invoice: WantedInvoice,
  bytes: Uint8Array,
  at: string,
): Promise<InvoiceFile> {
  const problem = (await checkPdf(bytes, invoice.number)) ?? null;
  const kept = problem === null ? name : `${name}.unverified`;
  const path = join(folder, kept);
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  try {
    const file = await open(part, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return describe(invoice, kept, bytes, at, problem);
}

function describe(
  { invoiceId }: WantedInvoice,
  file: string,
  bytes: Uint8Array,
  fetchedAt: string,
  problem: string | null,
): InvoiceFile {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { invoiceId, file, bytes: bytes.byteLength, sha256, fetchedAt, problem };
}
