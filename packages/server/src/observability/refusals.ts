/**
 * Requests answered with 503 come by the thousand when they come (an overload, a database that is away), and
 * a line for each would drown the log and cost more than the refusal. They are told together, once a
 * second; the metrics count them by route.
 */
import type { FastifyRequest } from "fastify";
import type { Log } from "../server.js";
import { routeOf } from "./request-line.js";

const EVERY_MS = 1_000;

export interface Refusals {
  add(request: FastifyRequest): void;
  /** Tells those that were not told yet. */
  tell(): void;
}

export function gatherRefusals(log: Log): Refusals {
  let count = 0;
  /** One of them, to look for. */
  let last: FastifyRequest | undefined;
  let timer: NodeJS.Timeout | undefined;

  function tell(): void {
    clearTimeout(timer);
    timer = undefined;
    if (last === undefined) return;
    const example = { tracking_id: last.id, method: last.method, route: routeOf(last) };
    // No error: it helps itself. A database that is away has a line of its own.
    log({ level: "warn", message: "Requests were refused with 503", count, ...example });
    count = 0;
    last = undefined;
  }

  return {
    add(request) {
      count += 1;
      last = request;
      timer ??= setTimeout(tell, EVERY_MS).unref();
    },
    tell,
  };
}
