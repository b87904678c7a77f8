/** What any call of the console may end in, in one form: what was wrong, where, and what to do. */
import { ApiError, PaymasterError, RateLimitError } from "@paymaster/client";

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export class Fault extends Error {
  override readonly name = "Fault";
  constructor(
    message: string,
    /** 0: there was no answer. */
    readonly status: number,
    readonly code: number,
    readonly problems: readonly FieldProblem[] = [],
    /** What the person can do about it, where that is known. */
    readonly advice: string | null = null,
  ) {
    super(message);
  }
}

export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof RateLimitError) {
    const at = error.retryAt;
    const advice =
      at === undefined
        ? "Wait a moment, then try again."
        : `The quota is there again at ${at.toISOString().slice(11, 19)} UTC. Limits shows what is left.`;
    return new Fault(error.message, error.status, error.code, [], advice);
  }
  if (error instanceof ApiError) {
    const problems = (error.errors ?? []).map(({ field, message }) => ({
      field: field ?? "",
      message,
    }));
    return new Fault(error.message, error.status, error.code, problems);
  }
  if (error instanceof PaymasterError || error instanceof TypeError) {
    return new Fault(
      "The server does not answer.",
      0,
      0,
      [],
      "Check that it runs, then try again.",
    );
  }
  return new Fault(error instanceof Error ? error.message : String(error), 0, 0);
}
