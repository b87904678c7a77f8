/** `@paymaster/client/node`: what needs a file system. */
export { type FileQuotaStoreOptions, fileQuotaStore } from "./file-quota-store.js";
export {
  type QuotaCaller,
  quotaFile,
  serviceFileName,
  sharedQuotaStore,
  stateFolder,
} from "./state-folder.js";
