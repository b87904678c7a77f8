/** `fleet invoices download`: the invoices' files, under the quota, each one verified and fetched once. */
import { setMaxListeners } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type PdfDownload,
  type PlannerClock,
  type QuotaPlanner,
  systemClock,
} from "@paymaster/client";
import { type InvoiceFile, type InvoiceFilter, listFiles, recordFile } from "../store/files.js";
import { lockForSync, ownerOf, type Store, StoreError } from "../store/store.js";
import { callWithinQuota } from "../sync/call.js";
import type { FleetClient } from "../sync/list-accounts.js";
import { isOutage, type Outcome, outcomeOf } from "../sync/outcome.js";
import { serviceNow } from "../sync/service-now.js";
import type { DownloadEvent, DownloadSchedule, DownloadSummary, FileProblem } from "./events.js";
import { findKept, keepFile } from "./keep-file.js";
import { type Wanted, type WantedFiles, wantedFiles } from "./wanted.js";

const TOOL = "download_invoice_p_d_f";
/** Files are rendered on request: a few at once keep the line busy. */
const WORKERS = 4;
const MAX_OUTAGE = 10;
export const SUMS_FILE = "SHA256SUMS";

export interface DownloadOptions extends InvoiceFilter {
  readonly store: Store;
  readonly client: FleetClient;
  readonly quota: QuotaPlanner;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly stop: AbortSignal;
  /** Fetch those anew that were set aside. */
  readonly again?: boolean | undefined;
  /** The longest wait for the day's or an invoice's quota. */
  readonly maxOwnWaitMs: number;
  readonly onEvent?: ((event: DownloadEvent) => void) | undefined;
  readonly clock?: PlannerClock | undefined;
}

/** What a download would do. Sends nothing. */
export function planDownload(
  options: Pick<DownloadOptions, "store" | "quota" | "folder" | "again"> & InvoiceFilter,
): DownloadSchedule {
  const { wanted, kept, setAside } = find(options);
  const calls = wanted.map(({ invoice: { invoiceId } }) => ({
    tool: TOOL,
    input: { invoiceId },
    priority: "background" as const,
  }));
  const { days, finishMs } = options.quota.plan(calls);
  return {
    wanted: wanted.length,
    kept,
    set_aside: setAside,
    days,
    finishes_at: new Date(finishMs).toISOString(),
  };
}

/** @throws StoreError; PaymasterError when the credential is refused */
export async function downloadInvoices(options: DownloadOptions): Promise<DownloadSummary> {
  const { store } = options;
  setMaxListeners(0, options.signal, options.stop);
  const lock = lockForSync(store);
  try {
    assertSameService(options);
    const download = new Download(options, find(options));
    return await download.run();
  } finally {
    lock.release();
  }
}

function find(
  options: Pick<DownloadOptions, "store" | "folder" | "again"> & InvoiceFilter,
): WantedFiles {
  const { store, folder, again = false } = options;
  return wantedFiles(store.database, folder, options, again);
}

function assertSameService({ store, client }: DownloadOptions): void {
  const owner = ownerOf(store);
  if (owner === undefined) {
    throw new StoreError(`${store.path} is empty; paymaster fleet sync fills it`);
  }
  if (owner.baseUrl === client.baseUrl) return;
  throw new StoreError(`${store.path} is of ${owner.baseUrl}, not of ${client.baseUrl}`);
}

class Download {
  readonly #options: DownloadOptions;
  readonly #files: WantedFiles;
  readonly #now: () => string;
  readonly #problems: FileProblem[] = [];
  #next = 0;
  #fetched = 0;
  #bytes = 0;
  #setAside = 0;
  #outage = 0;
  #goesOnAt: string | undefined;
  #error: { readonly cause: unknown } | undefined;

  constructor(options: DownloadOptions, files: WantedFiles) {
    this.#options = options;
    this.#files = files;
    this.#now = serviceNow(options.quota, options.clock ?? systemClock);
  }

