/**
 * Makers of wire errors. They state how each kind of error travels in the two generations: 2021 sends some
 * business errors under HTTP 200 and 300, which are no errors in HTTP's own terms; 2026 sends 400.
 */
import type { Source, WireError, WireProfile } from "../operation.js";

/** What may differ from the usual: documented in OAD, met in both profiles. */
export type ErrorDetails = Partial<Omit<WireError, "code" | "message" | "status">>;

const BOTH_400: Readonly<Record<WireProfile, number>> = { "2021": 400, "2026": 400 };
const BOTH_404: Readonly<Record<WireProfile, number>> = { "2021": 404, "2026": 404 };

export function wireError(
  code: number,
  message: string,
  status: number | Readonly<Record<WireProfile, number>>,
  details: ErrorDetails = {},
): WireError {
  return {
    code,
    message,
    status: typeof status === "number" ? { "2021": status, "2026": status } : status,
    source: ["OAD"],
    confidence: "documented",
    ...details,
  };
}

export function badRequest(code: number, message: string, details?: ErrorDetails): WireError {
  return wireError(code, message, BOTH_400, details);
}

export function notFound(code: number, message: string, details?: ErrorDetails): WireError {
  return wireError(code, message, BOTH_404, details);
}

/** Code 200, which 2021 sends under HTTP 200 and 2026 under HTTP 400. */
export function underOk(message: string, details?: ErrorDetails): WireError {
  return wireError(200, message, { "2021": 200, "2026": 400 }, details);
}

/** Code 300, which 2021 sends under HTTP 300 and 2026 documents no more: HTTP 400 there. */
export function underMultipleChoices(message: string, details?: ErrorDetails): WireError {
  const status = { "2021": 300, "2026": 400 };
  return wireError(300, message, status, { documentedIn: ["2021"], ...details });
}

/** The same error on an operation whose documents do not list it, because something has to be said. */
export function inferred(error: WireError, source: readonly Source[] = error.source): WireError {
  return { ...error, documentedIn: [], source, confidence: "inferred" };
}
