/** Reports over the store: nothing is asked of the service. */
import { type PriceBook, shippedPriceBook } from "@paymaster/contract";
import { ownerOf, type Store, StoreError } from "../store/store.js";
import { licenceReport } from "./licences.js";
import { overdueReport } from "./overdue.js";
import { renewalReport } from "./renewals.js";
import type { Report, ReportName } from "./report.js";
import { storageReport } from "./storage.js";

export interface ReportOptions {
  readonly store: Store;
  /** Default: the shipped one. */
  readonly book?: PriceBook | undefined;
  /** `YYYY-MM-DD`. Default: today, on the service's clock. */
  readonly day?: string | undefined;
}

/** @throws StoreError when nothing was synced yet */
export function runReport(name: ReportName, { store, book, day }: ReportOptions): Report {
  const today = day ?? todayOf(store);
  const { database } = store;
  const prices = book ?? shippedPriceBook;
  const isShipped = book === undefined;
  if (name === "licences") return licenceReport(database, today, prices, isShipped);
  if (name === "renewals") return renewalReport(database, today, prices, isShipped);
  if (name === "storage") return storageReport(database, today, prices, isShipped);
  return overdueReport(database, today);
}

/** The present instant on the service's clock, as far as the last sync has shown it. */
export function storeNowMs(store: Store): number {
  const owner = ownerOf(store);
  if (owner === undefined) {
    throw new StoreError(`${store.path} is empty; paymaster fleet sync fills it`);
  }
  return Date.now() + owner.clockAheadMs;
}

function todayOf(store: Store): string {
  return new Date(storeNowMs(store)).toISOString().slice(0, 10);
}
