/** What is kept of every request that was answered: numbers, and a line in the log where that is wanted. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RequestLog } from "../config.js";
import type { Log } from "../server.js";
import type { Metrics, RouteName } from "./metrics.js";
import { gatherRefusals } from "./refusals.js";
import { requestLine } from "./request-line.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Tool name of the operation that the route is. */
    operation?: string;
  }
}

const NO_ROUTE = "none";
const LEAST_STATUS: Readonly<Record<RequestLog, number>> = {
  all: 0,
  errors: 500,
  off: Number.POSITIVE_INFINITY,
};

/** For the outermost scope, before its routes. */
export function observeRequests(
  app: FastifyInstance,
  metrics: Metrics,
  requestLog: RequestLog,
  log: Log,
): void {
  const least = LEAST_STATUS[requestLog];
  const refusals = gatherRefusals(log);
  app.addHook("onResponse", (request, reply, done) => {
    const { statusCode } = reply;
    metrics.request(nameOf(request), statusCode, reply.elapsedTime / 1_000);
    if (statusCode >= least) {
      if (statusCode === 503) refusals.add(request);
      else log(requestLine(request, reply));
    }
    done();
  });
  app.addHook("onClose", async () => refusals.tell());
}

/** The route, never the path: whatever callers make up must not become a label. */
function nameOf(request: FastifyRequest): RouteName {
  const { method } = request;
  if (request.is404) return { operation: NO_ROUTE, method: NO_ROUTE };
  const { config, url = NO_ROUTE } = request.routeOptions;
  return { operation: config.operation ?? url, method };
}
