/** The log line of a request: what was asked of which route, and how it went. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { LogLine } from "../http/app.js";

const MESSAGE = "request";

export interface RequestLine extends LogLine {
  readonly tracking_id: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly duration_ms: number;
  /** Whose credential it was; absent: nobody's, or the operator's. */
  readonly account?: string;
}

export function requestLine(request: FastifyRequest, reply: FastifyReply): RequestLine {
  const account = request.principal?.accountId;
  return {
    level: reply.statusCode >= 500 ? "error" : "info",
    message: MESSAGE,
    tracking_id: request.id,
    method: request.method,
    route: routeOf(request),
    status: reply.statusCode,
    duration_ms: Math.round(reply.elapsedTime * 10) / 10,
    ...(account === undefined ? {} : { account }),
  };
}

/** The route's pattern: the path itself would show ids, and a query whatever a caller put there. */
export function routeOf(request: FastifyRequest): string {
  return request.is404 ? "none" : (request.routeOptions.url ?? "none");
}

export function isRequestLine(line: LogLine): line is RequestLine {
  return line.message === MESSAGE && "duration_ms" in line;
}

/** For people: one short line. */
export function requestText(line: RequestLine): string {
  const { method, route, status, duration_ms, account, tracking_id } = line;
  const who = account === undefined ? "" : ` ${account}`;
  return `${status} ${method} ${route} ${duration_ms} ms${who} ${tracking_id.replace(/^.*rid=/, "")}`;
}
