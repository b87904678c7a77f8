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
  failed: 1,
  usage: 2,
  authentication: 3,
  refused: 4,
  rateLimited: 5,
  noAnswer: 6,
  partly: 7,
  differs: 8,
  aborted: 130,
} as const;

/** In words, for the help. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done",
  failed: "something that should not happen",
  usage: "the command line, a file or the environment is wrong; nothing was sent",
  authentication: "the credential was refused or lacks a scope",
  refused: "the service refused the request",
  rateLimited: "a quota is used up; the message says when it reopens",
  noAnswer: "no usable answer; whether a write took effect is unknown",
  partly: "some of it was not done; the report says what",
  differs: "diff --exit-code: something would change",
  aborted: "interrupted",
};

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
