/** Every error leaves as the wire's envelope: documented where it is, and never a stack trace. */
import { commonErrors, type WireProfile } from "@paymaster/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isUnavailable } from "../database/pool.js";
import { PdfPoolBusyError } from "../invoice-pdf/pool.js";
import type { LogLine } from "./app.js";
import { WireFault } from "./wire-fault.js";

/** Seconds after which a client should try again while the database is away. */
export const RETRY_SECONDS = 5;

export function answerError(
  error: Error & { readonly statusCode?: number; readonly code?: string },
  request: FastifyRequest,
  reply: FastifyReply,
  profile: WireProfile,
  log: (line: LogLine) => void,
): FastifyReply {
  if (error instanceof WireFault) {
    if (Object.keys(error.headers).length > 0) reply.headers(error.headers);
    return sendJson(reply, error.status(profile), error.body(profile));
  }
  if (isUnavailable(error) || error instanceof PdfPoolBusyError) {
    reply.header("retry-after", String(RETRY_SECONDS));
    const { code, message, status } = commonErrors.unavailable;
    return sendJson(reply, status[profile], { code, message });
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    // What Fastify itself refuses: a body too large, a content type it cannot read, and the like.
    const code = status === 413 ? commonErrors.bodyTooLarge.code : commonErrors.invalidJson.code;
    const message =
      status === 413 ? commonErrors.bodyTooLarge.message : commonErrors.invalidJson.message;
    return sendJson(reply, status === 413 ? 413 : 400, { code, message });
  }
  log({
    level: "error",
    message: "A request failed",
    tracking_id: request.id,
    method: request.method,
    route: request.routeOptions.url,
    error: error.stack ?? String(error),
  });
  const { code, message } = commonErrors.internal;
  return sendJson(reply, 500, { code, message });
}

/** A path or method that nothing is registered for. */
export function answerNoRoute(reply: FastifyReply, profile: WireProfile): FastifyReply {
  const { code, message, status } = commonErrors.noRoute;
  return sendJson(reply, status[profile], { code, message });
}

function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type("application/json;charset=UTF-8").send(JSON.stringify(body));
}
