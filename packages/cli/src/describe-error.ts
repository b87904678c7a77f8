/** What a command says when it fails: for people in words, for programs as JSON. */
import {
  ApiError,
  AuthenticationError,
  MissingScopeError,
  NetworkError,
  PaymasterError,
  RateLimitError,
} from "@paymaster/client";
import type { Connection } from "./credentials.js";
import { exitCodeOf } from "./exit-codes.js";
import { connectionOfError } from "./service.js";

export function describeError(error: unknown): string {
  const remark = credentialRemark(error, connectionOfError(error));
  return `${mainMessage(error)}${remark === undefined ? "" : `\n${remark}`}`;
}

function mainMessage(error: unknown): string {
  if (error instanceof RateLimitError && error.retryAt !== undefined) {
    const instant = error.retryAt.toISOString().replace(".000Z", "Z");
    return `${error.message} It reopens at ${instant}.`;
  }
  if (error instanceof ApiError) {
    const fields = error.errors.map(({ field, message }) => `\n  ${field}: ${message}`);
    return `${error.message} (code ${error.code}, HTTP ${error.status})${fields.join("")}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Which part of the credential is wrong, and where it came from. */
function credentialRemark(error: unknown, connection: Connection | undefined): string | undefined {
  if (connection === undefined) return undefined;
  const { origins } = connection;
  if (error instanceof NetworkError) return `The address comes from ${origins.address}.`;
  if (error instanceof MissingScopeError) {
    return `The credential comes from ${origins.token ?? origins.client}.`;
  }
  if (!(error instanceof AuthenticationError)) return undefined;
  if (origins.token !== undefined) return `Check the token: it comes from ${origins.token}.`;
  if (error.error === "invalid_client") return `Check ${origins.client}.`;
  if (error.error === "invalid_request") return `Check ${origins.account}.`;
  return `The credential comes from ${origins.client}, ${origins.account}.`;
}

/** With `--json`: one object on standard error. */
export function errorAsJson(error: unknown): unknown {
  const shared = { message: describeError(error), exit_code: exitCodeOf(error) };
  if (!(error instanceof PaymasterError)) return { error: shared };
  const { name, operation } = error;
  if (!(error instanceof ApiError)) return { error: { name, ...shared, operation } };
  const { status, code, errors, errorName, trackingId } = error;
  const retryAt = error instanceof RateLimitError ? error.retryAt?.toISOString() : undefined;
  return {
    error: {
      name,
      ...shared,
      operation,
      status,
      code,
      errors,
      error_name: errorName,
      tracking_id: trackingId,
      retry_at: retryAt,
    },
  };
}
