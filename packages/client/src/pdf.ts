/** A file that an operation answers with, as a stream. */
import { BodyTooLargeError, collect } from "./body.js";
import type { Deadline } from "./deadline.js";
import { NetworkError, PaymasterError, UnexpectedResponseError } from "./errors.js";

export interface PdfDownload {
  readonly contentType: string;
  /** A bare file name, fit for a local folder. */
  readonly filename: string;
  /** Bytes as announced; undefined: the service did not say. */
  readonly contentLength: number | undefined;
  /**
   * The bytes as they come. Read it to its end or cancel it: until then the caller's signal and,
   * while a chunk is awaited, the time limit stay in force.
   */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Reads the whole stream. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface PdfLimits {
  readonly maxBytes: number;
  readonly operation: string;
  readonly fallbackName: string;
}

/**
 * @param deadline of the call; becomes the time limit for each chunk and is released at the end
 * @param head bytes that were read already to see what the body is
 */
export function createPdfDownload(
  response: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  deadline: Deadline,
  limits: PdfLimits,
): PdfDownload {
  const contentLength = announcedLength(response.headers);
  const stream = guardStream(body, contentLength, deadline, limits, response.status);
  return {
    contentType: mediaType(response.headers),
    filename: filenameOf(response.headers.get("content-disposition"), limits.fallbackName),
    contentLength,
    stream,
    bytes: () => collect(stream, limits.maxBytes),
  };
}

/** Content-Type without parameters, lower case; "" when absent. */
export function mediaType(headers: Headers): string {
  return (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** The length of what the reader sees: a compressed transfer announces another one. */
function announcedLength(headers: Headers): number | undefined {
  const value = headers.get("content-length");
  if (value === null || headers.has("content-encoding")) return undefined;
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** Ends a stream that stalls, grows beyond its limit, or stops short of what was announced. */
function guardStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  contentLength: number | undefined,
  deadline: Deadline,
  limits: PdfLimits,
  status: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let received = 0;
  async function next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    deadline.restart();
    const { done, value } = await reader.read();
    deadline.pause();
    if (!done) {
      received += value.byteLength;
      if (received > limits.maxBytes) throw new BodyTooLargeError(limits.maxBytes);
      return value;
    }
    if (contentLength !== undefined && received !== contentLength) {
      throw new UnexpectedResponseError(
        `the file ended after ${received} of ${contentLength} bytes`,
        { status, operation: limits.operation },
      );
    }
    return undefined;
  }
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const chunk = await next();
          if (chunk !== undefined) {
            controller.enqueue(chunk);
            return;
          }
          deadline.release();
          controller.close();
        } catch (error) {
          deadline.release();
          reader.cancel(error).catch(() => {});
          controller.error(streamError(error, deadline, limits, status));
        }
      },
      cancel(reason) {
        deadline.release();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function streamError(
  error: unknown,
  deadline: Deadline,
  limits: PdfLimits,
  status: number,
): PaymasterError {
  const operation = limits.operation;
  if (deadline.signal.aborted) return deadline.signal.reason as PaymasterError;
  if (error instanceof PaymasterError) return error;
  if (error instanceof BodyTooLargeError) {
    return new UnexpectedResponseError(error.message, { status, operation, cause: error });
  }
  return new NetworkError("the connection was lost during the download", {
    operation,
    cause: error,
  });
}

/** From Content-Disposition (RFC 6266); never a path, a hidden file or a control character. */
export function filenameOf(disposition: string | null, fallback: string): string {
  const extended = /filename\*\s*=\s*utf-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(disposition ?? "");
  const named = decodeName(extended) ?? plain?.[1] ?? plain?.[2] ?? "";
  const bare = Array.from(named.split(/[/\\]/).at(-1) ?? "")
    .filter((character) => character >= " " && !'<>:"|?*\u007f'.includes(character))
    .join("")
    .trim()
    .replace(/^\.+/, "")
    .slice(0, 200);
  return bare === "" ? fallback : bare;
}

function decodeName(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded.trim());
  } catch {
    return undefined;
  }
}