  async run(): Promise<DownloadSummary> {
    const { onEvent } = this.#options;
    const { wanted, kept } = this.#files;
    onEvent?.({ event: "schedule", wanted: wanted.length, kept });
    await Promise.all(Array.from({ length: WORKERS }, () => this.#work()));
    await this.#writeSums();
    if (this.#error !== undefined) throw this.#error.cause;
    const summary = this.#summary();
    onEvent?.({ event: "end", ...summary });
    return summary;
  }

  async #work(): Promise<void> {
    const { stop, signal } = this.#options;
    while (this.#next < this.#files.wanted.length && this.#goesOnAt === undefined) {
      if (stop.aborted || signal.aborted || this.#error !== undefined) return;
      const wanted = this.#files.wanted[this.#next];
      this.#next += 1;
      if (wanted === undefined) return;
      try {
        await this.#fetch(wanted);
      } catch (error) {
        // A disk that is full or a folder that may not be written: so will be the next one.
        this.#error ??= { cause: error };
      }
    }
  }

  async #fetch(wanted: Wanted): Promise<void> {
    const { folder } = this.#options;
    const { invoice, name } = wanted;
    const found = await findKept(folder, name, invoice, this.#now()).catch((error: Error) => error);
    if (found instanceof Error) return this.#tell(wanted, found.message);
    if (found !== undefined) return this.#record(wanted, found);
    const outcome = await this.#download(invoice.invoiceId);
    if (outcome.is === "read") {
      this.#outage = 0;
      const bytes = outcome.data as Uint8Array;
      this.#record(wanted, await keepFile(folder, name, invoice, bytes, outcome.at));
    } else this.#heed(wanted, outcome);
  }

  /** @returns the bytes as `data` */
  async #download(invoiceId: string): Promise<Outcome> {
    const { clock = systemClock, client, quota, maxOwnWaitMs, signal, stop } = this.#options;
    const context = { client, quota, clock, maxOwnWaitMs, signal, stop };
    const outcome = await callWithinQuota(context, TOOL, { invoiceId });
    if (outcome.is !== "read") return outcome;
    try {
      return { ...outcome, data: await (outcome.data as PdfDownload).bytes() };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  #heed(wanted: Wanted, outcome: Exclude<Outcome, { is: "read" }>): void {
    if (outcome.is === "stopped") return;
    if (outcome.is === "fatal") {
      this.#error ??= { cause: outcome.error };
      return;
    }
    // The day's files concern all that follow; an invoice's half hour only itself.
    const isDay = outcome.is === "deferred" && outcome.rule.includes(":day:");
    if (isDay) this.#goesOnAt ??= outcome.retryAt ?? undefined;
    else this.#tell(wanted, outcome.problem);
    if (!isOutage(outcome)) return;
    this.#outage += 1;
    if (this.#outage >= MAX_OUTAGE) {
      this.#error ??= { cause: new Error(`no answer any more: ${outcome.problem}`) };
    }
  }

  #record(wanted: Wanted, file: InvoiceFile): void {
    const { store, onEvent } = this.#options;
    recordFile(store.database, file);
    if (file.problem !== null) {
      this.#setAside += 1;
      this.#tell(wanted, `${file.problem}; kept as ${file.file}`);
      return;
    }
    this.#fetched += 1;
    this.#bytes += file.bytes;
    const { file: name, bytes, sha256 } = file;
    const counts = { done: this.#fetched, wanted: this.#files.wanted.length };
    onEvent?.({ event: "file", ...counts, file: name, bytes, sha256 });
  }

  #tell({ invoice }: Wanted, problem: string): void {
    const told: FileProblem = {
      invoice_id: invoice.invoiceId,
      invoice_number: invoice.number,
      account_name: invoice.accountName,
      problem,
    };
    this.#problems.push(told);
    this.#options.onEvent?.({ event: "problem", ...told });
  }

  /** For `sha256sum --check`. */
  async #writeSums(): Promise<void> {
    const { store, folder } = this.#options;
    const files = listFiles(store.database).filter(({ problem }) => problem === null);
    if (files.length === 0) return;
    const lines = files.map(({ sha256, file }) => `${sha256}  ${file}\n`);
    await writeFile(join(folder, SUMS_FILE), lines.join(""));
  }

  #summary(): DownloadSummary {
    const { wanted, kept, setAside } = this.#files;
    const left = wanted.length - this.#fetched - this.#setAside;
    const isStopped = this.#options.stop.aborted || this.#options.signal.aborted;
    const isPartial = left > 0 || this.#problems.length > 0;
    return {
      outcome: isStopped && left > 0 ? "stopped" : isPartial ? "partial" : "done",
      fetched: this.#fetched,
      bytes: this.#bytes,
      kept,
      set_aside: setAside + this.#setAside,
      left,
      ...(this.#goesOnAt === undefined ? {} : { goes_on_at: this.#goesOnAt }),
      problems: this.#problems,
    };
  }
}
