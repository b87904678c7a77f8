/**
 * A server that stops answers what is under way and ends each connection with it. Fastify ends those that
 * are idle at that moment; one that was busy would stay open for its next request, and hold up the stop
 * for as long as connections are kept alive.
 */
import type { FastifyInstance } from "fastify";

export function endConnectionsOnClose(app: FastifyInstance): void {
  let closing = false;
  app.addHook("preClose", (done) => {
    closing = true;
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (closing) reply.header("connection", "close");
    done(null, payload);
  });
}
