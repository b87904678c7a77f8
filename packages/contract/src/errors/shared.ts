/** Errors that several operations document with the same words. */
import { badRequest, notFound } from "./define.js";

const BOTH = ["OAD", "D26"] as const;

/** Most operations say 404; the three invoice operations say 400. */
export const accountNotFound = notFound(2001, "Account does not exist: {subAccountId}.", {
  source: BOTH,
});
export const accountNotFoundUnder400 = badRequest(2001, "Account does not exist: {subAccountId}.", {
  source: BOTH,
});

export const selfPayMode = badRequest(2100, "This sub account is on self pay mode.", {
  source: BOTH,
});

export const bulkLicenses = badRequest(
  2100,
  "Master accounts with bulk licenses cannot provision, update, or cancel plans for sub accounts using APIs, please use the billing portal or contact Support.",
  { source: BOTH },
);

export const userNotFound = notFound(1001, "User does not exist.", {
  source: BOTH,
  unreachable: "Calls act for an account; no user stands behind a token here.",
});

export const invoiceNotFound = badRequest(2001, "InvoiceId does not exist: {invoiceId}.", {
  source: BOTH,
});

export const specialCharacters = badRequest(
  300,
  'Your request was not accepted because "{field}" contains special character(s).',
  { source: ["D26"], documentedIn: ["2026"], reachableIn: ["2026"] },
);

/** Answers a request to cancel or change while a bundle is held. */
export const NO_BUNDLES = "No account holds a bundle here: their codes are not published.";

export const cancelBundle = badRequest(
  2100,
  "You cannot make cancellation requests for a bundle plan. Contact the Zoom Support team for details.",
  { source: BOTH, unreachable: NO_BUNDLES },
);

export const mayNotAddSubAccounts = badRequest(
  2100,
  "You cannot add a sub account because your master account owner prevented you from adding one.",
  { source: BOTH },
);
