/** What the command's end says to a script; the table in README.md is the same. */
import {
  AbortError,
  ApiError,
  AuthenticationError,
  MissingScopeError,
  NetworkError,
  RateLimitError,
  TimeoutError,
  UnexpectedResponseError,
} from "@paymaster/client";

export const EXIT = {
  done: 0,
  /** Something that should not happen; worth a report. */
  failed: 1,
  /** The command line, a file or the environment is wrong; nothing was sent. */
  usage: 2,
  /** The credential was refused or lacks a scope. */
  authentication: 3,
  /** The service refused the request. */
  refused: 4,
  /** A quota is used up; the message says when it reopens. */
  rateLimited: 5,
  /** No usable answer; whether a write took effect is unknown. */
  noAnswer: 6,
  /** Interrupted (SIGINT). */
  aborted: 130,
} as const;

/** The command line or what it names is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof TypeError) return EXIT.usage;
  if (error instanceof RateLimitError) return EXIT.rateLimited;
  if (error instanceof AuthenticationError) return EXIT.authentication;
  if (error instanceof MissingScopeError) return EXIT.authentication;
  if (error instanceof ApiError) return EXIT.refused;
  if (error instanceof AbortError) return EXIT.aborted;
  if (
    error instanceof TimeoutError ||
    error instanceof NetworkError ||
    error instanceof UnexpectedResponseError
  ) {
    return EXIT.noAnswer;
  }
  return EXIT.failed;
}
