/**
 * Errors of taking over an existing account with a transfer code, which 2026 adds to POST accounts. The
 * codes and their meaning are documented; the published wording is not on record, so the messages here
 * state the meaning.
 */
import type { WireError } from "../operation.js";
import { badRequest, type ErrorDetails } from "./define.js";

const DOCUMENTED: ErrorDetails = {
  source: ["D26"],
  documentedIn: ["2026"],
  confidence: "inferred",
};

function transfer(code: number, message: string): WireError {
  return badRequest(code, message, {
    ...DOCUMENTED,
    unreachable: "Accounts are never transferred here, so that no transfer code is ever valid.",
  });
}

export const accountTransferErrors = {
  transferDisabled: transfer(11101, "Account transfer is disabled."),
  /** What every transfer code gets here; 2021 requests have no member for one. */
  transferTokenInvalid: badRequest(11102, "The transfer token is invalid.", {
    ...DOCUMENTED,
    reachableIn: ["2026"],
  }),
  transferEmailUnknown: transfer(11103, "The email address is not known."),
  transferEmailMismatch: transfer(11104, "The email address does not match."),
  transferExpired: transfer(11105, "The transfer has expired."),
  transferMasterMismatch: transfer(11106, "The master account's number does not match."),
  transferUsed: transfer(11107, "The transfer was already used."),
  transferFreeOnly: transfer(11108, "Only free accounts can be transferred."),
  transferProcessing: transfer(11109, "The transfer is still being processed."),
  transferExists: transfer(11110, "The transfer already exists."),
  transferHasNoSubAccounts: transfer(11111, "Accounts with sub accounts cannot be transferred."),
  transferFreeAccountsOnly: transfer(11112, "Only free accounts can be transferred."),
} as const;
