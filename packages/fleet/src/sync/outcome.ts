/** What came of a call, as far as a sync goes. */
import {
  AbortError,
  ApiError,
  AuthenticationError,
  MissingScopeError,
  NetworkError,
  PaymasterError,
  QuotaStoreError,
  RateLimitError,
  TimeoutError,
  UnexpectedResponseError,
} from "@paymaster/client";

/**
 * none: there is nothing to read, says the service. gone: the account is no longer there. deferred: its
 * own quota is closed for longer than one wants to wait. stopped: nobody wants it any more.
 */
export type Outcome =
  | { readonly is: "read"; readonly data: unknown; readonly at: string }
  | { readonly is: "none" | "gone"; readonly problem: string }
  | {
      readonly is: "deferred";
      readonly problem: string;
      readonly retryAt: string | null;
      /** The planner's name of the rule that is closed. */
      readonly rule: string;
    }
  | { readonly is: "failed"; readonly problem: string; readonly code: string }
  | { readonly is: "stopped" }
  | { readonly is: "fatal"; readonly error: unknown };

/** Errors of the contract that say that an account has none of what was asked for. */
const NOTHING_THERE: ReadonlySet<string> = new Set(["selfPayMode", "paidAccountOnly"]);

/** @param error of a call; one that is about a quota is not for here */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof AbortError) return { is: "stopped" };
  // Whatever comes next would end the same way.
  const isFatal =
    !(error instanceof PaymasterError) ||
    error instanceof AuthenticationError ||
    error instanceof MissingScopeError ||
    error instanceof QuotaStoreError;
  if (isFatal) return { is: "fatal", error };
  const problem = error.message;
  const name = error instanceof ApiError ? error.errorName : undefined;
  if (name === "accountNotFound") return { is: "gone", problem };
  if (name !== undefined && NOTHING_THERE.has(name)) return { is: "none", problem };
  return { is: "failed", problem, code: codeOf(error) };
}

function codeOf(error: PaymasterError): string {
  if (error instanceof RateLimitError) return "quota";
  if (error instanceof ApiError) return String(error.code);
  if (error instanceof TimeoutError) return "timeout";
  if (error instanceof NetworkError) return "network";
  return error instanceof UnexpectedResponseError ? `http_${error.status}` : "error";
}

/** Says nothing about the account that was asked for, but about the service as a whole. */
export function isOutage(outcome: Outcome): boolean {
  return outcome.is === "failed" && /^(network|timeout|http_5\d\d)$/.test(outcome.code);
}
