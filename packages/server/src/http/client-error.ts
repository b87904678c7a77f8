/** What is no HTTP, or too much of it, is answered in the wire's envelope as well, and ends the connection. */
import type { Socket } from "node:net";
import { commonErrors, type WireError, type WireProfile } from "@paymaster/contract";
import { newTrackingId } from "./wire-headers.js";

/** Headers of one request; the HTTP parser bounds their size, and would drop the surplus silently. */
export const MAX_HEADERS = 100;

const LINGER_MS = 1_000;

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

/** For `clientError` of the HTTP server: the request never became one. */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Socket,
  profile: WireProfile,
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = described(error.code, profile);
  // What the client goes on sending must not complete the request after all, nor keep the connection:
  // a slow one is left at once; one that sent too much gets a moment to read why.
  if (status === 408) socket.once("finish", () => socket.destroy());
  else setTimeout(() => socket.destroy(), LINGER_MS).unref();
  const body = JSON.stringify({ code, message });
  socket.end(
    [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      "content-type: application/json;charset=UTF-8",
      `content-length: ${Buffer.byteLength(body)}`,
      `x-zm-trackingid: ${newTrackingId()}`,
      "connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}

function described(name: string | undefined, profile: WireProfile) {
  const of = (error: WireError) => ({ ...error, status: error.status[profile] });
  if (name === "HPE_HEADER_OVERFLOW") return of(commonErrors.headersTooLarge);
  if (name === "ERR_HTTP_REQUEST_TIMEOUT") return { ...of(commonErrors.invalidJson), status: 408 };
  return of(commonErrors.invalidJson);
}
