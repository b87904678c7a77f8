/** `@paymaster/fleet/figures`: what answers of the API come to. Pure, and without the store. */
export { dayAfter, daysBetween } from "./days.js";
export { isOpen, type OpenInvoices, openInvoices } from "./invoices.js";
export {
  byIdleCost,
  idleCost,
  type LicenceEntry,
  type LicenceLine,
  licenceEntries,
  licenceLine,
  licencesIn,
  PRICE_CURRENCY,
  PRICE_NOTE,
  sumByType,
} from "./licences.js";
export { roundMajor, toMajor, toMinor } from "./money.js";
export {
  byDate,
  type PlanEntry,
  planEntries,
  RENEWAL_NOTE,
  type RenewalLine,
  renewalLine,
  renewalsIn,
} from "./renewals.js";
export { overageCost, type StorageEntry, storageIn } from "./storage.js";
