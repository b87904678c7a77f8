/**
 * Renders invoices on threads of their own, so that a long one does not hold up requests. Threads start
 * with the first document, one at a time take one document, and are replaced when they crash or overrun.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type InvoiceDocument, InvoiceDocumentError } from "./document.js";
import type { RenderReply, RenderRequest } from "./worker.js";

export interface PdfPool {
  /**
   * The invoice as PDF. Rejects with `InvoiceDocumentError` (the document is wrong), `PdfPoolBusyError`
   * (try again later), `PdfTimeoutError`, `PdfWorkerError` (the thread died) or `PdfPoolClosedError`.
   */
  render(document: InvoiceDocument): Promise<Buffer>;
  /** Lets documents under way finish, rejects those that wait, ends the threads. May be repeated. */
  close(): Promise<void>;
  /** Documents under way and in the queue, at this moment. */
  load(): PdfLoad;
  /** thread: rendered elsewhere. inline: on the calling thread, since there is no compiled worker. */
  readonly mode: "thread" | "inline";
}

export interface PdfLoad {
  readonly rendering: number;
  readonly waiting: number;
}

export interface PdfPoolOptions {
  readonly workers?: number;
  /** Most documents that wait for a thread; a further one is refused. */
  readonly maxQueued?: number;
  /** From the start of the rendering; waiting in the queue does not count. */
  readonly timeoutMs?: number;
  /** Compiled worker; another one serves tests of the pool itself. */
  readonly workerUrl?: URL;
}

export const DEFAULT_WORKERS = 1;
export const MAX_WORKERS = 16;
export const DEFAULT_MAX_QUEUED = 500;
export const DEFAULT_TIMEOUT_MS = 30_000;

export class PdfPoolBusyError extends Error {
  override readonly name = "PdfPoolBusyError";
}
export class PdfPoolClosedError extends Error {
  override readonly name = "PdfPoolClosedError";
}
export class PdfTimeoutError extends Error {
  override readonly name = "PdfTimeoutError";
}
export class PdfWorkerError extends Error {
  override readonly name = "PdfWorkerError";
}

export function createPdfPool(options: PdfPoolOptions = {}): PdfPool {
  const workerUrl = options.workerUrl ?? compiledWorker();
  if (workerUrl === null) return createInlinePdfPool();
  return new ThreadPool(workerUrl, options);
}

/**
 * Beside this module when it is compiled; in `dist` when it is read as TypeScript (tests), where a thread
 * could not load it. null: nothing is compiled yet.
 */
function compiledWorker(): URL | null {
  const isSource = import.meta.url.endsWith(".ts");
  const path = isSource ? "../../dist/invoice-pdf/worker.js" : "./worker.js";
  const url = new URL(path, import.meta.url);
  return existsSync(fileURLToPath(url)) ? url : null;
}

/** A pool without threads: every document holds up its caller. */
export function createInlinePdfPool(): PdfPool {
  let isClosed = false;
  let rendering = 0;
  return {
    mode: "inline",
    render: async (document) => {
      if (isClosed) throw new PdfPoolClosedError("the PDF pool is closed");
      rendering += 1;
      try {
        // Loaded here only: fonts and pdfkit are nothing for a thread that leaves rendering to others.
        const { renderInvoicePdf } = await import("./render.js");
        return await renderInvoicePdf(document);
      } finally {
        rendering -= 1;
      }
    },
    load: () => ({ rendering, waiting: 0 }),
    close: async () => {
      isClosed = true;
    },
  };
}

interface Job {
  readonly id: number;
  readonly document: InvoiceDocument;
  readonly resolve: (pdf: Buffer) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | null;
  timer: NodeJS.Timeout | null;
}

class ThreadPool implements PdfPool {
  readonly mode = "thread";
  readonly #url: URL;
  readonly #maxWorkers: number;
  readonly #maxQueued: number;
  readonly #timeoutMs: number;
  readonly #threads = new Set<Thread>();
  readonly #queue: Job[] = [];
  #nextId = 1;
  #closing: Promise<void> | null = null;
  #onIdle: (() => void) | null = null;

