/** Errors that several operations have word for word. Each operation picks those that it documents. */
import type { WireError } from "../operation.js";
import { badRequest, multipleChoices2021, notFound, ok2021 } from "./statuses.js";

export const accountNotFound = {
  code: 2001,
  message: "Account does not exist: {subAccountId}.",
  status: notFound,
  source: ["OAD", "D26"],
  confidence: "documented",
} as const satisfies WireError;

/** The three invoice operations answer the same under HTTP 400. */
export const accountNotFoundUnder400 = {
  ...accountNotFound,
  status: badRequest,
} as const satisfies WireError;

export const invoiceNotFound = {
  code: 2001,
  message: "InvoiceId does not exist: {invoiceId}.",
  status: badRequest,
  source: ["OAD", "D26"],
  confidence: "documented",
} as const satisfies WireError;

export const selfPayMode = {
  code: 2100,
  message: "This sub account is on self pay mode.",
  status: badRequest,
  source: ["OAD", "D26"],
  confidence: "documented",
} as const satisfies WireError;

export const bulkLicenses = {
  code: 2100,
  message:
    "Master accounts with bulk licenses cannot provision, update, or cancel plans for sub accounts using APIs, please use the billing portal or contact Support.",
  status: badRequest,
  source: ["OAD", "D26"],
  confidence: "documented",
} as const satisfies WireError;

/** POST plans documents it; POST accounts answers the same, since the flag is about adding accounts. */
export const mayNotAddSubAccounts = {
  code: 2100,
  message:
    "You cannot add a sub account because your master account owner prevented you from adding one.",
  status: badRequest,
  source: ["OAD", "D26"],
  confidence: "documented",
} as const satisfies WireError;

export const userNotFound = {
  code: 1001,
  message: "User does not exist.",
  status: notFound,
  source: ["OAD", "D26"],
  confidence: "documented",
  unreachable: "There are no users here: a token stands for an account.",
} as const satisfies WireError;

export const specialCharacters = {
  code: 300,
  message: 'Your request was not accepted because "{field}" contains special character(s).',
  status: badRequest,
  documentedIn: ["2026"],
  source: ["D26"],
  confidence: "documented",
} as const satisfies WireError;

/** Add-ons of an account without a paid base plan: POST and PUT addons. */
export const addonsUnderFreePlan = {
  code: 2100,
  message: "Cannot update Additional plan for a sub account under free plan.",
  status: badRequest,
  source: ["OAD", "D26"],
  confidence: "documented",
} as const satisfies WireError;

/** PUT base and PUT addons. */
export const planTypesDoNotMatch = {
  code: 300,
  message: "Plan types do not match, oldPlanType: {oldPlanType} newPlanType: {newPlanType}.",
  status: multipleChoices2021,
  documentedIn: ["2021"],
  source: ["OAD"],
  confidence: "documented",
} as const satisfies WireError;

/** Both cancellations; 2026 words that of add-ons differently. */
export const vipOrTrialCannotCancel = {
  code: 200,
  message:
    "Free trial and VIP accounts can not cancel plans of a sub account. Contact the Zoom Support team for details.",
  status: ok2021,
  source: ["OAD", "D26"],
  confidence: "documented",
} as const satisfies WireError;

/** Both cancellations. */
export const bundleCannotBeCancelled = {
  code: 2100,
  message:
    "You cannot make cancellation requests for a bundle plan. Contact the Zoom Support team for details.",
  status: badRequest,
  source: ["OAD", "D26"],
  confidence: "documented",
  unreachable: "Bundles cannot be bought here: their codes are not published.",
} as const satisfies WireError;
