/**
 * Bounds on what this process takes on at once. What is beyond them is refused at the door with 503 and
 * Retry-After, for a hundredth of what an answer costs; so a rush makes the service slower to nobody whom
 * it has let in, and memory does not grow with it.
 */
import type { FastifyInstance } from "fastify";
import { OverloadedError } from "../database/pool.js";

/** Requests under way: at ten thousand a second each has a tenth of a second. */
export const MAX_IN_FLIGHT = 1_000;
/** Open connections, idle ones included; further ones are closed at once. */
export const MAX_CONNECTIONS = 16_000;
/** A client that takes nothing of its answer for so long is left; at the latest after twice as long. */
const STALLED_MS = 20_000;
/** Who watches the service must hear from it most of all when it is busy. */
const ALWAYS_ANSWERED: ReadonlySet<string | undefined> = new Set([
  "/healthz",
  "/readyz",
  "/metrics",
]);

/** To be called before hooks that ask the database: a refusal should cost next to nothing. */
export function boundLoad(app: FastifyInstance): void {
  app.server.maxConnections = MAX_CONNECTIONS;
  let inFlight = 0;
  app.addHook("onRequest", (request, reply, done) => {
    if (inFlight >= MAX_IN_FLIGHT && !ALWAYS_ANSWERED.has(request.routeOptions.url)) {
      done(new OverloadedError());
      return;
    }
    inFlight += 1;
    // Comes once, whether the answer was sent or its client has gone.
    reply.raw.once("close", () => {
      inFlight -= 1;
    });
    done();
  });
  app.addHook("onSend", (request, _reply, payload, done) => {
    // Ends by itself: when the answer is sent the connection gets its time to be idle.
    request.raw.socket.setTimeout(STALLED_MS);
    done(null, payload);
  });
}