  constructor(url: URL, options: PdfPoolOptions) {
    this.#url = url;
    this.#maxWorkers = within(options.workers ?? DEFAULT_WORKERS, 1, MAX_WORKERS);
    this.#maxQueued = within(options.maxQueued ?? DEFAULT_MAX_QUEUED, 0, 1_000_000);
    this.#timeoutMs = within(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 1, 3_600_000);
  }

  render(document: InvoiceDocument): Promise<Buffer> {
    if (this.#closing !== null) {
      return Promise.reject(new PdfPoolClosedError("the PDF pool is closed"));
    }
    const thread = this.#freeThread();
    if (thread === null && this.#queue.length >= this.#maxQueued) {
      const message = `${this.#queue.length} invoices already wait to be rendered`;
      return Promise.reject(new PdfPoolBusyError(message));
    }
    return new Promise((resolve, reject) => {
      const job = { id: this.#nextId++, document, resolve, reject };
      if (thread === null) this.#queue.push(job);
      else this.#start(thread, job);
    });
  }

  load(): PdfLoad {
    const rendering = [...this.#threads].filter(({ job }) => job !== null).length;
    return { rendering, waiting: this.#queue.length };
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    for (const job of this.#queue.splice(0)) {
      job.reject(new PdfPoolClosedError("the PDF pool was closed before this invoice's turn"));
    }
    if (this.#isRendering()) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    const threads = [...this.#threads];
    this.#threads.clear();
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #isRendering(): boolean {
    return [...this.#threads].some((thread) => thread.job !== null);
  }

  #freeThread(): Thread | null {
    for (const thread of this.#threads) if (thread.job === null) return thread;
    return this.#threads.size < this.#maxWorkers ? this.#spawn() : null;
  }

  #spawn(): Thread {
    const worker = new Worker(this.#url, { name: "invoice-pdf" });
    const thread: Thread = { worker, job: null, timer: null };
    worker.unref(); // an idle thread keeps no process alive
    worker.on("message", (reply: RenderReply) => this.#finished(thread, reply));
    worker.on("error", (error: Error) => {
      this.#lost(thread, new PdfWorkerError(`the rendering thread failed: ${error.message}`));
    });
    worker.on("exit", (code) => {
      this.#lost(thread, new PdfWorkerError(`the rendering thread ended with code ${code}`));
    });
    this.#threads.add(thread);
    return thread;
  }

  #start(thread: Thread, job: Job): void {
    thread.job = job;
    thread.worker.ref();
    thread.timer = setTimeout(() => {
      this.#lost(thread, new PdfTimeoutError(`an invoice took over ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
    const request: RenderRequest = { id: job.id, document: job.document };
    try {
      thread.worker.postMessage(request);
    } catch (error) {
      // Something in it cannot be cloned, so it is no plain data.
      this.#release(thread)?.reject(new InvoiceDocumentError(String(error)));
      this.#next(thread);
    }
  }

  #finished(thread: Thread, reply: RenderReply): void {
    if (thread.job?.id !== reply.id) return;
    const job = this.#release(thread);
    if ("pdf" in reply) {
      const { buffer, byteOffset, byteLength } = reply.pdf;
      job?.resolve(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));
    } else {
      job?.reject(toError(reply.error));
    }
    this.#next(thread);
  }

  /** The thread is gone or must go: its document fails, the next one gets a new thread. */
  #lost(thread: Thread, error: Error): void {
    if (!this.#threads.delete(thread)) return;
    this.#release(thread)?.reject(error);
    void thread.worker.terminate();
    if (this.#queue.length > 0) this.#next(this.#spawn());
    else this.#settle();
  }

  #release(thread: Thread): Job | null {
    const { job } = thread;
    if (thread.timer !== null) clearTimeout(thread.timer);
    thread.timer = null;
    thread.job = null;
    thread.worker.unref();
    return job;
  }

  #next(thread: Thread): void {
    const job = this.#queue.shift();
    if (job) this.#start(thread, job);
    else this.#settle();
  }

  #settle(): void {
    if (!this.#isRendering()) this.#onIdle?.();
  }
}

function toError({ name, message }: { name: string; message: string }): Error {
  if (name === "InvoiceDocumentError") return new InvoiceDocumentError(message);
  return new PdfWorkerError(`${name}: ${message}`);
}

function within(value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${value} is not a whole number from ${least} to ${most}`);
}
