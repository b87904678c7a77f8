/** From an HTTP answer to a value or a typed error. */
import { BodyTooLargeError, readBytes } from "./body.js";
import type { Deadline } from "./deadline.js";
import {
  ApiError,
  type ApiErrorFields,
  AuthenticationError,
  type FieldError,
  MissingScopeError,
  type PaymasterError,
  RateLimitError,
  UnexpectedResponseError,
} from "./errors.js";
import type { OperationPlan } from "./operation-plan.js";
import { createPdfDownload, mediaType } from "./pdf.js";
import { readRateLimit, serviceNowMs } from "./rate-limit.js";

export interface ReadLimits {
  readonly maxJsonBytes: number;
  readonly maxPdfBytes: number;
}

/** What the body of an error looks like, whatever HTTP status carries it (facts, 6.1). */
interface Envelope {
  readonly code: number;
  readonly message: string;
  readonly errors?: unknown;
}

/**
 * @param deadline of the call; a returned download takes it over
 * @returns the parsed JSON, a PdfDownload, or undefined for a success without a body
 * @throws PaymasterError
 */
export async function readAnswer(
  response: Response,
  plan: OperationPlan,
  deadline: Deadline,
  limits: ReadLimits,
  options: { readonly fallbackName: string; readonly localNowMs: number },
): Promise<unknown> {
  const isSuccess = response.status >= 200 && response.status < 300;
  if (plan.answers === "pdf" && isSuccess && isFile(response) && response.body !== null) {
    return createPdfDownload(response, response.body, deadline, {
      maxBytes: limits.maxPdfBytes,
      operation: plan.id,
      fallbackName: options.fallbackName,
    });
  }
  const bytes = await readLimited(response, plan, limits);
  if (plan.answers === "pdf" && isSuccess && startsLikePdf(bytes)) {
    return createPdfDownload(response, new Blob([bytes]).stream(), deadline, {
      maxBytes: limits.maxPdfBytes,
      operation: plan.id,
      fallbackName: options.fallbackName,
    });
  }
  const text = new TextDecoder().decode(bytes);
  const value = parseJson(text);
  if (isEnvelope(value)) throw refusal(response, value, plan, options.localNowMs);
  if (!isSuccess) throw unreadableRefusal(response, text, plan, options.localNowMs);
  if (text.trim() === "" && plan.answers !== "json" && plan.answers !== "pdf") return undefined;
  if (typeof value !== "object" || value === null || plan.answers === "pdf") {
    throw unexpected(response, text, plan, `is not the ${plan.answers} that was asked for`);
  }
  return value;
}

function isFile(response: Response): boolean {
  const type = mediaType(response.headers);
  return type === "application/pdf" || type === "application/octet-stream";
}

/** The published document declares JSON and XML for the old PDF route, so the type may be wrong. */
function startsLikePdf(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 5)) === "%PDF-";
}

async function readLimited(
  response: Response,
  plan: OperationPlan,
  limits: ReadLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const maxBytes = plan.answers === "pdf" ? limits.maxPdfBytes : limits.maxJsonBytes;
  try {
    return await readBytes(response, maxBytes);
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error;
    throw new UnexpectedResponseError(`${plan.id}: ${error.message}`, {
      status: response.status,
      operation: plan.id,
      cause: error,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** No documented success has both members, so this is an error under any status, 200 included. */
function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null) return false;
  const { code, message } = value as Partial<Envelope>;
  return Number.isInteger(code) && typeof message === "string";
}

function refusal(
  response: Response,
  envelope: Envelope,
  plan: OperationPlan,
  localNowMs: number,
): PaymasterError {
  const { status, headers } = response;
  const nowMs = serviceNowMs(headers, localNowMs);
  const fields: ApiErrorFields = {
    operation: plan.id,
    status,
    code: envelope.code,
    message: envelope.message,
    errors: fieldErrors(envelope.errors),
    errorName: plan.errorName(envelope.code, envelope.message),
    trackingId: trackingId(headers),
    rateLimit: readRateLimit(headers, nowMs),
  };
  if (status === 429 || envelope.code === 429) {
    return new RateLimitError(fields, retryAfterMs(fields.rateLimit?.retryAt, nowMs));
  }
  const scopes = scopesIn(envelope.message);
  if (scopes !== undefined) return new MissingScopeError(fields, scopes);
  if (status === 401 || envelope.code === 124) {
    const { trackingId } = fields;
    return new AuthenticationError(envelope.message, {
      operation: plan.id,
      status,
      code: envelope.code,
      trackingId,
    });
  }
  return new ApiError(fields);
}

/** A quota does not reopen in the past: then two clocks differ, and the distance says nothing. */
const MAX_CLOCK_SKEW_MS = 60_000;

function retryAfterMs(retryAt: Date | undefined, nowMs: number): number | undefined {
  if (retryAt === undefined) return undefined;
  const distanceMs = retryAt.getTime() - nowMs;
  return distanceMs < -MAX_CLOCK_SKEW_MS ? undefined : Math.max(distanceMs, 0);
}

/** `Invalid access token, does not contain scopes:[a, b].` under several codes (facts, 4.3). */
function scopesIn(message: string): readonly string[] | undefined {
  const list = /does not contain scopes?\s*:\s*\[([^\]]*)\]/i.exec(message)?.[1];
  return list?.split(/[\s,]+/).filter((scope) => scope !== "");
}

function fieldErrors(value: unknown): readonly FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    const { field, message } = (entry ?? {}) as Partial<FieldError>;
    return typeof field === "string" && typeof message === "string" ? [{ field, message }] : [];
  });
}

/** An error status without the envelope: a proxy, a gateway, or an empty body. */
function unreadableRefusal(
  response: Response,
  text: string,
  plan: OperationPlan,
  localNowMs: number,
): PaymasterError {
  const { status } = response;
  if (status === 401 || status === 429) {
    const message = `HTTP ${status} ${response.statusText}`.trim();
    return refusal(response, { code: status, message }, plan, localNowMs);
  }
  const isRedirect = response.type === "opaqueredirect" || (status > 300 && status < 400);
  return unexpected(
    response,
    text,
    plan,
    isRedirect ? "is a redirect, which is not followed" : "has no error envelope",
  );
}

function unexpected(
  response: Response,
  text: string,
  plan: OperationPlan,
  what: string,
): UnexpectedResponseError {
  const type = mediaType(response.headers);
  const described = `HTTP ${response.status}, ${type === "" ? "no content type" : type}`;
  return new UnexpectedResponseError(`${plan.id}: the answer (${described}) ${what}`, {
    operation: plan.id,
    status: response.status,
    contentType: type === "" ? undefined : type,
    excerpt: text.slice(0, 200),
    trackingId: trackingId(response.headers),
  });
}

/** The service's own id of an exchange (facts, 6.1). */
export function trackingId(headers: Headers): string | undefined {
  return headers.get("x-zm-trackingid") ?? undefined;
}
