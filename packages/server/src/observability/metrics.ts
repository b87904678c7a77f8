/** The numbers of a server process, for Prometheus: one registry a server, filled where things happen. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Pool } from "../database/pool.js";
import type { PdfPool } from "../invoice-pdf/pool.js";
import { addBillRunMetrics } from "./bill-run-metrics.js";
import type { BooksWatch } from "./books-watch.js";
import { createQuotaCounts, type QuotaCounts } from "./quota-counts.js";

export interface Metrics {
  readonly quotas: QuotaCounts;
  /** Counts a request that was answered. */
  request(route: RouteName, status: number, seconds: number): void;
  /** What the process depends on, once it is there. */
  watch(parts: WatchedParts): void;
  /** The text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** An operation of the contract by its tool name, anything else by its path. */
export interface RouteName {
  readonly operation: string;
  readonly method: string;
}

export interface WatchedParts {
  readonly pool: Pool;
  readonly pdfPool: PdfPool;
  readonly books: BooksWatch;
}

/** Seconds: reads take single milliseconds, changes tens of them, a PDF or a bill run longer. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "paymaster_http_requests_total",
    help: "Requests answered, by operation (or path), method and status.",
    labelNames: ["operation", "method", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "paymaster_http_request_duration_seconds",
    help: "Time from the head of a request to the end of its answer.",
    labelNames: ["operation", "method"],
    buckets: BUCKETS,
    registers,
  });
  const quotas = createQuotaCounts(registers);
  let refresh = async () => {};
  return {
    quotas,
    request({ operation, method }, status, seconds) {
      requests.inc({ operation, method, status: String(status) });
      durations.observe({ operation, method }, seconds);
    },
    watch(parts) {
      addPoolMetrics(registers, parts.pool);
      addPdfMetrics(registers, parts.pdfPool);
      addBooksMetrics(registers, parts.books);
      refresh = addBillRunMetrics(registers, parts.pool);
    },
    async text() {
      await refresh();
      const [own, process] = await Promise.all([registry.metrics(), processRegistry().metrics()]);
      return `${own}${process}`;
    },
    contentType: registry.contentType,
  };
}

let ofProcess: Registry | undefined;

/** CPU, memory, event loop and the like: they belong to the process, however many servers it runs. */
function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

function addPoolMetrics(registers: Registry[], pool: Pool): void {
  new Gauge({
    name: "paymaster_database_connections",
    help: "Connections of this process to PostgreSQL; waiting: requests that wait for one.",
    labelNames: ["state"],
    registers,
    collect() {
      this.set({ state: "idle" }, pool.idleCount);
      this.set({ state: "busy" }, pool.totalCount - pool.idleCount);
      this.set({ state: "waiting" }, pool.waitingCount);
    },
  });
}

function addPdfMetrics(registers: Registry[], pdfPool: PdfPool): void {
  new Gauge({
    name: "paymaster_pdf_documents",
    help: "Invoices that are being rendered, and that wait for it.",
    labelNames: ["state"],
    registers,
    collect() {
      const { rendering, waiting } = pdfPool.load();
      this.set({ state: "rendering" }, rendering);
      this.set({ state: "waiting" }, waiting);
    },
  });
}

function addBooksMetrics(registers: Registry[], books: BooksWatch): void {
  new Gauge({
    name: "paymaster_invariant_ok",
    help: "1: the rule of the books held when this process last checked it; 0: it did not.",
    labelNames: ["check"],
    registers,
    collect() {
      for (const { name, ok } of books.last()?.checks ?? []) this.set({ check: name }, ok ? 1 : 0);
    },
  });
  new Gauge({
    name: "paymaster_invariants_checked_timestamp_seconds",
    help: "When this process last checked the books; 0: not yet.",
    registers,
    collect() {
      this.set((books.last()?.at.getTime() ?? 0) / 1_000);
    },
  });
  new Gauge({
    name: "paymaster_invariants_check_seconds",
    help: "How long that check took.",
    registers,
    collect() {
      this.set(books.last()?.seconds ?? 0);
    },
  });
}
