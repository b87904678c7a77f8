/** Which invoices' files are still to be fetched, and under which names. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "../store/driver.js";
import {
  type InvoiceFile,
  type InvoiceFilter,
  invoicesWithNumber,
  listFiles,
  type WantedInvoice,
} from "../store/files.js";
import { StoreError } from "../store/store.js";
import { invoiceFileName } from "./file-name.js";

export interface Wanted {
  readonly invoice: WantedInvoice;
  readonly name: string;
}

export interface WantedFiles {
  readonly wanted: readonly Wanted[];
  /** Files that are there. */
  readonly kept: number;
  /** Files that were set aside, and are not fetched again unless asked for. */
  readonly setAside: number;
}

/**
 * @param again fetch those anew that were set aside, or whose file is gone
 * @throws StoreError when files were fetched before and the folder has none of them
 */
export function wantedFiles(
  database: Database,
  folder: string,
  filter: InvoiceFilter,
  again: boolean,
): WantedFiles {
  const files = new Map(listFiles(database).map((file) => [file.invoiceId, file]));
  // Names that differ in case only are one name on some file systems.
  const taken = new Map<string, string>();
  for (const { file, invoiceId } of files.values()) taken.set(file.toLowerCase(), invoiceId);
  assertSameFolder(folder, [...files.values()], again);
  const wanted: Wanted[] = [];
  let kept = 0;
  let setAside = 0;
  for (const invoice of invoicesWithNumber(database, filter)) {
    const { invoiceId } = invoice;
    const file = files.get(invoiceId);
    if (file?.problem === null && existsSync(join(folder, file.file))) kept += 1;
    else if (file !== undefined && file.problem !== null && !again) setAside += 1;
    else wanted.push({ invoice, name: freeName(invoice, taken) });
  }
  return { wanted, kept, setAside };
}

/** Another folder by mistake would cost the quota of days. */
function assertSameFolder(folder: string, files: readonly InvoiceFile[], again: boolean): void {
  const fetched = files.filter(({ problem }) => problem === null);
  if (again || fetched.length === 0) return;
  if (fetched.some(({ file }) => existsSync(join(folder, file)))) return;
  throw new StoreError(
    `${fetched.length} files were fetched before, and none of them is in ${folder}: ` +
      "name their folder, or fetch them anew with --again",
  );
}

function freeName(invoice: WantedInvoice, taken: Map<string, string>): string {
  const { invoiceId } = invoice;
  const name = invoiceFileName(invoice);
  const isFree = (candidate: string) =>
    (taken.get(candidate.toLowerCase()) ?? invoiceId) === invoiceId;
  const free = isFree(name) ? name : name.replace(/\.pdf$/, ` ${invoiceId}.pdf`);
  taken.set(free.toLowerCase(), invoiceId);
  return free;
}
