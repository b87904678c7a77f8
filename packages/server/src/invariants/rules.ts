/** All rules, in the order in which they are checked and shown. */
import { auditRules } from "./audit-rules.js";
import type { Invariant } from "./invariant.js";
import { invoiceRules } from "./invoice-rules.js";
import { itemRules } from "./item-rules.js";
import { ledgerRules } from "./ledger-rules.js";
import { timeRules } from "./time-rules.js";

export const invariants: readonly Invariant[] = [
  ...ledgerRules,
  ...invoiceRules,
  ...itemRules,
  ...auditRules,
  ...timeRules,
];
