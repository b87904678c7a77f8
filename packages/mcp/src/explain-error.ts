/** Tells an assistant what went wrong and what to do next, in words that need no manual. */
import {
  AbortError,
  ApiError,
  AuthenticationError,
  MissingScopeError,
  NetworkError,
  QueueFullError,
  QuotaStoreError,
  RateLimitError,
  TimeoutError,
  UnexpectedResponseError,
} from "@paymaster/client";
import type { Operation } from "@paymaster/contract";

export interface ErrorContext {
  readonly operation: Operation;
  /** Where the credential comes from, e.g. `authentication[0] of billing.json`. */
  readonly credentialOrigin: string;
}

/** @returns two sentences or a few: what happened, then what to do */
export function explainError(error: unknown, context: ErrorContext): string {
  if (error instanceof RateLimitError) return explainRateLimit(error);
  if (error instanceof MissingScopeError) return explainScope(error, context);
  if (error instanceof AuthenticationError) {
    return `Not authenticated: ${error.message} The credential comes from ${context.credentialOrigin}; the person who runs this server has to correct it there and start it again.`;
  }
  if (error instanceof ApiError) return explainRefusal(error, context.operation);
  if (error instanceof AbortError) return "Cancelled.";
  if (
    error instanceof TimeoutError ||
    error instanceof NetworkError ||
    error instanceof UnexpectedResponseError
  ) {
    return `The service gave no usable answer: ${error.message}. ${afterNoAnswer(context.operation)}`;
  }
  if (error instanceof QueueFullError || error instanceof QuotaStoreError) {
    return `Nothing was sent: ${error.message}. Try again in a minute.`;
  }
  if (error instanceof TypeError && namesParameter(error.message, context.operation)) {
    return `These arguments cannot be sent: ${error.message}. Nothing was sent.`;
  }
  return `This server failed: ${error instanceof Error ? error.message : String(error)}`;
}

/** The client refuses some texts in a path, such as `..`, by the parameter's name. */
function namesParameter(message: string, { params, query }: Operation): boolean {
  const schemas = [params, query] as readonly ({ readonly properties?: object } | null)[];
  return schemas
    .flatMap((schema) => Object.keys(schema?.properties ?? {}))
    .some((name) => message.startsWith(`${name} `));
}

function explainRefusal(error: ApiError, operation: Operation): string {
  const lines = [`The service refused (code ${error.code}): ${error.message}`];
  for (const { field, message } of error.errors) lines.push(`- ${field}: ${message}`);
  if (error.errors.length > 0) lines.push("Correct these arguments and call the tool again.");
  if (error.status >= 500) lines.push(afterNoAnswer(operation));
  if (error.trackingId !== undefined) lines.push(`Tracking id for support: ${error.trackingId}`);
  return lines.join("\n");
}

function explainScope(error: MissingScopeError, { operation, credentialOrigin }: ErrorContext) {
  const { classic, granular } = operation.scopes;
  const wanted = new Set([...error.scopes, ...classic, ...granular]);
  return `${error.message} The credential from ${credentialOrigin} lacks a scope. Ask the administrator of the master account to grant it one of these: ${[...wanted].join(", ")}.`;
}

function explainRateLimit(error: RateLimitError): string {
  const { category, type, limit } = error.rateLimit ?? {};
  const details = [category, type, limit === undefined ? undefined : `limit ${limit}`]
    .filter((detail) => detail !== undefined)
    .join(", ");
  const quota = details === "" ? "" : ` (${details})`;
  const said = error.sent
    ? `A quota is used up${quota}: ${error.message}`
    : `A quota is used up${quota}; nothing was sent.`;
  if (error.retryAt === undefined) return `${said} Wait a minute before calling again.`;
  const wait =
    error.retryAfterMs === undefined
      ? "on the service's clock"
      : `${inWords(error.retryAfterMs)} from now`;
  return `${said} It reopens at ${inSeconds(error.retryAt)}, ${wait}. Do not call this tool before then.`;
}

/** ISO, rounded up: a second too early is refused. */
function inSeconds(instant: Date): string {
  const seconds = Math.ceil(instant.getTime() / 1000);
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** A duration for people, rounded up to what matters. */
export function inWords(durationMs: number): string {
  const seconds = Math.max(1, Math.ceil(durationMs / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function afterNoAnswer({ effect }: Operation): string {
  return effect === "read"
    ? "Nothing was changed; the call may be repeated later."
    : "Whether the change was carried out is unknown: read the account's plans before trying again, or it may be charged twice.";
}

/** A cancelled request is not answered; this only keeps it out of the errors. */
export function isCancelled(error: unknown): boolean {
  return error instanceof AbortError || (error instanceof Error && error.name === "AbortError");
}
