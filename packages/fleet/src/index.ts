export { asText } from "./export/cell.js";
export { toCsv } from "./export/csv.js";
export { toJson } from "./export/json.js";
export { toParquet } from "./export/parquet.js";
export { toXlsx } from "./export/xlsx.js";
export { type DownloadOptions, downloadInvoices, planDownload } from "./invoices/download.js";
export type {
  DownloadEvent,
  DownloadSchedule,
  DownloadSummary,
  FileProblem,
} from "./invoices/events.js";
export {
  type Cell,
  type Column,
  type ColumnType,
  type Coverage,
  REPORT_NAMES,
  type Report,
  type ReportName,
} from "./report/report.js";
export { type ReportOptions, runReport, storeNowMs } from "./report/run.js";
export { listAccounts, type StoredAccount } from "./store/accounts.js";
export { openStore, ownerOf, type Store, StoreError } from "./store/store.js";
export { lastSync } from "./store/syncs.js";
export {
  type AgedKind,
  DEFAULT_MAX_AGES,
  type MaxAges,
  SKIP_REASONS,
  type SkipReason,
} from "./sync/due.js";
export type { Problem, Progress, SyncEvent, SyncSummary } from "./sync/events.js";
export { ACCOUNT_KINDS, type AccountKind, type Kind } from "./sync/kinds.js";
export type { FleetClient } from "./sync/list-accounts.js";
export { ServiceOutOfReachError } from "./sync/runner.js";
export type { DaySchedule, KindSchedule, Schedule } from "./sync/schedule.js";
export { stoppable } from "./sync/stoppable.js";
export { DEFAULT_KINDS, planSync, type SyncOptions, syncFleet } from "./sync/sync.js";
